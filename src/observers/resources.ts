import { setTimeout as delay } from 'node:timers/promises';
import { connect, type Database } from '../postgres/connect.ts';
import { toError } from '../support/errors.ts';
import type { Observer, ObserverContext } from './observer.ts';

/** Write-ahead log and size of the database. It asks for nothing that a step could hold a lock on. */
export const resourcesObserver: Observer = {
  id: 'resources',

  async open(context) {
    const session = await openSession(context);
    let last = await measure(session, context.database);
    const peak = watchPeak(session, context.database);
    return {
      start: { resources: { databaseBytes: last.databaseBytes } },
      async afterStep() {
        const seenBytes = await peak.take();
        const now = await measure(session, context.database);
        const walBytes = Math.max(0, now.walPosition - last.walPosition);
        const peakDatabaseBytes = Math.max(seenBytes, last.databaseBytes, now.databaseBytes);
        last = now;
        return { resources: { walBytes, databaseBytes: now.databaseBytes, peakDatabaseBytes } };
      },
      async [Symbol.asyncDispose]() {
        await peak.stop();
        await session[Symbol.asyncDispose]();
      },
    };
  },
};

/** In the database for upkeep, so that it is in nobody's way. */
async function openSession({ server }: ObserverContext): Promise<Database> {
  const session = await connect(server.target('postgres').connectionString, {
    applicationName: 'pgrehearse observer resources',
  });
  await session.script(`set statement_timeout = '10s'; set lock_timeout = '1s'`);
  return session;
}

interface Measured {
  /** Bytes of write-ahead log since the beginning of the cluster. */
  readonly walPosition: number;
  readonly databaseBytes: number;
}

async function measure(session: Database, database: string): Promise<Measured> {
  const [row] = await session.query<Measured>(
    `select (pg_catalog.pg_current_wal_insert_lsn() - '0/0'::pg_catalog.pg_lsn)::float8 as "walPosition",
       pg_catalog.pg_database_size($1::name)::float8 as "databaseBytes"`,
    [database],
  );
  if (!row) throw new Error('the server did not say how large the database is');
  return row;
}

interface Peak {
  /** The largest size since the last time. Rejects with what stopped the looking, if something did. */
  take(): Promise<number>;
  stop(): Promise<void>;
}

/** Looks again and again, one look at a time. */
function watchPeak(session: Database, database: string): Peak {
  const over = new AbortController();
  let largestBytes = 0;
  let broken: Error | undefined;
  let looking: Promise<unknown> = Promise.resolve();

  async function look(): Promise<void> {
    const { databaseBytes } = await measure(session, database);
    largestBytes = Math.max(largestBytes, databaseBytes);
  }
  async function goOn(): Promise<void> {
    for (;;) {
      await delay(INTERVAL_MS, undefined, { signal: over.signal, ref: false });
      looking = look();
      await looking;
    }
  }
  const done = goOn().catch((error: unknown) => {
    if (!over.signal.aborted) broken = toError(error);
  });

  return {
    async take() {
      await looking.catch(() => {});
      if (broken) throw broken;
      const seenBytes = largestBytes;
      largestBytes = 0;
      return seenBytes;
    },
    async stop() {
      over.abort();
      await done;
    },
  };
}

const INTERVAL_MS = 250;
