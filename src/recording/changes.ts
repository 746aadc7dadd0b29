import type { DataChange, DataLedger, SequenceLedger, TableLedger } from './data-ledger.ts';
import type { Properties, SchemaChange, SchemaSnapshot } from './schema-snapshot.ts';
import { objectKey } from './schema-snapshot.ts';

/** What turns `before` into `after`, sorted by object. Empty when nothing differs. */
export function diffSnapshots(before: SchemaSnapshot, after: SchemaSnapshot): SchemaChange[] {
  const changes: SchemaChange[] = [];
  for (const key of unionOfKeys(before, after)) {
    const was = before[key];
    const is = after[key];
    const object = is ?? was;
    if (!object || (was && is && sameProperties(was.properties, is.properties))) continue;
    changes.push({
      kind: object.kind,
      name: object.name,
      ...(object.parent !== undefined && { parent: object.parent }),
      ...(was && { before: was.properties }),
      ...(is && { after: is.properties }),
    });
  }
  return changes;
}

/** The state after the changes of some steps, from the state before them. */
export function applySchemaChanges(start: SchemaSnapshot, steps: readonly (readonly SchemaChange[])[]): SchemaSnapshot {
  const state = { ...start };
  for (const { kind, name, parent, after } of steps.flat()) {
    const key = objectKey({ kind, name });
    if (after) state[key] = { kind, name, ...(parent !== undefined && { parent }), properties: after };
    else delete state[key];
  }
  return state;
}

/** Several consecutive steps as one: what is the same before the first and after the last is not in it. */
export function composeSchemaChanges(steps: readonly (readonly SchemaChange[])[]): SchemaChange[] {
  const composed = new Map<string, SchemaChange>();
  for (const change of steps.flat()) {
    const key = objectKey(change);
    const earlier = composed.get(key);
    composed.set(key, earlier ? chain(earlier, change) : change);
  }
  return [...composed.entries()]
    .filter(([, { before, after }]) => !(before === undefined && after === undefined) && !sameOptional(before, after))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, change]) => change);
}

function chain(earlier: SchemaChange, later: SchemaChange): SchemaChange {
  const { kind, name, parent } = later;
  return {
    kind,
    name,
    ...(parent !== undefined && { parent }),
    ...(earlier.before && { before: earlier.before }),
    ...(later.after && { after: later.after }),
  };
}

/** Names of the properties that differ, sorted. For an object that is new or gone: empty. */
export function changedProperties({ before, after }: SchemaChange): string[] {
  if (!before || !after) return [];
  return unionOfKeys(before, after).filter(
    (name) => JSON.stringify(before[name] ?? null) !== JSON.stringify(after[name] ?? null),
  );
}

export function diffLedgers(before: DataLedger, after: DataLedger): DataChange[] {
  return [...diffRelations(before.tables, after.tables), ...diffRelations(before.sequences, after.sequences)];
}

/** The ledger after the changes of some steps, from the one before them. */
export function applyDataChanges(start: DataLedger, steps: readonly (readonly DataChange[])[]): DataLedger {
  const tables = { ...start.tables };
  const sequences = { ...start.sequences };
  for (const { relation, before, after } of steps.flat()) {
    if (before && isSequence(before)) delete sequences[relation];
    else delete tables[relation];
    if (!after) continue;
    if (isSequence(after)) sequences[relation] = after;
    else tables[relation] = after;
  }
  return { ...start, tables, sequences };
}

/** Several consecutive steps as one, as `composeSchemaChanges` does. Counts of rows do not add up and are left out. */
export function composeDataChanges(steps: readonly (readonly DataChange[])[]): DataChange[] {
  const composed = new Map<string, DataChange>();
  for (const change of steps.flat()) {
    const earlier = composed.get(change.relation);
    const before = earlier ? earlier.before : change.before;
    composed.set(change.relation, {
      relation: change.relation,
      ...(before && { before }),
      ...(change.after && { after: change.after }),
    });
  }
  return [...composed.values()]
    .filter(({ before, after }) => (before ?? after) && !sameContents(before, after))
    .toSorted((a, b) => (a.relation < b.relation ? -1 : 1));
}

export const isSequence = (ledger: TableLedger | SequenceLedger): ledger is SequenceLedger => 'lastValue' in ledger;

/** There, and no sequence. */
export const isTable = (ledger: TableLedger | SequenceLedger | undefined): ledger is TableLedger =>
  ledger !== undefined && !isSequence(ledger);

function diffRelations<Ledger extends TableLedger | SequenceLedger>(
  before: Readonly<Record<string, Ledger>>,
  after: Readonly<Record<string, Ledger>>,
): DataChange[] {
  return unionOfKeys(before, after)
    .filter((relation) => !sameContents(before[relation], after[relation]))
    .map((relation) => ({
      relation,
      ...(before[relation] && { before: before[relation] }),
      ...(after[relation] && { after: after[relation] }),
    }));
}

/** Equality of contents: the numbers by which the catalogue knows a table or column do not count. */
export function sameContents(
  before: TableLedger | SequenceLedger | undefined,
  after: TableLedger | SequenceLedger | undefined,
): boolean {
  if (before === after || !before || !after) return before === after;
  if (contents(before) !== contents(after)) return false;
  return isSequence(before) || isSequence(after) || !rowsRearranged(before, after);
}

function contents(ledger: TableLedger | SequenceLedger): string {
  if (isSequence(ledger)) return JSON.stringify([ledger.lastValue, ledger.isCalled, ledger.column, ledger.columnMax]);
  const columns = Object.keys(ledger.columns)
    .toSorted()
    .map((name) => [
      name,
      ledger.columns[name]?.type,
      ledger.columns[name]?.fingerprint,
      ledger.columns[name]?.nullRows,
    ]);
  return JSON.stringify([ledger.kind, ledger.rows, ledger.key, columns]);
}

/**
 * Values have moved from row to row, though each column as a whole holds what it held. Only a table without a unique
 * key can show this: elsewhere the fingerprints of the columns themselves differ.
 */
export function rowsRearranged(before: TableLedger, after: TableLedger): boolean {
  if (before.rowFingerprint === undefined || after.rowFingerprint === undefined) return false;
  return before.rowFingerprint !== after.rowFingerprint && contents(before) === contents(after);
}

const sameProperties = (a: Properties, b: Properties): boolean =>
  unionOfKeys(a, b).every((name) => JSON.stringify(a[name] ?? null) === JSON.stringify(b[name] ?? null));

const sameOptional = (a: Properties | undefined, b: Properties | undefined): boolean =>
  a !== undefined && b !== undefined && sameProperties(a, b);

const unionOfKeys = (a: object, b: object): string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted();
