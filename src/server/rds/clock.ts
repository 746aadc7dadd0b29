import { sayHours } from '../../preflight/aws/drill/cost-note.ts';
import { PgrehearseError } from '../../support/errors.ts';

/** How long everything of one run may exist. */
export interface Clock {
  /** Its reason says what time was up. */
  readonly signal: AbortSignal;
  remainingMs(): number;
}

/** @param spentMs by an earlier run, which this one goes on with */
export function startClock(limitMs: number, spentMs = 0): Clock {
  const endsAt = performance.now() + Math.min(limitMs, LONGEST_MS) - spentMs;
  const controller = new AbortController();
  const remainingMs = (): number => Math.max(0, endsAt - performance.now());
  const end = (): void =>
    controller.abort(
      new PgrehearseError('SERVER_UNAVAILABLE', `The time limit of ${sayHours(limitMs)} is reached.`, {
        hint: 'Raise `server.rds.maxHours` (`--max-hours`).',
      }),
    );
  // A rehearsal that is over must not be waited for.
  setTimeout(end, remainingMs()).unref();
  return { signal: controller.signal, remainingMs };
}

/** What a timer of Node.js can count. */
const LONGEST_MS = 2 ** 31 - 1;
