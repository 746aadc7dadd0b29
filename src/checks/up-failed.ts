import type { Recording } from '../recording/recording.ts';
import { defineCheck, type Observation } from './check.ts';
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
    yield* failedTogether(recording);
  },
});

/** Each can be applied by itself, but production applies them in one transaction. */
function* failedTogether({ plan, together }: Recording): Iterable<Observation> {
  if (together?.status !== 'failed') return;
  const { message = 'no message', sqlState, hint } = together.failure ?? {};
  yield {
    where: { direction: 'up' },
    message:
      `The ${together.migrations.length} pending migrations can be applied one by one, but not all at once as ${plan.tool} ` +
      `does it: ${message}${sqlState === undefined ? '' : ` (SQLSTATE ${sqlState})`}`,
    remedy: 'Run the migration that needs the others committed outside of the common transaction, or release it later.',
    evidence: {
      migrations: together.migrations,
      ...(sqlState !== undefined && { sqlState }),
      ...(hint !== undefined && { hint }),
    },
  };
}
