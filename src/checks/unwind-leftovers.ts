import { changedProperties, composeSchemaChanges } from '../recording/changes.ts';
import { objectKey, type Properties, type PropertyValue, type SchemaChange } from '../recording/schema-snapshot.ts';
import { newInEachShell, unwoundShells } from './nested-states.ts';
import { oncePerRecording } from './once-per-recording.ts';
import { isPositionOnly } from './position-only.ts';

/**
 * Per migration: what differs after it was unwound from the state before it was applied, and did not differ already
 * when the migrations after it had been unwound.
 */
export const unwindLeftovers = oncePerRecording((recording) =>
  newInEachShell(unwoundShells(recording), {
    of: ({ schema = [] }) => schema,
    compose: composeSchemaChanges,
    newSince,
  }),
);

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
