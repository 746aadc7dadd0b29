import { setImmediate, setTimeout } from 'node:timers/promises';
import type { KnexLike } from './knex-like.ts';

/**
 * Waits for queries that a migration started and did not wait for; knex has written its books by then. Also gives
 * promises that were rejected meanwhile the turn of the event loop in which Node reports them.
 */
export async function poolIdle({ client }: KnexLike): Promise<void> {
  for (let quietTurns = 0; quietTurns < QUIET_TURNS;) {
    await setImmediate();
    const { pool } = client;
    const busy = pool !== undefined && pool.numUsed() + pool.numPendingAcquires() + pool.numPendingCreates() > 0;
    quietTurns = busy ? 0 : quietTurns + 1;
    if (busy) await setTimeout(POLL_MS);
  }
}

const QUIET_TURNS = 3;
const POLL_MS = 5;
