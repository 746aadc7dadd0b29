import type { Database } from '../../postgres/connect.ts';
import { lockKeyOf } from './run-id.ts';

/** Held by our session as long as the run lives; it goes with the session, however the process ends. */
export async function lockRun(session: Database, runId: string): Promise<void> {
  // A server that is busy for us looks whether we are still there; not every system lets it.
  await session.query(`set client_connection_check_interval = '500ms'`).catch(() => {});
  await session.query('select pg_catalog.pg_advisory_lock($1::int4, $2::int4)', [RUNS, signed(lockKeyOf(runId))]);
}

/** As `lockRun`, for databases that are there already. False: another run has them. */
export async function tryLockRun(session: Database, runId: string): Promise<boolean> {
  const [row] = await session.query<{ ours: boolean }>(
    'select pg_catalog.pg_try_advisory_lock($1::int4, $2::int4) as ours',
    [RUNS, signed(lockKeyOf(runId))],
  );
  return row?.ours === true;
}

/** One run at a time looks for what dead ones left, or decides that nobody needs a role any more. */
export async function alone<Result>(session: Database, work: () => Promise<Result>): Promise<Result> {
  await session.query('select pg_catalog.pg_advisory_lock($1::int4, 0)', [GATE]);
  try {
    return await work();
  } finally {
    await session.query('select pg_catalog.pg_advisory_unlock($1::int4, 0)', [GATE]).catch(() => {});
  }
}

/** Keys of the runs that live, whichever database of the server their sessions are in. */
export async function livingRuns(session: Database): Promise<ReadonlySet<number>> {
  const rows = await session.query<{ key: string }>(
    `select objid::int8::text as key from pg_catalog.pg_locks
      where locktype = 'advisory' and granted and objsubid = 2 and classid = $1::int8::oid`,
    [RUNS],
  );
  return new Set(rows.map(({ key }) => Number(key)));
}

const signed = (key: number): number => key | 0;

/** First keys: any two numbers that others hardly use. */
const RUNS = 1_885_827_685;
const GATE = 1_885_827_686;
