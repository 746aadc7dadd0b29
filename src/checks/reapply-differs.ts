import { describeSchemaChange } from '../recording/describe-change.ts';
import { objectKey, type SchemaChange } from '../recording/schema-snapshot.ts';
import { counted } from '../support/amounts.ts';
import { defineCheck } from './check.ts';
import { leftByRevert } from './down-leaves-schema-changed.ts';
import { isPositionOnly } from './position-only.ts';
import { completed, revertDidNothing, roundTrips, schemaOver, type RoundTrip } from './round-trip.ts';
import { listing } from './listing.ts';

export const reapplyDiffers = defineCheck({
  id: 'reapply-differs',
  title: 'Applying a migration again gives another schema than the first time',
  severity: 'error',
  effect: 'A database that went through a rollback is not like one that did not; what was tested is not what runs.',
  remedy: 'Let the way back undo everything, and the way there not depend on what it finds (IF NOT EXISTS hides it).',
  needs: ['schema'],
  limits: {},

  *inspect(recording) {
    for (const trip of roundTrips(recording)) {
      const changes = differing(trip);
      if (changes.length === 0) continue;
      const differences = changes.flatMap(describeSchemaChange);
      yield {
        where: { migration: trip.migration, direction: 'up' },
        message:
          `After applying ${trip.migration} again, ${counted(changes.length, 'object')} ` +
          `${changes.length === 1 ? 'differs' : 'differ'} from the first time: ${listing(differences)}.`,
        evidence: { objects: changes.length, differences },
      };
    }
  },
});

function differing(trip: RoundTrip): SchemaChange[] {
  const { apply, revert, reapply, unwind, steps } = trip;
  // The backup held it already: it was unwound first, and applying it must give back what was restored.
  if (unwind && steps[0] === unwind && completed(unwind) && completed(apply)) {
    return schemaOver(unwind, apply).filter((change) => !isPositionOnly(change));
  }
  if (!completed(revert) || !completed(reapply) || revertDidNothing(trip)) return [];
  // What the way back left changed has a finding of its own.
  const said = new Set(leftByRevert(trip).map(objectKey));
  return schemaOver(revert, reapply).filter((change) => !isPositionOnly(change) && !said.has(objectKey(change)));
}
