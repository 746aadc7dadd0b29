import type { S3 } from '@aws-sdk/client-s3';
import { PgrehearseError } from '../../../support/errors.ts';
import { untilAborted } from '../../../support/until-aborted.ts';
import { explainS3Failure } from './explain-s3-failure.ts';
import type { S3Place } from './s3-address.ts';

/** A file of a backup that is a folder. */
export interface ListedObject {
  readonly key: string;
  /** Below the folder, with `/` between its parts; safe to make a path of. */
  readonly name: string;
  readonly bytes: number;
  readonly etag?: string;
}

/**
 * All objects below a prefix that make up one backup.
 *
 * @throws {PgrehearseError} `BACKUP_NOT_FOUND`, `BACKUP_UNREADABLE`, `AWS_UNAVAILABLE`
 */
export async function listFolder(client: S3, place: S3Place, signal: AbortSignal): Promise<readonly ListedObject[]> {
  const listed: ListedObject[] = [];
  for (let token: string | undefined; ;) {
    const page = await untilAborted(
      client.listObjectsV2(
        { Bucket: place.bucket, Prefix: place.key, ...(token !== undefined && { ContinuationToken: token }) },
        { abortSignal: signal },
      ),
      signal,
    ).catch((error: unknown) => {
      signal.throwIfAborted();
      throw explainS3Failure(error, place.address);
    });
    for (const { Key: key = '', Size: bytes = 0, ETag: etag } of page.Contents ?? []) {
      // What consoles make to show a folder.
      if (key.endsWith('/') && bytes === 0) continue;
      listed.push({ key, bytes, name: nameOf(key, place), ...(etag !== undefined && { etag }) });
      if (listed.length > MOST_FILES) throw notOne(place, `there are more than ${MOST_FILES} objects below it`);
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    if (token === undefined && page.IsTruncated === true) throw notOne(place, 'S3 does not say what else is in it');
    if (token === undefined) break;
  }
  if (listed.length === 0) throw nothingThere(place);
  if (!listed.some(({ name }) => BEGINS.test(name))) throw notOne(place, 'there is no toc.dat in it');
  return listed;
}

/** A table has a file, a large object another; beyond this it is a bucket, and not a backup. */
const MOST_FILES = 1_000_000;

/** What a dump in directory format has, and what a physical backup has. */
const BEGINS = /^(toc\.dat|PG_VERSION|backup_manifest|base\.tar(\.\w+)?)$/;

/** Whoever may write to the bucket may choose names, and must not choose where we write. */
function nameOf(key: string, place: S3Place): string {
  const name = key.slice(place.key.length);
  const isSafe = name.split('/').every((part) => !['', '.', '..'].includes(part) && !/[\\\0]|^[a-z]:/i.test(part));
  if (isSafe) return name;
  throw notOne(place, `it holds an object with the name ${JSON.stringify(name)}`);
}

const nothingThere = ({ address }: S3Place): PgrehearseError =>
  new PgrehearseError('BACKUP_NOT_FOUND', `There is nothing below ${address}.`, {
    hint: '`aws s3 ls` shows what there is. A single object is named without a slash at its end.',
  });

const notOne = ({ address }: S3Place, why: string): PgrehearseError =>
  new PgrehearseError('BACKUP_UNREADABLE', `${address} is no backup in directory format: ${why}.`, {
    hint: 'Name the folder that pg_dump -Fd wrote, with a slash at its end.',
  });
