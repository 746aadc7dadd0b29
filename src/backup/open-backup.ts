import { resolve } from 'node:path';
import { PgrehearseError } from '../support/errors.ts';
import { openArchive, type OpenArchiveOptions } from './archive/archive-backup.ts';
import type { Backup } from './backup.ts';
import { matchesChecksum } from './check-sum.ts';
import { locate } from './locate.ts';
import { openPlain } from './plain/plain-backup.ts';

export interface OpenBackupOptions extends Partial<OpenArchiveOptions> {
  /** Of a base backup, which holds all of its server's. Absent: the only one with contents. */
  readonly database?: string;
  /** Take a base backup that has no manifest. */
  readonly allowUnverified?: boolean;
}

/**
 * Looks at a backup and says what it is; by its content, the name does not matter.
 *
 * @throws {PgrehearseError} `BACKUP_NOT_FOUND`, `BACKUP_UNREADABLE`, `BACKUP_TOOL_MISSING`, `BACKUP_NEWER_THAN_TOOLS`
 */
export async function openBackup(path: string, options: OpenBackupOptions, signal: AbortSignal): Promise<Backup> {
  const located = await locate(resolve(path), signal);
  const onWarning = options.onWarning ?? (() => {});
  if (located.format === 'base') {
    // Loaded late: most backups are dumps.
    const { openBase } = await import('./base/base-backup.ts');
    return openBase(located.path, { ...options, onWarning }, signal);
  }
  if (options.database !== undefined) throw onlyOfBase(located.path);
  if (located.format !== 'directory') await matchesChecksum(located.path, signal);
  return located.format === 'plain'
    ? openPlain(located, onWarning, signal)
    : openArchive(located, { ...options, onWarning }, signal);
}

const onlyOfBase = (path: string): PgrehearseError =>
  new PgrehearseError('CONFIG_INVALID', `backup.database is for base backups, and ${path} is a dump.`, {
    hint: 'Leave `backup.database` out: a dump holds one database.',
  });
