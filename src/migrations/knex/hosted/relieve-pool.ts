import { setTimeout } from 'node:timers/promises';
import type { KnexLike } from './knex-like.ts';

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
    client.pool.max = 1;
  };

  async function watchOver(): Promise<void> {
    for (let stuckLooks = 0; !watch.signal.aborted;) {
      await setTimeout(LOOK_MS, undefined, { signal: watch.signal, ref: false }).catch(() => {});
      stuckLooks = isStuck(client.pool) ? stuckLooks + 1 : 0;
      if (stuckLooks < STUCK_LOOKS || client.pool.max >= ownMax || watch.signal.aborted) continue;
      client.pool.max += 1;
      // The pool looks at its limit only when somebody asks.
      const asking = client.pool.acquire();
      asking.abort();
      asking.promise.catch(() => {});
      stuckLooks = 0;
    }
  }
}

const LOOK_MS = 50;
const STUCK_LOOKS = 3;

const isStuck = (pool: KnexLike['client']['pool']): boolean =>
  pool.numPendingAcquires() > 0 && pool.used.every(({ resource }) => isIdle(resource));

/** node-postgres knows whether the server waits for it. A connection of another make counts as busy. */
const isIdle = (resource: unknown): boolean =>
  typeof resource === 'object' && resource !== null && Reflect.get(resource, 'readyForQuery') === true;
