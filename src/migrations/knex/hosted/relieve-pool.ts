import { setTimeout } from 'node:timers/promises';
import { isIdle, type KnexLike, type PoolLike } from './knex-like.ts';

/**
 * Lets the pool of one grow, up to the user's own limit, when work waits for a connection whose holder does nothing: a
 * migration that asks for a second one inside of its transaction runs with the tool and must not hang here.
 * Returns what ends the watch and shrinks the pool again.
 */
export function relievePool({ client }: KnexLike, ownMax: number): () => void {
  const watch = new AbortController();
  void watchOver();
  return () => {
    watch.abort();
    if (client.pool) client.pool.max = 1;
  };

  async function watchOver(): Promise<void> {
    for (let stuckLooks = 0; !watch.signal.aborted;) {
      await setTimeout(LOOK_MS, undefined, { signal: watch.signal, ref: false }).catch(() => {});
      const { pool } = client;
      stuckLooks = pool && isStuck(pool) ? stuckLooks + 1 : 0;
      if (!pool || stuckLooks < STUCK_LOOKS || pool.max >= ownMax || watch.signal.aborted) continue;
      pool.max += 1;
      // The pool looks at its limit only when somebody asks.
      const asking = pool.acquire();
      asking.abort();
      asking.promise.catch(() => {});
      stuckLooks = 0;
    }
  }
}

const LOOK_MS = 50;
const STUCK_LOOKS = 3;

const isStuck = (pool: PoolLike): boolean =>
  pool.numPendingAcquires() > 0 && pool.used.every(({ resource }) => isIdle(resource));
