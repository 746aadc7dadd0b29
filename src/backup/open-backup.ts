import { resolve } from 'node:path';
import { openArchive, type OpenArchiveOptions } from './archive/archive-backup.ts';
import type { Backup } from './backup.ts';
import { matchesChecksum } from './check-sum.ts';
import { locate } from './locate.ts';
import { openPlain } from './plain/plain-backup.ts';

export type OpenBackupOptions = Partial<OpenArchiveOptions>;

/**
 * Looks at a backup and says what it is; by its content, the name does not matter.
 *
 * @throws {PgrehearseError} `BACKUP_NOT_FOUND`, `BACKUP_UNREADABLE`, `BACKUP_TOOL_MISSING`, `BACKUP_NEWER_THAN_TOOLS`
 */
export async function openBackup(path: string, options: OpenBackupOptions, signal: AbortSignal): Promise<Backup> {
  const located = await locate(resolve(path), signal);
  if (located.format !== 'directory') await matchesChecksum(located.path, signal);
  const onWarning = options.onWarning ?? (() => {});
  return located.format === 'plain'
    ? openPlain(located, onWarning, signal)
    : openArchive(located, { ...options, onWarning }, signal);
}
