import { PgrehearseError } from '../../../support/errors.ts';

/** Where a backup is in S3. */
export interface S3Place {
  /** As it was written: `s3://backups/shop.dump`. */
  readonly address: string;
  readonly bucket: string;
  readonly key: string;
  /** `key` ends with a slash, or is empty: the backup is all that is below it. */
  readonly isFolder: boolean;
}

export const isS3Address = (text: string): boolean => /^s3:\/\//i.test(text);

/**
 * The key is taken as it stands: nothing in it is decoded, as in the AWS CLI.
 *
 * @throws {PgrehearseError} `CONFIG_INVALID`
 */
export function parseS3Address(address: string): S3Place {
  const [, bucket, key] = /^s3:\/\/([a-z0-9][a-z0-9._-]{1,61}[a-z0-9])\/(.*)$/is.exec(address) ?? [];
  if (bucket !== undefined && key !== undefined) {
    return { address, bucket, key, isFolder: key === '' || key.endsWith('/') };
  }
  throw new PgrehearseError('CONFIG_INVALID', `${address} is no place in S3.`, {
    hint: 'Write s3://bucket/key, or s3://bucket/prefix/ for a dump in directory format. An access point goes by its alias.',
  });
}
