import { randomBytes } from 'node:crypto';

/** How what we make in an account is told from everything else: by its identifier and, decisively, by its tags. */
export interface Mark {
  readonly id: string;
  /** 32 random hex digits; the first eight are in the identifier. */
  readonly nonce: string;
  readonly tags: Readonly<Record<string, string>>;
}

export const SNAPSHOT_PREFIX = 'pgrehearse-';
export const DRILL_PREFIX = 'pgrehearse-drill-';

export const NONCE_TAG = 'pgrehearse:nonce';

export interface MarkOptions {
  readonly prefix: string;
  /** Identifier of the database that it is made of. */
  readonly source: string;
  readonly sourceResourceId: string;
  readonly runId: string;
  readonly now: Date;
}

/**
 * `<prefix><source>-<yyyymmddhhmmss>-<nonce>` within the strictest of RDS's rules: 63 lower-case letters, digits and hyphens,
 * no two hyphens in a row, none at the end.
 */
export function newMark({ prefix, source, sourceResourceId, runId, now }: MarkOptions): Mark {
  const nonce = randomBytes(16).toString('hex');
  const time = now.toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const tail = `-${time}-${nonce.slice(0, 8)}`;
  const short = tidy(tidy(source).slice(0, LONGEST_ID - prefix.length - tail.length)) || 'db';
  return {
    id: `${prefix}${short}${tail}`,
    nonce,
    tags: {
      'pgrehearse:run': tagValue(runId),
      [NONCE_TAG]: nonce,
      'pgrehearse:created-at': now.toISOString(),
      'pgrehearse:source': tagValue(sourceResourceId),
    },
  };
}

/** As the API takes and gives them. */
export const toTagList = (tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export const fromTagList = (
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Record<string, string> => Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));

const tidy = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

/** Tags allow letters, digits, spaces and these. */
const tagValue = (text: string): string => text.replaceAll(/[^\p{L}\p{N}\s_.:/=+@-]/gu, '-').slice(0, 256);

/** 63, less what the instance of a cluster adds. */
const LONGEST_ID = 61;
