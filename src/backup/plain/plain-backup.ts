import type { Backup, BackupDescription, RestoreProgress, RestoreResult, RestoreTarget } from '../backup.ts';
import { describeBackup } from '../describe-backup.ts';
import { advise } from '../advise.ts';
import { afterRestore } from '../after-restore.ts';
import { createdAt } from '../created-at.ts';
import { availableExtensions } from '../extensions.ts';
import type { LocatedBackup } from '../locate.ts';
import { readRows } from '../read-rows.ts';
import { restoreReport } from '../restore-report.ts';
import { onNotice } from '../../postgres/copy.ts';
import { restoreFailure, restoreSession } from '../restore-session.ts';
import { roleShims } from '../role-shims.ts';
import { checkTail } from './check-tail.ts';
import { chooseDatabase } from './choose-database.ts';
import { dumpEnds } from './dump-ends.ts';
import { openText } from './open-text.ts';
import { plainHeader, type PlainHeader } from './plain-header.ts';
import { PlainRestorer } from './restore-plain.ts';
import { scanSql } from './scan-sql.ts';

interface PlainDump extends LocatedBackup {
  readonly description: BackupDescription;
  /** The one database of a dump of a whole cluster that is restored. */
  readonly chosen?: string;
  readonly onWarning: (message: string) => void;
}

/** @throws {PgrehearseError} `BACKUP_UNREADABLE` */
export async function openPlain(
  located: LocatedBackup,
  onWarning: (message: string) => void,
  signal: AbortSignal,
): Promise<Backup> {
  const header = plainHeader(located.head);
  if (header.isDump && located.compression === 'none') await checkTail(located.path, signal);
  const chosen = header.isCluster ? await chooseDatabase(located, signal) : undefined;
  const description = describePlain(located, header, chosen);
  const dump: PlainDump = { ...located, description, onWarning, ...(chosen !== undefined && { chosen }) };
  return {
    description,
    restore: (target, onProgress, during) => restore(dump, { target, onProgress }, during),
    readTables: (names, during) => readRows(scanSql(openText(dump.path, dump.compression, during).chunks), names),
  };
}

export function describePlain(
  { path, bytes }: LocatedBackup,
  { serverVersion, dumpVersion, startedOn, ...header }: PlainHeader,
  chosen?: string,
): BackupDescription {
  const created = startedOn === undefined ? undefined : createdAt(startedOn);
  const database = chosen ?? header.database;
  return describeBackup({ format: 'plain', path, bytes }, { createdAt: created, serverVersion, dumpVersion, database });
}

interface Restoring {
  readonly target: RestoreTarget;
  readonly onProgress: (progress: RestoreProgress) => void;
}

async function restore(
  dump: PlainDump,
  { target, onProgress }: Restoring,
  signal: AbortSignal,
): Promise<RestoreResult> {
  const startMs = performance.now();
  const report = restoreReport(dump.onWarning);
  try {
    await using upkeep = await restoreSession(target, signal);
    await using session = await restoreSession(target, signal);
    onNotice(session, ({ severity, message }) => {
      if (severity === 'WARNING') report.warning(message);
    });
    const shims = roleShims(upkeep, target.isShared);
    const ends = dumpEnds(dump.path);
    const restorer = new PlainRestorer({
      session,
      target,
      report,
      shims,
      ends,
      onProgress,
      available: await availableExtensions(upkeep),
      ...(dump.chosen !== undefined && { database: dump.chosen }),
    });
    await feed(dump, restorer, onProgress, signal);
    ends.check();
    const settings = restorer.databaseSettings;
    await afterRestore(upkeep, { database: target.database, settings, report });
    await advise(report.missingExtensions(), { upkeep, onWarning: dump.onWarning });
    return {
      durationMs: performance.now() - startMs,
      shimmedRoles: shims.created(),
      namedRoles: shims.named(),
      missingExtensions: report.missingExtensions(),
      complaints: report.complaints(),
    };
  } catch (thrown) {
    throw restoreFailure(thrown, signal);
  }
}

async function feed(
  { path, bytes, compression }: PlainDump,
  restorer: PlainRestorer,
  onProgress: Restoring['onProgress'],
  signal: AbortSignal,
): Promise<void> {
  const text = openText(path, compression, signal);
  await restorer.begin();
  for await (const parts of scanSql(text.chunks)) {
    signal.throwIfAborted();
    for (const part of parts) {
      await restorer.take(part);
      if (restorer.stopped) return restorer.finish();
    }
    onProgress({ doneBytes: text.doneBytes(), totalBytes: bytes });
  }
  await restorer.finish();
}
