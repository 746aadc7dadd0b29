import type { Direction } from '../recording/recording.ts';

/** `error` makes the verdict unsafe; `warning` only with `--fail-on warning`; `note` never. */
export type Severity = 'error' | 'warning' | 'note';

/** From worst to mildest: the order in which reports list them. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

/** Where something was found; empty when it is about the rehearsal as a whole. */
interface Place {
  readonly migration?: string;
  readonly direction?: Direction;
  /** Qualified, quoted where needed: `public.users`. */
  readonly relation?: string;
  readonly column?: string;
}

/** One thing a reviewer should know: what happened, where, how we know, and what to do. */
export interface Finding {
  /** Id of the check that found it; also the name of its page in docs/checks. */
  readonly check: string;
  readonly severity: Severity;
  readonly where: Place;
  /** One sentence holding the measured value, its unit, and the limit it broke. */
  readonly message: string;
  readonly remedy: string;
  readonly evidence: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}
