import { randomUUID } from 'node:crypto';
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
    const upkeep = await connect(context.server.target('postgres').connectionString, {
      applicationName: 'pgrehearse observer statements',
    });
    let offsetBytes = await endOfLog(upkeep);
    return {
      start: {},
      async afterStep() {
        const log = await readUpToHere(upkeep, offsetBytes);
        offsetBytes += Buffer.byteLength(log);
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
async function readUpToHere(upkeep: Database, offsetBytes: number): Promise<string> {
  const mark = `pgrehearse mark ${randomUUID()}`;
  await upkeep.query(`do $$ begin raise log '${mark}'; end $$`);
  for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
    const [row] = await upkeep.query<{ log: Buffer }>(
      `select pg_catalog.pg_read_binary_file(${LOG_FILE}, $1, 1073741823) as log`,
      [offsetBytes],
    );
    const log = row?.log.toString('utf8') ?? '';
    const marked = log.indexOf(mark);
    const end = marked === -1 ? -1 : log.indexOf('\n', marked);
    if (end !== -1) return log.slice(0, end + 1);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error('the server log did not show our mark within 10 s');
}
