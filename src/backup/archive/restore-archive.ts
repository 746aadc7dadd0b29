import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../../postgres/connect.ts';
import { PgrehearseError } from '../../support/errors.ts';
import type { BackupDescription, RestoreProgress, RestoreTarget } from '../backup.ts';
import { withoutValues } from '../complaint.ts';
import type { RestoreReport } from '../restore-report.ts';
import { lostDuringRestore } from '../restore-session.ts';
import type { PgRestore } from './pg-restore.ts';
import { createMessageReader, type PgRestoreMessage } from './pg-restore-messages.ts';
import { unreadable } from './read-archive.ts';
import { watchForStall } from './stall-watch.ts';

export interface ArchiveRestore {
  readonly pgRestore: PgRestore;
  /** The archive itself as pg_restore sees it, decompressed where it had been compressed as a whole. */
  readonly path: string;
  readonly jobs: number;
  /** A temporary folder of ours. */
  readonly folder: string;
  readonly target: RestoreTarget;
  /** A session of our own on the same database. */
  readonly upkeep: Database;
  /** For tests. */
  readonly stallLimitMs?: number;
  readonly report: RestoreReport;
  readonly onProgress: (progress: RestoreProgress) => void;
}

/** @throws {PgrehearseError} `BACKUP_UNREADABLE`, `SERVER_UNAVAILABLE` */
export async function restoreArchive(restore: ArchiveRestore, signal: AbortSignal): Promise<void> {
  const { pgRestore, path, target, folder, jobs, upkeep, stallLimitMs } = restore;
  const passwordFile = join(folder, 'pgpass');
  await writeFile(passwordFile, `*:*:*:*:${target.password.replaceAll(/[\\:]/g, String.raw`\$&`)}\n`, { mode: 0o600 });
  const reader = createMessageReader();
  const log = new RestoreLog(restore);
  await using stall = watchForStall(upkeep, stallLimitMs === undefined ? {} : { limitMs: stallLimitMs });
  const onStderr = (text: string): void => {
    stall.heard();
    log.take(reader.push(text));
  };
  const either = AbortSignal.any([signal, stall.signal]);
  const broughtFile = await pgRestore.bring(passwordFile, either);
  const run = { path, target, passwordFile: broughtFile, jobs, onStderr };
  const code = await pgRestore.restore(run, either).catch((error: unknown) => {
    if (!either.aborted) throw error;
    return undefined;
  });
  signal.throwIfAborted();
  if (stall.signal.aborted) throw stalled(path);
  log.take(reader.end());
  log.close(code);
}

const stalled = (path: string): PgrehearseError =>
  new PgrehearseError('BACKUP_UNREADABLE', `pg_restore stopped working on ${path} without an error.`, {
    hint: 'The backup may be damaged. Try `pg_restore --file=/dev/null` on it.',
  });

/** A tar archive can be read by one job only. */
export const jobsFor = (format: BackupDescription['format']): number =>
  format === 'tar' ? 1 : Math.min(availableParallelism(), MOST_JOBS);

const MOST_JOBS = 8;

/** Accounts for everything that one run of pg_restore said. */
class RestoreLog {
  readonly #restore: ArchiveRestore;
  #refused = 0;
  #fatal: string[] = [];
  #ignored: number | undefined;

  constructor(restore: ArchiveRestore) {
    this.#restore = restore;
  }

  take(messages: readonly PgRestoreMessage[]): void {
    for (const message of messages) {
      if (message.kind === 'progress') this.#restore.onProgress({ item: message.item });
      if (message.kind === 'warning') this.#restore.report.warning(message.message);
      if (message.kind === 'ignored-errors') this.#ignored = message.count;
      if (message.kind === 'error') this.#fatal.push(message.message);
      if (message.kind === 'refused') {
        this.#refused += 1;
        if (LOST_CONNECTION.test(message.error.message)) this.#fatal.push(message.error.message);
        else this.#restore.report.error(message.error);
      }
    }
  }

  close(code: number | undefined): void {
    const { report } = this.#restore;
    const finished = code === 0 || this.#ignored !== undefined;
    if (!finished || this.#fatal.some((message) => LOST_CONNECTION.test(message))) throw this.#failure(code);
    this.#fatal.forEach((message) => report.complain(`pg_restore: ${withoutValues(message)}`));
    const heard = this.#refused + this.#fatal.length;
    const ignored = this.#ignored ?? 0;
    // With several jobs each item that has errors counts for one more.
    if (ignored > heard * (this.#restore.jobs > 1 ? 2 : 1)) {
      report.complain(`pg_restore ignored ${ignored} errors, of which ${heard} could be read from its output`);
    }
  }

  #failure(code: number | undefined): PgrehearseError {
    const lost = this.#fatal.find((message) => LOST_CONNECTION.test(message));
    if (lost !== undefined) {
      return lostDuringRestore(lost);
    }
    const [first] = this.#fatal;
    if (first !== undefined) return unreadable(`pg_restore: error: ${first}`);
    return new PgrehearseError(
      'BACKUP_UNREADABLE',
      code === undefined
        ? 'pg_restore was killed from outside.'
        : `pg_restore ended with code ${code} and gave no reason.`,
      { hint: 'Was the machine out of memory?' },
    );
  }
}

const LOST_CONNECTION =
  /connection to server|server closed the connection|terminating connection|no connection to the server|could not (?:connect|receive data|send data)|connection not open|SSL connection has been closed|password authentication failed/i;
