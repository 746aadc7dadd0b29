import { join } from 'node:path';
import { PgrehearseError } from '../../support/errors.ts';
import type { Backup } from '../backup.ts';
import { openBackup } from '../open-backup.ts';
import { sweepTemporaryFolders, temporaryFolder } from '../temporary-folder.ts';
import type { BackupSource, DumpOptions } from './backup-source.ts';
import { dumpByCommand } from './dump-by-command.ts';
import { dumpByUrl, type UrlDump } from './dump-by-url.ts';

/** A backup that may have been made for us; what was made is gone after `dispose`. */
export type ObtainedBackup = Backup & AsyncDisposable;

/**
 * Opens a backup, and takes it first where it is no file yet.
 *
 * @throws {PgrehearseError} as `openBackup`; `BACKUP_UNREADABLE` as well when a command fails, `DATABASE_UNREACHABLE`
 */
export async function obtainBackup(
  source: BackupSource,
  options: DumpOptions,
  signal: AbortSignal,
): Promise<ObtainedBackup> {
  await sweepTemporaryFolders();
  const { file } = source;
  if (file !== undefined) {
    return { ...(await openBackup(file, options, signal)), [Symbol.asyncDispose]: async () => {} };
  }
  const folder = await temporaryFolder();
  try {
    const key = source.url === undefined ? 'backup.command' : 'backup.url';
    const into = join(folder.path, key);
    const createdAt = await take(source, { folder: folder.path, into }, options, signal);
    const backup = await openBackup(into, options, signal).catch((error: unknown) => {
      throw withoutPath(error, into, key);
    });
    const description = { ...backup.description, ...(createdAt !== undefined && { createdAt }) };
    return { ...backup, description, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}

/** When it was made, where that is known better than from the dump. */
async function take(
  { command = [], url, excludeTableData = [] }: BackupSource,
  places: Pick<UrlDump, 'folder' | 'into'>,
  options: DumpOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (url !== undefined) return dumpByUrl({ url, excludeTableData, ...places }, options, signal);
  await dumpByCommand(command, places.into, options, signal);
  return undefined;
}

/** The file is ours and gone by now; its path would lead nowhere. */
function withoutPath(error: unknown, path: string, key: string): unknown {
  if (!(error instanceof PgrehearseError) || !error.message.includes(path)) return error;
  const message = error.message.replaceAll(`The backup ${path}`, `The output of ${key}`).replaceAll(path, 'it');
  return new PgrehearseError(error.code, message, { cause: error, hint: error.hint, details: error.details });
}
