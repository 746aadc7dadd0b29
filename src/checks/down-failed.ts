import { defineCheck } from './check.ts';
import { failedStep } from './failed-step.ts';
import { roundTrips } from './round-trip.ts';

export const downFailed = defineCheck({
  id: 'down-failed',
  title: 'A migration cannot be taken back',
  severity: 'error',
  effect: 'If the release goes wrong there is no way back but restoring the backup.',
  remedy: 'Mend the way back; it must also work when the tables have rows.',
  needs: [],
  limits: {},

  *inspect(recording) {
    for (const { revert, unwind } of roundTrips(recording)) {
      if (revert?.status === 'failed') yield* failedStep(revert, 'could not be taken back');
      else yield* failedStep(unwind, 'could not be taken back once everything was applied');
    }
  },
});
