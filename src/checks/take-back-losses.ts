import { isTable, rowsRearranged } from '../recording/changes.ts';
import type { ColumnLedger, DataChange, TableLedger } from '../recording/data-ledger.ts';
import type { Recording } from '../recording/recording.ts';
import { counted } from '../support/amounts.ts';
import type { Observation } from './check.ts';
import { newInEachShell, takenBackShells } from './nested-states.ts';
import { oncePerRecording } from './once-per-recording.ts';
import { roundTrips } from './round-trip.ts';
import { CONTENTS } from './unwind-losses.ts';

/**
 * Per migration that the backup held: what its way back took away of the restored data, and applying it again did not
 * bring back. Rows and values that were there before the migration cannot be told from those that came after it. So what
 * goes with a table or column of its own, or may be rows of its own, is a warning; the rest is an error.
 */
export const takeBackLosses = oncePerRecording(
  (recording): ReadonlyMap<string, readonly Observation[]> =>
    new Map(
      [...newInEachShell(takenBackShells(recording), CONTENTS)].map(([migration, changes]) => [
        migration,
        changes.flatMap((change) => [...lossesOf(change, takenAway(recording, migration))]),
      ]),
    ),
);

/** What taking it back alone changed. */
const takenAway = (recording: Recording, migration: string): readonly DataChange[] =>
  roundTrips(recording).find((trip) => trip.migration === migration)?.unwind?.observations.data ?? [];

function* lossesOf({ relation, before, after }: DataChange, byDown: readonly DataChange[]): Iterable<Observation> {
  const down = byDown.find((change) => change.relation === relation && change.before);
  if (!down || !isTable(before) || before.kind === 'materialized view' || before.rows === 0) return;
  const between = down.after ?? byDown.find((change) => isRenamed(before, change))?.after;
  const rows = counted(before.rows, 'row');
  if (!isTable(after)) yield seen(`loses ${relation} with its ${rows}`, { relation }, before.rows);
  else if (isTable(between)) yield* lossesWithin(relation, { before, between, after });
  else
    yield own(`drops ${relation} with its ${rows}, and it has ${contentsOf(before, after)}`, { relation }, before.rows);
}

const isRenamed = ({ oid }: TableLedger, change: DataChange): boolean =>
  change.before === undefined && isTable(change.after) && change.after.oid === oid;

const contentsOf = (before: TableLedger, { rows }: TableLedger): string =>
  rows === before.rows ? 'other values' : counted(rows, 'row');

interface States {
  /** As restored. */
  readonly before: TableLedger;
  /** Taken back. */
  readonly between: TableLedger;
  /** Applied again. */
  readonly after: TableLedger;
}

function* lossesWithin(relation: string, states: States): Iterable<Observation> {
  const { before, between, after } = states;
  const lost = before.rows - after.rows;
  if (lost > 0) yield seen(`loses ${counted(lost, 'row')} of ${relation}`, { relation }, lost);
  if (before.rows === after.rows && rowsRearranged(before, after))
    yield seen(`moves values from row to row in ${relation}`, { relation });
  for (const [column, was] of Object.entries(before.columns)) {
    const had = columnOf(between, column, was);
    const is = after.columns[column];
    const values = before.rows - was.nullRows;
    if (values === 0 || (is && is.fingerprint === was.fingerprint)) continue;
    const where = { relation, column };
    if (!is) yield seen(`loses ${relation}.${column} with ${counted(values, 'value')}`, where, values);
    else if (!had)
      yield own(`drops ${relation}.${column} with ${counted(values, 'value')}, and it has others`, where, values);
  }
  const changed = changedInPlace(states);
  if (changed.length === 0 || lost > 0) return;
  const list = changed.map((column) => `${relation}.${column}`).join(', ');
  const [only] = changed;
  const where = { relation, ...(changed.length === 1 && only !== undefined && { column: only }) };
  if (before.key.join() !== after.key.join())
    yield own(`leaves ${relation} with another key, and its values could not be compared`, { relation });
  else if (before.rows !== between.rows || between.rows !== after.rows)
    yield own(`takes rows of ${relation}, and there are others in ${list}`, where);
  else yield seen(`changes ${list}`, where);
}

/** Columns that were there all the time, that the way back changed, and that now hold other values. */
function changedInPlace({ before, between, after }: States): string[] {
  return Object.entries(before.columns)
    .filter(([column, was]) => {
      const [had, is] = [columnOf(between, column, was), after.columns[column]];
      return had && is && had.fingerprint !== was.fingerprint && is.fingerprint !== was.fingerprint;
    })
    .map(([column]) => column);
}

/** A column that is renamed keeps its number. */
const columnOf = ({ columns }: TableLedger, name: string, { number }: ColumnLedger): ColumnLedger | undefined =>
  Object.values(columns).find((column) => column.number === number) ?? columns[name];

type Where = Observation['where'];

const seen = (what: string, where: Where, rows?: number): Observation => ({
  where,
  message: `Taking it back ${what}, and applying it again does not bring that back.`,
  evidence: { ...(rows !== undefined && { rows }) },
});

const own = (what: string, where: Where, rows?: number): Observation => ({
  where,
  severity: 'warning',
  message: `Taking it back ${what} when it is applied again.`,
  evidence: { ...(rows !== undefined && { rows }) },
});
