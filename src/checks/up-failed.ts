import { defineCheck } from './check.ts';
import { failedStep } from './failed-step.ts';
import { roundTrips } from './round-trip.ts';

export const upFailed = defineCheck({
  id: 'up-failed',
  title: 'A migration cannot be applied',
  severity: 'error',
  effect: 'The release stops here, with the database wherever the failure left it.',
  remedy: 'Mend the migration until it applies to the restored backup; the rows that are in its way are in there too.',
  needs: [],
  limits: {},

  *inspect(recording) {
    for (const { apply } of roundTrips(recording)) yield* failedStep(apply, 'could not be applied');
  },
});
