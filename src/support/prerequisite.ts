import { NoAnswer } from './answer-within.ts';
import { isPgrehearseError, toError } from './errors.ts';
import { redact } from './redact.ts';

/** Something that pgrehearse needs, as `doctor` says it. */
export interface Prerequisite {
  /** `Docker Engine` */
  readonly name: string;
  readonly state: 'found' | 'missing' | 'unknown';
  /** Version and place, or why it is missing; one sentence without full stop. */
  readonly detail: string;
  /** What to do about it; a command where there is one. */
  readonly mend?: string;
  /** It works without it, only less well. */
  readonly optional?: boolean;
}

/** What an error says of something that is needed. Without an answer nobody knows whether it is there. */
export function prerequisiteFrom(name: string, thrown: unknown, mend?: string): Prerequisite {
  const advice = mend ?? (isPgrehearseError(thrown) ? thrown.hint : undefined);
  return {
    name,
    state: thrown instanceof NoAnswer ? 'unknown' : 'missing',
    detail: redact(toError(thrown).message).trim().replace(/\.$/, ''),
    ...(advice !== undefined && { mend: advice }),
  };
}
