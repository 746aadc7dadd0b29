import { dataObserver } from '../../../src/observers/data/index.ts';
import type { Watch } from '../../../src/observers/observer.ts';
import { connect, type Database } from '../../../src/postgres/connect.ts';
import { applyDataChanges } from '../../../src/recording/changes.ts';
import type { DataChange, DataLedger } from '../../../src/recording/data-ledger.ts';
import type { EphemeralServer } from '../../../src/server/provider.ts';
import { createDatabase } from '../../helpers/servers.ts';

/** A database of its own with a session that plays the migration, and a watch that keeps the ledger. */
export interface DataRig extends AsyncDisposable {
  readonly name: string;
  readonly session: Database;
  readonly start: DataLedger;
  /** The ledger after all steps so far, from `start` and the changes alone. */
  ledger(): DataLedger;
  /** Runs the statements one by one, and says what the observer saw. */
  step(...statements: string[]): Promise<readonly DataChange[]>;
  /** What a watch that begins now reads. */
  fresh(): Promise<DataLedger>;
}

let databases = 0;

export async function aDataRig(
  server: EphemeralServer,
  setup: readonly string[],
  bookkeeping: readonly { schema?: string; name: string }[] = [],
): Promise<DataRig> {
  databases += 1;
  const name = `rig_${databases}`;
  const { connectionString } = await createDatabase(server, name);
  const session = await connect(connectionString, { applicationName: 'test migration' });
  for (const sql of setup) await session.query(sql);
  const open = (): Promise<Watch> => dataObserver.open({ server, database: name, bookkeeping });
  const watch = await open();
  const changes: (readonly DataChange[])[] = [];
  const start = watch.start.data ?? { tables: {}, sequences: {}, unread: {} };
  return {
    name,
    session,
    start,
    ledger: () => applyDataChanges(start, changes),
    step: async (...statements) => {
      for (const sql of statements) await session.query(sql);
      const { data = [] } = await watch.afterStep();
      changes.push(data);
      return data;
    },
    fresh: async () => {
      await using another = await open();
      return another.start.data ?? { tables: {}, sequences: {}, unread: {} };
    },
    async [Symbol.asyncDispose]() {
      await watch[Symbol.asyncDispose]();
      await session[Symbol.asyncDispose]();
    },
  };
}

export const relations = (changes: readonly DataChange[]): string[] => changes.map(({ relation }) => relation);
