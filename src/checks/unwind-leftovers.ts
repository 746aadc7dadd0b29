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
    const own = steps.filter((step) => step !== unwind);
    const here = composeSchemaChanges([
      ...own.map(changesOf),
      between,
      ...(unwind ? [rebuildOf(unwind), changesOf(unwind)] : []),
    ]);
    if (unwind?.status === 'completed') leftovers.set(migration, here.filter(isNewSince(between)));
    // Building anew comes before the first step of a migration, and so before its state to compare with.
    between = composeSchemaChanges([...own.map(rebuildOf), here]);
  }
  return leftovers;
}

const changesOf = ({ observations }: StepRecord): readonly SchemaChange[] => observations.schema ?? [];

const rebuildOf = ({ rebuilt }: StepRecord): readonly SchemaChange[] => rebuilt?.schema ?? [];

function isNewSince(earlier: readonly SchemaChange[]): (change: SchemaChange) => boolean {
  const known = new Map(earlier.map((change) => [objectKey(change), JSON.stringify(change.after)]));
  return (change) => !isPositionOnly(change) && known.get(objectKey(change)) !== JSON.stringify(change.after);
}
