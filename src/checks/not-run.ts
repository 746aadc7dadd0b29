import type { NotJudged } from '../findings/verdict.ts';
import type { Recording } from '../recording/recording.ts';
import { roundTrips, type RoundTrip } from './round-trip.ts';

const CHECK_OF = { apply: 'up-failed', revert: 'down-failed', reapply: 'reapply-failed' } as const;

export interface StepNotRun extends NotJudged {
  readonly migration?: string;
}

/**
 * Steps that nobody ran are not steps that went well. A step that its own migration's failure prevented is left out: the
 * failure has a finding.
 */
export function stepsNotRun(recording: Recording): StepNotRun[] {
  const gaps = roundTrips(recording).flatMap(gapOf);
  return recording.interrupted === true
    ? [{ check: 'up-failed', reason: 'the rehearsal was interrupted before its end' }, ...gaps]
    : gaps;
}

function gapOf({ migration, steps }: RoundTrip): StepNotRun[] {
  if (steps.some(({ status }) => status === 'failed')) return [];
  // The first step that was not run tells why; those after it follow from it.
  const first = steps.find(({ purpose, status }) => status === 'not-run' && purpose !== 'unwind');
  if (!first || first.purpose === 'unwind') return [];
  const reason = `${first.direction} of ${migration} was not run: ${first.reason ?? 'no reason recorded'}`;
  return [{ check: CHECK_OF[first.purpose], reason, migration }];
}
