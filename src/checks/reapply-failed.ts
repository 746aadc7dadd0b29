import { defineCheck } from './check.ts';
import { failedStep } from './failed-step.ts';
import { revertDidNothing, roundTrips } from './round-trip.ts';

export const reapplyFailed = defineCheck({
  id: 'reapply-failed',
  title: 'A migration cannot be applied again after it was taken back',
  severity: 'error',
  effect: 'After a rollback the mended release cannot be rolled out: the way back left something in the way.',
  remedy: 'Let the way back remove everything that the way there created: types, functions and sequences too.',
  needs: [],
  limits: {},

  *inspect(recording) {
    for (const trip of roundTrips(recording)) {
      // A way back that does nothing has a finding of its own; that it cannot be applied twice is a consequence.
      if (revertDidNothing(trip)) continue;
      const failed = trip.steps.find(({ purpose, status }) => purpose === 'reapply' && status === 'failed');
      yield* failedStep(failed, 'could not be applied again after it was taken back');
    }
  },
});
