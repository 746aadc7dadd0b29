import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { counted } from '../../support/amounts.ts';
import { damaged } from './damaged.ts';
import { lacksChecksums, type Manifest, MANIFEST, readManifest } from './manifest.ts';
import { runVerifyBackup } from './run-verify-backup.ts';
import { verifyFiles } from './verify-files.ts';

export interface VerifyOptions {
  /** For messages. */
  readonly backup: string;
  readonly major: number;
  /** A backup without manifest is taken nevertheless. */
  readonly allowUnverified: boolean;
}

/**
 * Compares the files of a laid out backup with its manifest: by `pg_verifybackup` of the same major where this machine has
 * one, else here. Of the write-ahead log neither says anything.
 *
 * @returns undefined: it has no manifest, and that was allowed
 * @throws {PgrehearseError} `BACKUP_UNREADABLE`
 */
export async function verify(
  folder: string,
  { backup, major, allowUnverified }: VerifyOptions,
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  const path = join(folder, MANIFEST);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere && allowUnverified) return undefined;
  if (!isThere) throw withoutManifest(backup);
  const manifest = await readManifest(path, backup);
  if (!allowUnverified) assertChecksums(manifest, backup);
  const problems = (await runVerifyBackup(folder, major, signal)) ?? (await verifyFiles(folder, manifest, signal));
  const [first, ...others] = problems;
  if (first === undefined) return manifest;
  const rest = others.length === 0 ? '' : ` (and ${counted(others.length, 'problem')} more)`;
  throw damaged(backup, `${first}${rest}`);
}

/** @throws {PgrehearseError} `BACKUP_UNREADABLE` */
export function assertChecksums(manifest: Manifest, backup: string): void {
  if (!lacksChecksums(manifest)) return;
  throw damaged(
    backup,
    'its manifest holds no checksums, so nobody can say whether its contents are whole',
    'Take it without --manifest-checksums=NONE, or accept that with `backup.allowUnverified: true`.',
  );
}

export const withoutManifest = (backup: string): Error =>
  damaged(
    backup,
    'it has no manifest, so nobody can say whether it is whole',
    'Take it without --no-manifest, or accept that with `backup.allowUnverified: true`.',
  );
