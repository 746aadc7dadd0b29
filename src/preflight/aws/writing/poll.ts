import { pause, sayEnd, within, type Bounds } from './bounds.ts';
import { faultOf, sayFault } from './fault.ts';

/** How often to look. Each wait varies by a fifth either way, so that several runs do not ask in step. */
export interface Pace {
  readonly firstMs: number;
  /** Waits grow by a quarter up to here. */
  readonly lastMs: number;
  /** How long something that was just asked for may still be unknown to AWS, whose answers are eventually consistent. */
  readonly unseenMs: number;
}

export const PACE: Pace = { firstMs: 15_000, lastMs: 30_000, unseenMs: 60_000 };

export const paceOf = (firstMs: number): Pace => ({
  firstMs,
  lastMs: 2 * firstMs,
  unseenMs: Math.min(PACE.unseenMs, 4 * firstMs),
});

/** What one look found. */
export type Look<Value> =
  | { readonly state: 'ready'; readonly value: Value }
  | { readonly state: 'waiting'; readonly status: string; readonly percent?: number }
  /** AWS does not know it (yet). */
  | { readonly state: 'absent' }
  | { readonly state: 'stopped'; readonly reason: string };

/** `reason` is a sentence's part without full stop. */
export type Waited<Value> =
  | { readonly state: 'ready'; readonly value: Value }
  | { readonly state: 'stopped' | 'absent' | 'timed-out' | 'interrupted'; readonly reason: string };

export interface PollOptions {
  readonly pace: Pace;
  readonly onWaiting?: (seen: { readonly status: string; readonly percent?: number }) => void;
}

/**
 * Looks until it is ready or cannot become so. Faults that may pass are waited out within the bounds; the SDK's own waiters
 * would wait out a denied access as well, and leave a finished snapshot unnoticed for minutes.
 */
export async function poll<Value>(
  look: (signal: AbortSignal) => Promise<Look<Value>>,
  bounds: Bounds,
  { pace, onWaiting }: PollOptions,
): Promise<Waited<Value>> {
  const began = performance.now();
  let last = 'nothing seen yet';
  let wasSeen = false;
  for (let waitMs = pace.firstMs; ; waitMs = Math.min(waitMs * 1.25, pace.lastMs)) {
    const found = await lookOnce(look, bounds);
    const ended = bounds.ended();
    if (ended !== undefined && found.state !== 'ready')
      return { state: ended, reason: `${sayEnd(bounds)} (last seen: ${last})` };
    if (found.state === 'ready' || found.state === 'stopped') return found;
    if (found.state === 'absent') {
      if (wasSeen) return { state: 'absent', reason: 'it is gone' };
      if (performance.now() - began >= pace.unseenMs) return { state: 'absent', reason: 'it did not appear' };
    } else {
      wasSeen ||= !found.isTrouble;
      last = found.percent === undefined ? found.status : `${found.status}, ${found.percent} %`;
      if (!found.isTrouble) onWaiting?.(found);
    }
    await pause(waitMs * (0.8 + Math.random() * 0.4), bounds);
  }
}

type Seen<Value> = Look<Value> & { readonly isTrouble?: boolean };

async function lookOnce<Value>(
  look: (signal: AbortSignal) => Promise<Look<Value>>,
  bounds: Bounds,
): Promise<Seen<Value>> {
  try {
    return await within(bounds, look);
  } catch (error) {
    const fault = faultOf(error);
    if (fault === 'absent') return { state: 'absent' };
    if (fault === 'throttled' || fault === 'passing')
      return { state: 'waiting', status: sayFault(error), isTrouble: true };
    return { state: 'stopped', reason: sayFault(error) };
  }
}
