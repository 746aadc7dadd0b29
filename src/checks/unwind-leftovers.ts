import { changedProperties, composeSchemaChanges } from '../recording/changes.ts';
import type { Recording, StepRecord } from '../recording/recording.ts';
import { objectKey, type Properties, type PropertyValue, type SchemaChange } from '../recording/schema-snapshot.ts';
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
    if (unwind?.status === 'completed') leftovers.set(migration, newSince(between, here));
    // Building anew comes before the first step of a migration, and so before its state to compare with.
    between = composeSchemaChanges([...own.map(rebuildOf), here]);
  }
  return leftovers;
}

const changesOf = ({ observations }: StepRecord): readonly SchemaChange[] => observations.schema ?? [];

const rebuildOf = ({ rebuilt }: StepRecord): readonly SchemaChange[] => rebuilt?.schema ?? [];

/** Of an object that differed already, only the properties that now differ in another way. */
function newSince(earlier: readonly SchemaChange[], here: readonly SchemaChange[]): SchemaChange[] {
  const known = new Map(earlier.map((change) => [objectKey(change), change]));
  return here.flatMap((change) => {
    const had = known.get(objectKey(change));
    const fresh = had ? withoutKnown(change, had) : change;
    return fresh === undefined || isPositionOnly(fresh) ? [] : [fresh];
  });
}

function withoutKnown(change: SchemaChange, known: SchemaChange): SchemaChange | undefined {
  const { before, after } = change;
  if (!before !== !known.before || !after !== !known.after) return change;
  if (!before || !after) return undefined;
  const names = changedProperties(change).filter((name) => !isSame(after[name], known.after?.[name]));
  return names.length === 0 ? undefined : { ...change, before: only(names, before), after: only(names, after) };
}

const only = (names: readonly string[], properties: Properties): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name)));

const isSame = (a: PropertyValue | undefined, b: PropertyValue | undefined): boolean =>
  JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
