import type { NotJudged } from '../findings/verdict.ts';
import type { Recording } from '../recording/recording.ts';
import type { JudgeOptions } from './judge.ts';
import { roundTrips, type RoundTrip } from './round-trip.ts';

const CHECK_OF = { apply: 'up-failed', revert: 'down-failed', reapply: 'reapply-failed' } as const;

/**
 * Steps that nobody ran are not steps that went well. A step that its own migration's failure prevented is left out: the
 * failure has a finding. So is one whose check is switched off or waived for that migration.
 */
export function notRun(recording: Recording, { checks, waivers, today }: JudgeOptions): NotJudged[] {
  const accepted = (check: string, migration: string): boolean =>
    checks[check] === 'off' ||
    waivers.some(
      (waiver) =>
        waiver.check === check &&
        (waiver.migration === undefined || waiver.migration === migration) &&
        (waiver.until === undefined || waiver.until >= today),
    );
  const gaps = roundTrips(recording).flatMap((trip) => gapsOf(trip).filter(({ check }) => !accepted(check, trip.migration)));
  return recording.interrupted === true
    ? [{ check: 'up-failed', reason: 'the rehearsal was interrupted before its end' }, ...gaps]
    : gaps;
}

function gapsOf({ migration, steps }: RoundTrip): NotJudged[] {
  if (steps.some(({ status }) => status === 'failed')) return [];
  // The first step that was not run tells why; those after it follow from it.
  const first = steps.find(({ purpose, status }) => status === 'not-run' && purpose !== 'unwind');
  if (!first || first.purpose === 'unwind') return [];
  const reason = `${first.direction} of ${migration} was not run: ${first.reason ?? 'no reason recorded'}`;
  return [{ check: CHECK_OF[first.purpose], reason }];
}
