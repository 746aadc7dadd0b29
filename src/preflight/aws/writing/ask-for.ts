import { pause, sayEnd, within, type Bounds } from './bounds.ts';
import { faultOf, sayFault, wasRefused } from './fault.ts';
import type { Pace } from './poll.ts';

/** What came of asking for something to be made. */
export type Asked =
  | { readonly sent: 'accepted' }
  /** Certainly not made. */
  | { readonly sent: 'refused'; readonly reason: string }
  /** It may have been made: the answer was lost, or the identifier is taken, perhaps by an earlier attempt of ours. */
  | { readonly sent: 'unclear'; readonly reason: string };

/**
 * Asks for something that carries its identifier with it, so that asking twice makes it once. Waits while AWS is throttling;
 * never rejects.
 */
export async function askFor(
  ask: (signal: AbortSignal) => Promise<unknown>,
  bounds: Bounds,
  pace: Pace,
): Promise<Asked> {
  if (bounds.ended() !== undefined) return { sent: 'refused', reason: sayEnd(bounds) };
  for (;;) {
    try {
      await within(bounds, ask);
      return { sent: 'accepted' };
    } catch (error) {
      if (bounds.ended() !== undefined) return { sent: 'unclear', reason: 'no answer yet' };
      if (wasRefused(error)) return { sent: 'refused', reason: sayFault(error) };
      if (faultOf(error) !== 'throttled') return { sent: 'unclear', reason: sayFault(error) };
    }
    await pause(pace.firstMs, bounds);
    if (bounds.ended() !== undefined) return { sent: 'unclear', reason: 'throttled to the end' };
  }
}
