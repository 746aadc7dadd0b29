import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { S3 } from '@aws-sdk/client-s3';
import { byteSize } from '../../../support/amounts.ts';
import { isPgrehearseError, PgrehearseError } from '../../../support/errors.ts';
import { inParallel } from '../../in-parallel.ts';
import type { DumpOptions } from '../backup-source.ts';
import { statusOf } from './explain-s3-failure.ts';
import { keepObject } from './fetch-object.ts';
import { type ListedObject, listFolder } from './list-folder.ts';
import { openObject, type Patience } from './object-bytes.ts';
import { parseS3Address, type S3Place } from './s3-address.ts';
import { openS3, type S3Settings } from './s3-client.ts';

export interface S3Backup {
  readonly address: string;
  readonly settings: S3Settings;
  readonly patience?: Patience;
}

/**
 * Brings a backup from S3 to this machine: an object to the file `into`, all that is below a prefix to a folder of that
 * name.
 *
 * @throws {PgrehearseError} `CONFIG_INVALID`, `AWS_PACKAGE_MISSING`, `AWS_UNAVAILABLE`, `BACKUP_NOT_FOUND`,
 *   `BACKUP_UNREADABLE`
 */
export async function backupFromS3(
  { address, settings, patience }: S3Backup,
  into: string,
  options: DumpOptions,
  signal: AbortSignal,
): Promise<void> {
  const place = parseS3Address(address);
  if (place.isFolder && settings.versionId !== undefined) {
    throw new PgrehearseError(
      'CONFIG_INVALID',
      `backup.s3.versionId names a version of one object; ${address} is many.`,
    );
  }
  const client = await openS3(settings);
  try {
    const fetching: Fetching = { client, place, settings, options, ...(patience && { patience }) };
    await (place.isFolder ? fetchFolder(fetching, into, signal) : fetchOne(fetching, into, signal));
  } finally {
    client.destroy();
  }
}

interface Fetching {
  readonly client: S3;
  readonly place: S3Place;
  readonly settings: S3Settings;
  readonly options: DumpOptions;
  readonly patience?: Patience;
}

async function fetchOne(fetching: Fetching, into: string, signal: AbortSignal): Promise<void> {
  const { client, place, settings, options, patience } = fetching;
  const { address, bucket, key } = place;
  const { versionId } = settings;
  const input = { Bucket: bucket, Key: key, ...(versionId !== undefined && { VersionId: versionId }) };
  const object = await openObject({ client, address, input, ...(patience && { patience }) }, signal);
  options.onWarning(`Fetching ${address}, ${byteSize(object.bytes)}.`);
  await keepObject(object, into, counter(object.bytes, options), signal);
  // That of the newest version says nothing of an older one.
  if (versionId === undefined) await fetchNotedChecksum(fetching, `${into}.sha256`, signal);
}

/** The `.sha256` beside it, which is compared as one beside a local file is. */
async function fetchNotedChecksum(
  { client, place, options, patience }: Fetching,
  into: string,
  signal: AbortSignal,
): Promise<void> {
  const address = `${place.address}.sha256`;
  const input = { Bucket: place.bucket, Key: `${place.key}.sha256` };
  try {
    const object = await openObject({ client, address, input, ...(patience && { patience }) }, signal);
    if (object.bytes > MOST_CHECKSUM_BYTES) throw tooLong(address);
    await keepObject(object, into, () => {}, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (isPgrehearseError(error) && error.code === 'BACKUP_NOT_FOUND') return;
    const isDenied = error instanceof Error && statusOf(error.cause) === 403;
    if (!isDenied) throw error;
    options.onWarning(
      `Whether there is a checksum at ${address} cannot be seen: access denied. It was not compared. s3:ListBucket lets a missing object be told from a hidden one.`,
    );
  }
}

const MOST_CHECKSUM_BYTES = 10_000;

const tooLong = (address: string): PgrehearseError =>
  new PgrehearseError('BACKUP_UNREADABLE', `${address} holds no SHA-256 checksum.`, {
    hint: 'It must hold what `sha256sum` prints of the backup. Write it anew, or remove it.',
  });

async function fetchFolder(fetching: Fetching, into: string, signal: AbortSignal): Promise<void> {
  const { client, place, options } = fetching;
  const listed = await listFolder(client, place, signal);
  const totalBytes = listed.reduce((sum, { bytes }) => sum + bytes, 0);
  options.onWarning(`Fetching ${place.address}, ${listed.length} objects, ${byteSize(totalBytes)}.`);
  const onBytes = counter(totalBytes, options);
  await inParallel(
    listed,
    (listedObject, either) => fetchListed(fetching, { listedObject, into, onBytes }, either),
    signal,
    AT_ONCE,
  );
  if (listed.some(({ name }) => name === 'PG_VERSION')) await makeClusterFolders(into);
}

/** S3 has no folders, so those of a data directory that were empty are lost; PostgreSQL does not start without them. */
async function makeClusterFolders(into: string): Promise<void> {
  for (const name of CLUSTER_FOLDERS) await mkdir(join(into, name), { recursive: true, mode: 0o700 });
}

/** As initdb makes them. */
const CLUSTER_FOLDERS = `pg_commit_ts pg_dynshmem pg_logical/mappings pg_logical/snapshots pg_multixact/members
  pg_multixact/offsets pg_notify pg_replslot pg_serial pg_snapshots pg_stat pg_stat_tmp pg_subtrans pg_tblspc pg_twophase
  pg_wal/archive_status pg_xact`.split(/\s+/);

const AT_ONCE = 4;

interface FetchingListed {
  readonly listedObject: ListedObject;
  readonly into: string;
  readonly onBytes: (bytes: number) => void;
}

async function fetchListed(
  { client, place, patience }: Fetching,
  { listedObject: { key, name, etag }, into, onBytes }: FetchingListed,
  signal: AbortSignal,
): Promise<void> {
  const address = `s3://${place.bucket}/${key}`;
  // All files are to be those of one moment.
  const input = { Bucket: place.bucket, Key: key, ...(etag !== undefined && { IfMatch: etag }) };
  const object = await openObject({ client, address, input, ...(patience && { patience }) }, signal);
  await keepObject(object, join(into, ...name.split('/')), onBytes, signal);
}

/** Not more often than somebody can read. */
function counter(totalBytes: number, { onProgress }: DumpOptions): (bytes: number) => void {
  let doneBytes = 0;
  let toldMs = 0;
  return (bytes) => {
    doneBytes += bytes;
    const nowMs = performance.now();
    if (nowMs - toldMs < BETWEEN_NEWS_MS && doneBytes < totalBytes) return;
    toldMs = nowMs;
    onProgress({ doneBytes, totalBytes });
  };
}

const BETWEEN_NEWS_MS = 250;
