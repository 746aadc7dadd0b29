import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { advise, serverMajor } from '../advise.ts';
import { afterRestore } from '../after-restore.ts';
import type { Backup, BackupDescription, RestoreProgress, RestoreResult, RestoreTarget } from '../backup.ts';
import { describeBackup } from '../describe-backup.ts';
import { createdAt } from '../created-at.ts';
import { availableExtensions } from '../extensions.ts';
import type { LocatedBackup } from '../locate.ts';
import { openText } from '../plain/open-text.ts';
import { scanSql } from '../plain/scan-sql.ts';
import { readRows } from '../read-rows.ts';
import { restoreReport } from '../restore-report.ts';
import { restoreFailure, restoreSession } from '../restore-session.ts';
import { roleShims } from '../role-shims.ts';
import type { RestoreComplaint } from '../../recording/recording.ts';
import { isPgrehearseError, PgrehearseError } from '../../support/errors.ts';
import { archiveHeader, type ArchiveHeader } from './archive-header.ts';
import { surveyArchive } from './archive-survey.ts';
import { checkFolder } from './check-folder.ts';
import { checkTar } from './check-tar.ts';
import { choosePgRestore } from './choose-pg-restore.ts';
import { findPgRestore, type ToolWish } from './find-pg-restore.ts';
import { readArchive } from './read-archive.ts';
import { jobsFor, restoreArchive } from './restore-archive.ts';
import { temporaryFolder, unkept } from '../temporary-folder.ts';

interface Archive extends LocatedBackup {
  readonly description: BackupDescription;
  readonly wish: ToolWish;
  readonly options: OpenArchiveOptions;
}

export interface OpenArchiveOptions {
  /** What a person should know and what is no fault of the restore, one sentence each. */
  readonly onWarning: (message: string) => void;
  /** The server will come with client programs: none is needed on this machine to restore. */
  readonly serverBringsClients?: boolean;
  /** Folders to look for pg_restore in, for tests. Absent: the usual ones. */
  readonly toolPlaces?: readonly string[];
}

/** @throws {PgrehearseError} `BACKUP_UNREADABLE`, `BACKUP_TOOL_MISSING`, `BACKUP_NEWER_THAN_TOOLS` */
export async function openArchive(
  located: LocatedBackup,
  options: OpenArchiveOptions,
  signal: AbortSignal,
): Promise<Backup> {
  const header = archiveHeader(located.head);
  if (!header) {
    throw new PgrehearseError(
      'BACKUP_UNREADABLE',
      `The backup ${located.path} is cut short or damaged: its head is not whole.`,
    );
  }
  const { dumpVersion } = header;
  const places = options.toolPlaces;
  const wish: ToolWish = { ...(dumpVersion !== undefined && { dumpVersion }), ...(places && { places }) };
  const archive: Archive = { ...located, description: describeArchive(located, header), wish, options };
  const tool = await findPgRestore(wish, signal).catch((error: unknown) => {
    if (options.serverBringsClients === true && isPgrehearseError(error)) return undefined;
    throw error;
  });
  if (located.format === 'tar' && located.compression === 'none') await checkTar(located.path);
  if (located.format === 'directory') await checkFolder(located.path, signal);
  // Reads the table of contents, so that a damaged one is known before a server is started; else before anything is restored.
  if (tool && located.compression === 'none')
    for await (const _ of readArchive(tool, ['--list', located.path], signal));
  return {
    description: archive.description,
    restore: (target, onProgress, during) => restore(archive, { target, onProgress }, during),
    readTables: (names, during) => readTables(archive, names, during),
  };
}

export function describeArchive({ path, bytes, format }: LocatedBackup, header: ArchiveHeader): BackupDescription {
  const { createdLocal, database, serverVersion, dumpVersion } = header;
  const created = createdLocal && createdAt(createdLocal);
  return describeBackup({ format, path, bytes }, { createdAt: created, serverVersion, dumpVersion, database });
}

interface Restoring {
  readonly target: RestoreTarget;
  readonly onProgress: (progress: RestoreProgress) => void;
}

async function restore(
  archive: Archive,
  { target, onProgress }: Restoring,
  signal: AbortSignal,
): Promise<RestoreResult> {
  const startMs = performance.now();
  const { format, options, wish } = archive;
  const { onWarning } = options;
  const report = restoreReport(onWarning);
  try {
    await using folder = await temporaryFolder();
    await using upkeep = await restoreSession(target, signal);
    const wanted = { ...wish, serverMajor: await serverMajor(upkeep) };
    const pgRestore = await choosePgRestore(wanted, target.clientPrograms, signal);
    const path = await pgRestore.bring(await unwrapped(archive, folder.path, signal), signal);
    const survey = await surveyArchive({ pgRestore, path, folder: folder.path }, signal);
    const shims = roleShims(upkeep, target.isShared);
    await shims.ensure(survey.roles);
    const available = await availableExtensions(upkeep);
    survey.extensions.filter((extension) => !available.has(extension)).forEach((extension) => report.lacks(extension));
    await restoreArchive(
      { pgRestore, path, jobs: jobsFor(format), folder: folder.path, upkeep, target, report, onProgress },
      signal,
    );
    await afterRestore(upkeep, { database: target.database, settings: survey.databaseSettings, report });
    await advise(report.missingExtensions(), { upkeep, onWarning });
    return {
      durationMs: performance.now() - startMs,
      shimmedRoles: shims.created(),
      namedRoles: shims.named(),
      missingExtensions: report.missingExtensions(),
      // Several jobs come to their errors in another order each time.
      complaints: report.complaints().toSorted(byText),
    };
  } catch (thrown) {
    throw restoreFailure(thrown, signal);
  }
}

function byText(one: RestoreComplaint, other: RestoreComplaint): number {
  const [a, b] = [one, other].map(({ object = '', message }) => `${object}\n${message}`);
  if (a === b) return 0;
  return (a ?? '') < (b ?? '') ? -1 : 1;
}

async function readTables(
  archive: Archive,
  names: readonly string[],
  signal: AbortSignal,
): ReturnType<Backup['readTables']> {
  if (names.length === 0) return {};
  await using folder = await temporaryFolder();
  const tool = await findPgRestore(archive.wish, signal).catch((error: unknown) => {
    throw archive.options.serverBringsClients === true ? readHere(error) : error;
  });
  const path = await unwrapped(archive, folder.path, signal);
  // pg_restore knows tables by name alone here; what they are qualified with is looked at in what it prints.
  const tables = names.flatMap((name) => [
    name,
    ...[...name.matchAll(/\./g)].map(({ index }) => name.slice(index + 1)),
  ]);
  const selected = [...new Set(tables)].filter((table) => table !== '').map((table) => `--table=${table}`);
  return readRows(scanSql(readArchive(tool, [...selected, '--file=-', path], signal)), names);
}

/** The server has a pg_restore, but none is started for a plan. */
function readHere(error: unknown): unknown {
  if (!isPgrehearseError(error)) return error;
  return new PgrehearseError(error.code, error.message, {
    cause: error,
    hint: `${error.hint} Only \`pgrehearse run\` can take the one that comes with the server.`,
    details: error.details,
  });
}

/** An archive that was compressed as a whole, which pg_restore cannot read, is decompressed into our folder. */
async function unwrapped({ path, format, compression }: Archive, folder: string, signal: AbortSignal): Promise<string> {
  if (compression === 'none') return path;
  const file = join(folder, 'archive');
  const kept = createWriteStream(file, { mode: 0o600 });
  try {
    await pipeline(openText(path, compression, signal).chunks, kept, { signal });
  } catch (error) {
    throw kept.errored === error && !signal.aborted ? await unkept(error) : error;
  }
  if (format === 'tar') await checkTar(file);
  return file;
}
