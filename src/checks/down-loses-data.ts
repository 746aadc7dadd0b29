import { isSequence, rowsRearranged } from '../recording/changes.ts';
import type { DataChange, TableLedger } from '../recording/data-ledger.ts';
import type { RowLoss } from '../recording/recording.ts';
import { counted } from '../support/amounts.ts';
import type { Observation } from './check.ts';
import { defineCheck } from './check.ts';
import { completed, dataOver, revertDidNothing, roundTrips } from './round-trip.ts';

export const downLosesData = defineCheck({
  id: 'down-loses-data',
  title: 'Data that existed before is not the same after up and down',
  severity: 'error',
  effect: 'A rollback destroys production data that only the backup still has.',
  remedy: 'Keep the old column or table until the release is final, or let the way there save what the way back needs.',
  needs: ['data'],
  limits: {},

  *inspect(recording) {
    for (const trip of roundTrips(recording)) {
      const { migration, apply, revert } = trip;
      if (!completed(apply) || !completed(revert) || revertDidNothing(trip)) continue;
      const losses = new Map((revert.observations.rowLosses ?? []).map((loss) => [loss.relation, loss]));
      for (const change of dataOver(apply, revert)) {
        for (const loss of lossesOf(change, losses.get(change.relation))) {
          yield { ...loss, where: { migration, direction: 'down', ...loss.where } };
        }
      }
    }
  },
});

function* lossesOf({ relation, before, after }: DataChange, compared: RowLoss | undefined): Iterable<Observation> {
  // A sequence does not go back with the transaction, and a gap in it is no loss.
  if (!before || isSequence(before) || (after && isSequence(after))) return;
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
