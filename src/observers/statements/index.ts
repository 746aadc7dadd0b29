import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type Database } from '../../postgres/connect.ts';
import type { Observer, ObserverContext } from '../observer.ts';
import { parseStatements } from './parse-statements.ts';

/**
 * Reads the statements of a step out of the server's CSV log: the same for every tool, with nothing of ours in its
 * connection. Times are the server's own. Parameter values are not logged (`log_parameter_max_length = 0`).
 */
export const statementsObserver: Observer = {
  id: 'statements',

  async open(context) {
    if (context.server.logUnreadable !== undefined) throw new Error(context.server.logUnreadable);
    const upkeep = await connect(context.server.target('postgres').connectionString, {
      applicationName: 'pgrehearse observer statements',
    });
    let offsetBytes = await endOfLog(upkeep);
    return {
      start: {},
      async afterStep() {
        const { log, bytes } = await readUpToHere(upkeep, offsetBytes);
        offsetBytes += bytes;
        return { statements: parseStatements(log, isOfMigration(context)) };
      },
      [Symbol.asyncDispose]: () => upkeep[Symbol.asyncDispose](),
    };
  },
};

const isOfMigration =
  ({ database }: ObserverContext) =>
  (line: { readonly database: string; readonly application: string }): boolean =>
    line.database === database && !line.application.startsWith('pgrehearse observer');

const LOG_FILE = `pg_catalog.pg_current_logfile('csvlog')`;

async function endOfLog(upkeep: Database): Promise<number> {
  const [row] = await upkeep.query<{ size: string }>(`select (pg_catalog.pg_stat_file(${LOG_FILE})).size`);
  if (!row) throw new Error('the server writes no CSV log');
  return Number(row.size);
}

/**
 * The log is written by a process of its own, a moment after the statement. A line of ours, sent after the step, comes
 * behind all lines of the step; what stands before it is complete.
 */
async function readUpToHere(
  upkeep: Database,
  offsetBytes: number,
): Promise<{ readonly log: string; readonly bytes: number }> {
  const mark = `pgrehearse mark ${randomUUID()}`;
  await upkeep.query(`do $$ begin raise log '${mark}'; end $$`);
  const deadlineMs = Date.now() + 10_000;
  let log = '';
  let from = offsetBytes;
  while (Date.now() < deadlineMs) {
    const [row] = await upkeep.query<{ piece: Buffer }>(
      `select pg_catalog.pg_read_binary_file(${LOG_FILE}, $1, ${PIECE_BYTES}) as piece`,
      [from],
    );
    const piece = row?.piece ?? Buffer.alloc(0);
    from += piece.length;
    // Latin-1 keeps every byte, so that a character cut in two between pieces is whole again below.
    log += piece.toString('latin1');
    const end = endOfMarkedLine(log, mark);
    if (end !== undefined) return { log: Buffer.from(log.slice(0, end), 'latin1').toString('utf8'), bytes: end };
    if (piece.length === 0) await delay(2);
  }
  throw new Error('the server log did not show our mark within 10 s');
}

const PIECE_BYTES = 16_777_216;

function endOfMarkedLine(log: string, mark: string): number | undefined {
  const marked = log.lastIndexOf(mark);
  const end = marked === -1 ? -1 : log.indexOf('\n', marked);
  return end === -1 ? undefined : end + 1;
}
