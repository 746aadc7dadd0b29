import { setTimeout as delay } from 'node:timers/promises';
import type { RunOutcome } from '../migrations/source.ts';
import { connect } from '../postgres/connect.ts';
import type { EphemeralServer } from '../server/provider.ts';

/**
 * Runs a step of the tool. A migration that waits for a lock of another session of its own, or of a transaction that it
 * left prepared, would wait for ever: nobody else is on this server to let go of it. Its statement is cancelled, so that
 * the migration fails as it should, and the failure says why.
 *
 * @param patienceMs for the wait itself and for the session that it waits for
 */
export async function endHopelessWaits(
  server: Pick<EphemeralServer, 'target' | 'shared'>,
  step: () => Promise<RunOutcome>,
  patienceMs = 30_000,
): Promise<RunOutcome> {
  const over = new AbortController();
  const watching = watch(server, patienceMs, over.signal);
  try {
    const outcome = await step();
    over.abort();
    const holder = await watching;
    if (outcome.status === 'completed' || holder === undefined) return outcome;
    const { message, ...failure } = outcome.failure;
    const said = `It waited for a lock of ${holder}, which nobody would ever have released: ${message}`;
    return { status: 'failed', failure: { ...failure, message: said } };
  } finally {
    over.abort();
  }
}

/** @returns who held the lock of the last wait that was ended */
async function watch(
  server: Pick<EphemeralServer, 'target' | 'shared'>,
  patienceMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  let holder: string | undefined;
  for (;;) {
    const isOver = await delay(patienceMs / 2, false, { signal, ref: false }).catch(() => true);
    if (isOver) return holder;
    // A server that does not answer, or is gone, is for the step itself to find out.
    holder = (await cancelHopeless(server, patienceMs).catch(() => {})) ?? holder;
  }
}

async function cancelHopeless(
  server: Pick<EphemeralServer, 'target' | 'shared'>,
  patienceMs: number,
): Promise<string | undefined> {
  await using upkeep = await connect(server.target('postgres').connectionString, {
    applicationName: 'pgrehearse observer waits',
  });
  const [ended] = await upkeep.query<{ prepared: boolean }>(HOPELESS, [patienceMs, server.shared?.database ?? null]);
  if (!ended) return undefined;
  return ended.prepared ? 'a transaction that was left prepared' : 'another session that does nothing';
}

/** `pg_blocking_pids` gives 0 for a prepared transaction. Our own sessions have a lock timeout. */
const HOPELESS = `
with waiting as (
  select a.pid, b.holder
  from pg_catalog.pg_stat_activity a
  cross join lateral pg_catalog.unnest(pg_catalog.pg_blocking_pids(a.pid)) b (holder)
  where a.wait_event_type = 'Lock' and ($2::text is null or a.datname = $2) and a.application_name not like 'pgrehearse%' and exists (
    select from pg_catalog.pg_locks l
    where l.pid = a.pid and not l.granted and l.waitstart < pg_catalog.clock_timestamp() - $1 * interval '1 ms')
), hopeless as (
  select w.pid, pg_catalog.bool_or(w.holder = 0) as prepared
  from waiting w left join pg_catalog.pg_stat_activity h on h.pid = w.holder
  group by w.pid
  having pg_catalog.bool_and(w.holder = 0 or
    h.state <> 'active' and h.state_change < pg_catalog.clock_timestamp() - $1 * interval '1 ms')
)
select prepared from hopeless where pg_catalog.pg_cancel_backend(pid)`;
