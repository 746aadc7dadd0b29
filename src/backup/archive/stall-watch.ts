import type { Database } from '../../postgres/connect.ts';

export interface StallWatch extends AsyncDisposable {
  /** Aborts when the restore stands still. */
  readonly signal: AbortSignal;
  /** pg_restore said something. */
  heard(): void;
}

/**
 * Notices a pg_restore that has stopped working, by what its sessions do on the server: for `limitMs` none of them has
 * worked, taken rows or begun a statement, and pg_restore has said nothing. Building an index for hours is work.
 */
export function watchForStall(
  upkeep: Database,
  { limitMs = LIMIT_MS }: { readonly limitMs?: number } = {},
): StallWatch {
  const controller = new AbortController();
  let seen = '';
  let lastSignMs = performance.now();
  let looking: Promise<void> = Promise.resolve();

  const look = async (): Promise<void> => {
    const [row] = await upkeep.query<{ busy: boolean; state: string }>(SESSIONS);
    const nowMs = performance.now();
    if (!row || row.busy || row.state !== seen) lastSignMs = nowMs;
    seen = row?.state ?? '';
    if (nowMs - lastSignMs > limitMs) controller.abort();
  };
  const timer = setInterval(() => {
    // A server that does not answer is noticed by the restore itself.
    looking = looking.then(look).catch(() => {});
  }, limitMs / LOOKS);
  timer.unref();

  return {
    signal: controller.signal,
    heard: () => {
      lastSignMs = performance.now();
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await looking;
    },
  };
}

const LIMIT_MS = 600_000;
const LOOKS = 20;

/** A COPY that waits for rows is `active` and waits for the client; only its count of bytes tells that rows come. */
const SESSIONS = `
select
  coalesce(pg_catalog.bool_or(a.state <> 'idle' and a.wait_event_type is distinct from 'Client'), false) as busy,
  coalesce(pg_catalog.string_agg(pg_catalog.concat_ws(' ', a.pid, a.state_change, c.bytes_processed), ',' order by a.pid), '') as state
from pg_catalog.pg_stat_activity a
left join pg_catalog.pg_stat_progress_copy c on c.pid = a.pid
where a.datname = pg_catalog.current_database() and a.pid <> pg_catalog.pg_backend_pid() and a.backend_type = 'client backend'`;
