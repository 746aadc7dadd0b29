import { composeDataChanges, isTable } from '../recording/changes.ts';
import type { ColumnLedger, DataChange, TableLedger } from '../recording/data-ledger.ts';
import { type Aspect, newInEachShell, unwoundShells } from './nested-states.ts';
import { oncePerRecording } from './once-per-recording.ts';

/**
 * Per migration: tables whose contents after it was unwound are not those before it was applied, and were the same when
 * the migrations after it had been unwound. A later migration can take away what an earlier one's way back needs, such
 * as the copy of a dropped column.
 */
export const unwindLosses = oncePerRecording((recording) => newInEachShell(unwoundShells(recording), CONTENTS));

/** Tables and sequences, as the ledger has them. */
export const CONTENTS: Aspect<DataChange> = {
  of: ({ data = [] }) => data,
  compose: composeDataChanges,
  newSince: (within, here) => here.flatMap(newSince(within)),
};

/**
 * What differed already has a finding of its own, as a table or by column; what is left differs only here. A migration
 * that renames knows them by another name.
 */
function newSince(earlier: readonly DataChange[]): (change: DataChange) => DataChange[] {
  return (change) => {
    const { relation, before, after } = change;
    if (!isTable(before) || (after && !isTable(after))) return [];
    const had = earlier.find((other) => other.relation === relation) ?? earlier.find(isOf(before.oid));
    if (!had) return [change];
    if (!isTable(had.before) || !isTable(had.after) || had.before.rows !== had.after.rows || !after) return [];
    const known = differing(had.before, had.after);
    return [{ ...change, before: without(before, known), after: without(after, known) }];
  };
}

const isOf =
  (oid: number) =>
  ({ before }: DataChange): boolean =>
    isTable(before) && before.oid === oid;

/** Columns that differ, by name and by number. */
function differing(before: TableLedger, after: TableLedger): ReadonlySet<string | number> {
  const changed = Object.entries(before.columns).filter(
    ([name, { fingerprint }]) => after.columns[name]?.fingerprint !== fingerprint,
  );
  return new Set(changed.flatMap(([name, { number }]) => [name, number]));
}

/** The hash of whole rows cannot be split by column, and is not taken over. */
function without({ oid, kind, rows, key, columns }: TableLedger, leftOut: ReadonlySet<string | number>): TableLedger {
  const kept = Object.entries(columns).filter(([name, { number }]) => !leftOut.has(name) && !leftOut.has(number));
  return { oid, kind, rows, key, columns: Object.fromEntries<ColumnLedger>(kept) };
}
