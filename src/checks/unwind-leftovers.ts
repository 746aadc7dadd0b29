import { composeSchemaChanges } from '../recording/changes.ts';
import type { Recording, StepRecord } from '../recording/recording.ts';
import { objectKey, type SchemaChange } from '../recording/schema-snapshot.ts';
import { isPositionOnly } from './position-only.ts';
import { roundTrips } from './round-trip.ts';

/**
 * Per migration: what differs after it was unwound from the state before it was applied, and did not differ already
 * when the migrations after it had been unwound. Linear in the number of steps: what lies between the two states of a
 * migration holds all that lies between those of the next.
 */
export function unwindLeftovers(recording: Recording): ReadonlyMap<string, readonly SchemaChange[]> {
  const leftovers = new Map<string, readonly SchemaChange[]>();
  const appliedHere = roundTrips(recording).filter(({ apply, steps }) => apply && steps[0] === apply);
  let between: readonly SchemaChange[] = [];
  for (const { migration, steps, unwind } of appliedHere.toReversed()) {
    const ran = unwind?.status === 'completed';
    const here = composeSchemaChanges([...steps.filter((step) => step !== unwind).map(changesOf), between, unwind ? changesOf(unwind) : []]);
    if (ran) {
      const known = new Map(between.map((change) => [objectKey(change), JSON.stringify(change.after)]));
      leftovers.set(
        migration,
        here.filter((change) => !isPositionOnly(change) && known.get(objectKey(change)) !== JSON.stringify(change.after)),
      );
    }
    between = here;
  }
  return leftovers;
}

/** What the step changed, and before it what building the database anew had changed. */
const changesOf = ({ observations, rebuilt }: StepRecord): SchemaChange[] =>
  composeSchemaChanges([rebuilt?.schema ?? [], observations.schema ?? []]);
