import { isSequence, rowsRearranged } from '../recording/changes.ts';
import type { DataChange, SequenceLedger, TableLedger } from '../recording/data-ledger.ts';
import type { RowLoss } from '../recording/recording.ts';
import { counted } from '../support/amounts.ts';
import type { Observation } from './check.ts';
import { defineCheck } from './check.ts';
import { completed, dataOver, revertDidNothing, roundTrips, type RoundTrip } from './round-trip.ts';
import { takeBackLosses } from './take-back-losses.ts';
import { unwindLosses } from './unwind-losses.ts';

export const downLosesData = defineCheck({
  id: 'down-loses-data',
  title: 'Data that existed before is not the same after up and down',
  severity: 'error',
  effect: 'A rollback destroys production data that only the backup still has.',
  remedy: 'Keep the old column or table until the release is final, or let the way there save what the way back needs.',
  needs: ['data'],
  limits: {},

  *inspect(recording) {
    const unwound = unwindLosses(recording);
    const takenBack = takeBackLosses(recording);
    for (const trip of roundTrips(recording)) {
      const { migration } = trip;
      const direct = revertDidNothing(trip) ? [] : [...lossesByRevert(trip)];
      for (const loss of direct) yield { ...loss, where: { migration, direction: 'down', ...loss.where } };
      const relations = new Set(direct.map(({ where }) => where.relation));
      for (const loss of takenBack.get(migration) ?? []) {
        if (relations.has(loss.where.relation)) continue;
        yield { ...loss, where: { migration, direction: 'down', ...loss.where } };
      }
      if (revertDidNothing(trip)) continue;
      for (const change of unwound.get(migration) ?? []) {
        if (relations.has(change.relation)) continue;
        for (const loss of lossesOf(change, undefined)) {
          yield {
            ...loss,
            where: { migration, direction: 'down', ...loss.where },
            message: `With later migrations applied in between, ${loss.message.replace(/^T/, 't')}`,
          };
        }
      }
    }
  },
});

function* lossesByRevert({ apply, revert }: RoundTrip): Iterable<Observation> {
  if (!completed(apply) || !completed(revert)) return;
  const losses = new Map((revert.observations.rowLosses ?? []).map((loss) => [loss.relation, loss]));
  for (const change of dataOver(apply, revert)) yield* lossesOf(change, losses.get(change.relation));
}

function* lossesOf({ relation, before, after }: DataChange, compared: RowLoss | undefined): Iterable<Observation> {
  if (!before) return;
  if (isSequence(before) || (after && isSequence(after))) {
    if (isSequence(before) && after && isSequence(after) && isSetBack(before, after)) {
      yield {
        where: { relation },
        message: `Taking it back sets the sequence ${relation} back: it gives ${after.nextValue} next, although it has given ${before.lastValue} already.`,
        evidence: { nextValue: after.nextValue, lastValue: before.lastValue },
      };
    }
    return;
  }
  if (!after) {
    if (before.rows > 0) yield seen(relation, `loses ${relation} with its ${counted(before.rows, 'row')}`, before.rows);
    return;
  }
  if (before.key.length === 0 && compared && compared.missingRows === compared.addedRows && compared.addedRows > 0) {
    // Without a key a changed row is one that is gone and one that is new.
    yield changedRows(relation, before, after, compared.addedRows);
    return;
  }
  if (!compared && rowsRearranged(before, after)) {
    yield seen(relation, `moves values from row to row in ${relation}`, undefined);
    return;
  }
  const missing = compared?.missingRows ?? Math.max(0, before.rows - after.rows);
  if (missing > 0) yield seen(relation, `loses ${counted(missing, 'row')} of ${relation}`, missing);
  const added = compared?.addedRows ?? Math.max(0, after.rows - before.rows);
  if (added > 0) {
    yield {
      ...seen(relation, `leaves ${counted(added, 'row')} in ${relation} that were not there before`, added),
      severity: 'warning',
    };
  }
  yield* columnLosses(relation, before, after, compared);
}

/**
 * A sequence does not go back with the transaction, and a gap in it is no loss; but one that feeds no column, such as
 * numbers of orders, must not give a number twice. What feeds a column is for `sequence-behind`.
 */
function isSetBack(before: SequenceLedger, after: SequenceLedger): boolean {
  if (before.column !== undefined || !before.isCalled) return false;
  const step = BigInt(before.nextValue) - BigInt(before.lastValue);
  const moved = BigInt(after.nextValue) - BigInt(before.nextValue);
  return step > 0n ? moved < 0n : moved > 0n;
}

function changedRows(relation: string, before: TableLedger, after: TableLedger, rows: number): Observation {
  const columns = Object.keys(before.columns).filter(
    (name) => before.columns[name]?.fingerprint !== after.columns[name]?.fingerprint,
  );
  const [only] = columns;
  return columns.length === 1 && only !== undefined
    ? seen(relation, `changes ${relation}.${only} in ${counted(rows, 'row')}`, rows, only)
    : seen(relation, `changes ${counted(rows, 'row')} of ${relation}`, rows);
}

function* columnLosses(
  relation: string,
  before: TableLedger,
  after: TableLedger,
  compared: RowLoss | undefined,
): Iterable<Observation> {
  for (const [column, was] of Object.entries(before.columns)) {
    const is = after.columns[column];
    const filledRows = before.rows - was.nullRows;
    if (!is) {
      if (filledRows > 0)
        yield seen(relation, `loses ${relation}.${column} with ${counted(filledRows, 'value')}`, filledRows, column);
      continue;
    }
    if (compared) {
      const rows = compared.differingRows[column] ?? 0;
      if (rows > 0) yield seen(relation, `changes ${relation}.${column} in ${counted(rows, 'row')}`, rows, column);
      continue;
    }
    // Rows that came or went change every fingerprint; without a count nothing more can be said of one column.
    if (before.rows !== after.rows || was.fingerprint === is.fingerprint) continue;
    const emptied = is.nullRows - was.nullRows;
    yield emptied > 0 && emptied === filledRows
      ? seen(relation, `empties ${relation}.${column} in ${counted(emptied, 'row')}`, emptied, column)
      : seen(
          relation,
          `changes ${relation}.${column} in an unknown number of its ${counted(before.rows, 'row')}`,
          undefined,
          column,
        );
  }
}

function seen(relation: string, what: string, rows: number | undefined, column?: string): Observation {
  return {
    where: { relation, ...(column !== undefined && { column }) },
    message: `Taking it back ${what}.`,
    evidence: { ...(rows !== undefined && { rows }) },
  };
}
