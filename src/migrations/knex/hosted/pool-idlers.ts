import { isObject } from '../messages.ts';
import { isIdle, type KnexLike } from './knex-like.ts';
import type { Idler } from './silence.ts';

/** What of knex's pool keeps a process alive for nothing: open connections, and the timer that looks after them. */
export function poolIdlers({ client: { pool } }: KnexLike): Idler[] {
  if (!pool) return [];
  const connections = [...pool.used, ...pool.free].flatMap(({ resource }) => connectionOf(resource));
  return isRefable(pool.interval) ? [...connections, { isBusy: () => false, ...refOf(pool.interval) }] : connections;
}

function connectionOf(resource: unknown): Idler[] {
  const protocol = isObject(resource) ? resource['connection'] : undefined;
  const stream = isObject(protocol) ? protocol['stream'] : undefined;
  return isRefable(stream) ? [{ isBusy: () => !isIdle(resource), ...refOf(stream) }] : [];
}

interface Refable {
  ref(): unknown;
  unref(): unknown;
}

const isRefable = (value: unknown): value is Refable =>
  isObject(value) && typeof value['ref'] === 'function' && typeof value['unref'] === 'function';

const refOf = (held: Refable): Pick<Idler, 'ref' | 'unref'> => ({
  ref: () => void held.ref(),
  unref: () => void held.unref(),
});
