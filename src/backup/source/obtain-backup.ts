import { basename, join } from 'node:path';
import { PgrehearseError } from '../../support/errors.ts';
import type { Backup, BackupDescription } from '../backup.ts';
import { openBackup } from '../open-backup.ts';
import { sweepTemporaryFolders, temporaryFolder } from '../temporary-folder.ts';
import type { BackupSource, DumpOptions } from './backup-source.ts';
import { dumpByCommand } from './dump-by-command.ts';
import { dumpByUrl, type UrlDump } from './dump-by-url.ts';
import { backupFromS3 } from './s3/backup-from-s3.ts';
import { isS3Address } from './s3/s3-address.ts';

/** A backup that may have been made for us; what was made is gone after `dispose`. */
export type ObtainedBackup = Backup & AsyncDisposable;

/**
 * Opens a backup, and takes it first where it is no file yet.
 *
 * @throws {PgrehearseError} as `openBackup`; `BACKUP_UNREADABLE` as well when a command fails, `DATABASE_UNREACHABLE`, `AWS_UNAVAILABLE`
 */
export async function obtainBackup(
  source: BackupSource,
  options: DumpOptions,
  signal: AbortSignal,
): Promise<ObtainedBackup> {
  await sweepTemporaryFolders();
  const { file, database, allowUnverified } = source;
  const wishes = {
    ...options,
    ...(database !== undefined && { database }),
    ...(allowUnverified && { allowUnverified }),
  };
  if (file !== undefined && !isS3Address(file)) {
    return { ...(await openBackup(file, wishes, signal)), [Symbol.asyncDispose]: async () => {} };
  }
  const folder = await temporaryFolder();
  try {
    const key = keyOf(source);
    const into = join(folder.path, key);
    const known = await take(source, { folder: folder.path, into }, options, signal);
    const tell = (error: unknown): never => {
      throw told(error, into, file ?? `The output of ${key}`, basename(file ?? key));
    };
    const backup = await openBackup(into, wishes, signal).catch(tell);
    return {
      ...backup,
      description: { ...backup.description, ...known },
      restore: (...restore) => backup.restore(...restore).catch(tell),
      readTables: (...read) => backup.readTables(...read).catch(tell),
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}

/** The name that what is taken has in our folder. */
const keyOf = ({ file, url }: BackupSource): string =>
  file === undefined ? (url === undefined ? 'backup.command' : 'backup.url') : 'backup.s3';

/** What is known better than from what was taken. */
async function take(
  { file, s3: settings = {}, command = [], url, excludeTableData = [] }: BackupSource,
  places: Pick<UrlDump, 'folder' | 'into'>,
  options: DumpOptions,
  signal: AbortSignal,
): Promise<Partial<Pick<BackupDescription, 'createdAt' | 'path'>>> {
  if (url !== undefined) return { createdAt: await dumpByUrl({ url, excludeTableData, ...places }, options, signal) };
  if (file === undefined) {
    await dumpByCommand(command, places.into, options, signal);
    return {};
  }
  await backupFromS3({ address: file, settings }, places.into, options, signal);
  return { path: file };
}

/** The file is ours and gone by now; its path would lead nowhere. */
function told(error: unknown, path: string, what: string, name: string): unknown {
  if (!(error instanceof PgrehearseError)) return error;
  const tell = (text: string): string =>
    text.replaceAll(`The backup ${path}`, what).replaceAll(path, 'it').replaceAll(basename(path), name);
  const { code, details } = error;
  return new PgrehearseError(code, tell(error.message), { cause: error, hint: tell(error.hint), details });
}
