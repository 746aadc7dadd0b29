import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '../postgres/connect.ts';
import type { EphemeralServer } from '../server/provider.ts';
import { duration } from '../support/duration.ts';

/**
 * Runs a step of the tool, which may never end: whether it will cannot be told from outside. So it is not ended, but a
 * person who watches is told that it is waiting, and for what.
 *
 * @param say a line for the person
 * @param afterMs first after this, then each time after twice as long
 */
export async function hintAtWaits<Outcome>(
  server: Pick<EphemeralServer, 'target' | 'shared'>,
  step: () => Promise<Outcome>,
  say: (line: string) => void,
  afterMs = 60_000,
): Promise<Outcome> {
  const over = new AbortController();
  void hint(server, say, afterMs, over.signal);
  try {
    return await step();
  } finally {
    over.abort();
  }
}

async function hint(
  server: Pick<EphemeralServer, 'target' | 'shared'>,
  say: (line: string) => void,
  afterMs: number,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = performance.now();
  for (let waitMs = afterMs; ; waitMs *= 2) {
    const isOver = await delay(waitMs, false, { signal, ref: false }).catch(() => true);
    if (isOver) return;
    // A server that does not answer, or is gone, is for the step itself to find out.
    const doing = await readDoing(server).catch(() => 'nobody can say what it does');
    if (signal.aborted) return;
    say(`running for ${duration(performance.now() - startedAt)}: ${doing}; Ctrl-C ends the rehearsal`);
  }
}

async function readDoing(server: Pick<EphemeralServer, 'target' | 'shared'>): Promise<string> {
  await using upkeep = await connect(server.target('postgres').connectionString, {
    applicationName: 'pgrehearse observer waits',
  });
  const [doing] = await upkeep.query<Doing>(DOING, [server.shared?.database ?? null]);
  if (doing?.busyMs != null) return `its statement has been running for ${duration(doing.busyMs)}`;
  if (doing?.idleMs != null) return `it has been without a statement for ${duration(doing.idleMs)}`;
  return 'it has no connection';
}

interface Doing {
  /** Age of the oldest statement that runs. */
  readonly busyMs: number | null;
  /** Since the last statement ended. */
  readonly idleMs: number | null;
}

const DOING = `
with sessions as (
  select state, query_start, state_change
  from pg_catalog.pg_stat_activity
  where backend_type = 'client backend' and application_name not like 'pgrehearse%'
    and ($1::text is null or datname = $1)
)
select (select extract(epoch from pg_catalog.max(pg_catalog.clock_timestamp() - query_start)) * 1000
    from sessions where state = 'active')::float8 as "busyMs",
  (select extract(epoch from pg_catalog.min(pg_catalog.clock_timestamp() - state_change)) * 1000
    from sessions where state <> 'active')::float8 as "idleMs"`;
