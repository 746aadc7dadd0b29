import { setTimeout as sleep } from 'node:timers/promises';

/** Until when to go on: a time limit and somebody's Ctrl-C in one. */
export interface Bounds {
  /** Aborts at whichever comes first. */
  readonly signal: AbortSignal;
  readonly limitMs: number;
  /** Which of the two it was. */
  ended(): 'interrupted' | 'timed-out' | undefined;
}

export function boundedBy(limitMs: number, signal?: AbortSignal): Bounds {
  const limit = AbortSignal.timeout(Math.max(0, Math.round(limitMs)));
  return {
    signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    limitMs,
    ended: () => {
      if (signal?.aborted === true) return 'interrupted';
      return limit.aborted ? 'timed-out' : undefined;
    },
  };
}

/** Once they have ended: `interrupted`, `time limit of 3600 s reached`. */
export const sayEnd = (bounds: Bounds): string =>
  bounds.ended() === 'interrupted' ? 'interrupted' : `time limit of ${Math.round(bounds.limitMs / 1000)} s reached`;

/**
 * Rejects at once when the bounds end, also where the SDK sleeps between two attempts and hears nothing. What it was doing
 * ends by the same signal: nothing more is sent.
 */
export function within<Value>({ signal }: Bounds, work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  return new Promise<Value>((resolve, reject) => {
    const abort = (): void => reject(new Error('Ended.', { cause: signal.reason }));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    work(signal)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Resolves earlier when the bounds end. */
export const pause = (ms: number, { signal }: Bounds): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => {});
