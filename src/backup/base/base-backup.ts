import { copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataDirectoryPlace, LaidOutFacts } from '../../postgres/data-directory.ts';
import { PgrehearseError } from '../../support/errors.ts';
import type { Backup, BackupDescription } from '../backup.ts';
import { matchesChecksum } from '../check-sum.ts';
import { BACKUP_LABEL, type BackupLabel, parseBackupLabel } from './backup-label.ts';
import { checkWal } from './check-wal.ts';
import { readHead } from './contents.ts';
import { copyFolder, listFolder, type SourceFolder } from './copy-folder.ts';
import { lacksChecksums, MANIFEST, type Manifest, readManifest } from './manifest.ts';
import { type BaseParts, partsOf, type PlainParts, type TarParts } from './parts.ts';
import { tame } from './tame.ts';
import { unpackTars } from './unpack-tars.ts';
import { assertChecksums, verify, withoutManifest } from './verify.ts';

export interface BaseOptions {
  readonly database?: string;
  readonly allowUnverified?: boolean;
  readonly onWarning: (message: string) => void;
}

interface BaseBackup extends BaseOptions {
  readonly path: string;
  readonly parts: PlainParts | TarParts;
  readonly major: number;
  readonly label: BackupLabel;
  readonly bytes: number;
}

/**
 * A backup of pg_basebackup, as far as it can be known without a server. Whether it is whole is looked at when it is laid out.
 *
 * @throws {PgrehearseError} `BACKUP_UNREADABLE`
 */
export async function openBase(path: string, options: BaseOptions, signal: AbortSignal): Promise<Backup> {
  if ((await stat(path)).isFile()) await matchesChecksum(path, signal);
  const parts = await partsOf(path);
  const { label: text, major } = await readHead(parts, signal);
  const label = parseBackupLabel(text, path);
  const mayHaveOneInside = parts.kind === 'tar' && parts.isAlone;
  if (parts.manifest === undefined && !mayHaveOneInside && options.allowUnverified !== true)
    throw withoutManifest(path);
  const manifest = parts.manifest === undefined ? undefined : await readManifest(parts.manifest, path);
  if (manifest && options.allowUnverified !== true) assertChecksums(manifest, path);
  const base: BaseBackup = { ...options, path, parts, major, label, bytes: await bytesOf(parts) };
  return {
    description: describe(base, manifest),
    dataDirectory: {
      major,
      ...(options.database !== undefined && { database: options.database }),
      layOut: (place, during) => layOut(base, place, during),
    },
    restore: () => Promise.reject(new Error('A base backup is started, not restored.')),
    readTables: (names) => (names.length === 0 ? Promise.resolve({}) : Promise.reject(notWithoutServer(path))),
  };
}

const UNVERIFIED =
  'The base backup has no manifest of its own and is not verified: damage is noticed where the server comes upon it, if at all.';

const ONLY_SIZES = 'The manifest of the base backup holds no checksums: sizes were compared, contents were not.';

const notWithoutServer = (path: string): PgrehearseError =>
  new PgrehearseError(
    'USAGE',
    `What is applied in the base backup ${path} can be read by a server only, and \`plan\` starts none.`,
    {
      hint: 'Use `pgrehearse run`, which shows the plan before its first step; or give `plan` a dump with --backup.',
    },
  );

async function bytesOf(parts: BaseParts): Promise<number> {
  const files = parts.kind === 'plain' ? (await listFolder(parts.path)).files : parts.tars;
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

function describe({ path, bytes, major, label }: BaseBackup, manifest: Manifest | undefined): BackupDescription {
  // In UTC, where the label itself has an abbreviation of a time zone.
  const written = manifest?.files.get(BACKUP_LABEL)?.modified?.replace(/ GMT$/, 'Z').replace(' ', 'T');
  const createdAt = written === undefined ? label.startedAt : new Date(written).toISOString();
  return { format: 'base', path, bytes, serverMajor: major, ...(createdAt !== undefined && { createdAt }) };
}

async function layOut(base: BaseBackup, place: DataDirectoryPlace, signal: AbortSignal): Promise<LaidOutFacts> {
  const { path, major, label, allowUnverified = false } = base;
  const { folder, owner, onProgress } = place;
  await bring(base, place, signal);
  onProgress('Verifying the base backup');
  const manifest = await verify(folder, { backup: path, major, allowUnverified }, signal);
  if (!manifest) base.onWarning(UNVERIFIED);
  else if (lacksChecksums(manifest)) base.onWarning(ONLY_SIZES);
  onProgress('Reading its write-ahead log');
  await checkWal(folder, { backup: path, label, manifest }, signal);
  return await tame(folder, owner, signal);
}

async function bring({ parts, bytes }: BaseBackup, place: DataDirectoryPlace, signal: AbortSignal): Promise<void> {
  const { folder, onProgress } = place;
  let done = 0;
  const percent = (): number => Math.floor(bytes === 0 ? 0 : (100 * done) / bytes);
  onProgress('Copying the base backup', percent());
  const onBytes = (more: number): void => {
    const before = percent();
    done += more;
    if (percent() !== before) onProgress('Copying the base backup', percent());
  };
  if (parts.kind === 'tar') {
    await unpackTars(parts, folder, onBytes, signal);
    if (parts.manifest !== undefined) await copyFile(parts.manifest, join(folder, MANIFEST));
    return;
  }
  const source: SourceFolder = await listFolder(parts.path);
  await copyFolder(source, folder, onBytes, signal);
}
