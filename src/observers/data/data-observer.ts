import type { Database } from '../../postgres/connect.ts';
import { diffLedgers } from '../../recording/changes.ts';
import { Disposals } from '../../support/disposals.ts';
import type { Observer, ObserverContext, Watch } from '../observer.ts';
import type { StoredRelation } from './catalogue/stored-relation.ts';
import { ledgerReader, type ReadLedger } from './ledger-reader.ts';
import { openReadingSessions } from './reading-session.ts';
import { rowWrites } from './row-writes.ts';
import { type LogReader, openLogReader } from './touched-files.ts';

/** Keeps a ledger of all contents, brought up to date after each step from what the write-ahead log says was touched. */
export const dataObserver: Observer = {
  id: 'data',
  async open(context) {
    const disposals = new Disposals();
    try {
      const { server, database } = context;
      const sessions = disposals.use(await openReadingSessions(server.target(database).connectionString));
      const log = disposals.use(await openLogReader(server.target('postgres').connectionString, database));
      const read = ledgerReader(sessions, isBookkeeping(context, sessions.defaultSchemas));
      const watch = await watchLedger(log, read, await worthReadingBytes(sessions.main));
      return { ...watch, [Symbol.asyncDispose]: () => disposals[Symbol.asyncDispose]() };
    } catch (error) {
      await disposals[Symbol.asyncDispose]();
      throw error;
    }
  },
};

type Suspects = ReadonlySet<number> | undefined;

async function watchLedger(
  log: LogReader,
  read: ReadLedger,
  worthBytes: number,
): Promise<Pick<Watch, 'start' | 'afterStep'>> {
  const nothing: Suspects = new Set();
  const beginning = await log.look(0);
  let unsettled: Suspects = beginning.unfinished ? undefined : nothing;
  let last = await read();
  return {
    start: { data: last.ledger },
    afterStep: async () => {
      const carried = unsettled;
      // Should this reading fail half-way, the next one must not rely on it.
      unsettled = undefined;
      const touched = await log.look(worthBytes);
      // What a transaction wrote that was open at the last reading may have become visible since, without a new record.
      const suspects = touched.filenodes && carried && new Set([...touched.filenodes, ...carried]);
      const before = last;
      last = await read(suspects);
      unsettled = touched.unfinished ? suspects : nothing;
      return {
        data: diffLedgers(before.ledger, last.ledger).map((change) => {
          const writes = touched.filenodes && rowWrites(change, { before: before.plan, after: last.plan }, touched);
          return writes ? { ...change, writes } : change;
        }),
      };
    },
  };
}

/** Reading the log takes about as long as reading eight times as many bytes of tables. */
async function worthReadingBytes(database: Database): Promise<number> {
  const [row] = await database.query<{ bytes: string }>(
    'select pg_catalog.pg_database_size(pg_catalog.current_database())::text as bytes',
  );
  return Math.max(64_000_000, Number(row?.bytes ?? 0) / 8);
}

function isBookkeeping(
  { bookkeeping }: ObserverContext,
  defaultSchemas: readonly string[],
): (relation: StoredRelation) => boolean {
  return (relation) =>
    bookkeeping.some(
      ({ schema, name }) =>
        name === relation.table &&
        (schema === undefined ? defaultSchemas.includes(relation.schema) : schema === relation.schema),
    );
}
