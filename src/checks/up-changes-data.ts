import { isSequence, rowsRearranged } from '../recording/changes.ts';
import type { DataChange, TableLedger } from '../recording/data-ledger.ts';
import { counted } from '../support/amounts.ts';
import { defineCheck } from './check.ts';
import { completed, roundTrips } from './round-trip.ts';

export const upChangesData = defineCheck({
  id: 'up-changes-data',
  title: 'Applying a migration changes values that existed before',
  severity: 'note',
  effect: 'The old values are in the backup only, unless the way back can compute them.',
  remedy: 'Nothing, when it is meant; the way back is judged by `down-loses-data`.',
  needs: ['data'],
  limits: {},

  *inspect(recording) {
    for (const { migration, apply } of roundTrips(recording)) {
      if (!completed(apply)) continue;
      for (const change of apply.observations.data ?? []) {
        if (movesValues(change)) {
          yield {
            where: { migration, direction: 'up', relation: change.relation },
            message: `${migration} moves values from row to row in ${change.relation}.`,
            evidence: {},
          };
        }
        for (const { column, what, rows } of changedColumns(change)) {
          yield {
            where: { migration, direction: 'up', relation: change.relation, column },
            message: `${migration} ${what} ${change.relation}.${column}${rows === undefined ? '' : ` (${counted(rows, 'value')})`}.`,
            evidence: { ...(rows !== undefined && { rows }) },
          };
        }
      }
    }
  },
});

/** A table without a key shows this only as a whole. */
const movesValues = ({ before, after }: DataChange): boolean =>
  before !== undefined &&
  after !== undefined &&
  !isSequence(before) &&
  !isSequence(after) &&
  rowsRearranged(before, after);

interface ChangedColumn {
  readonly column: string;
  readonly what: 'drops' | 'changes values of';
  readonly rows?: number;
}

function changedColumns({ before, after, writes }: DataChange): ChangedColumn[] {
  if (!before || !after || isSequence(before) || isSequence(after)) return [];
  const dropped = Object.entries(before.columns)
    .filter(
      ([name, { number }]) => !after.columns[name] && !Object.values(after.columns).some((is) => is.number === number),
    )
    .map(([column, { nullRows }]) => ({ column, what: 'drops' as const, rows: before.rows - nullRows }))
    .filter(({ rows }) => rows > 0);
  return [...dropped, ...(onlyInsertsOrDeletes(before, after, writes) ? [] : rewritten(before, after))];
}

function rewritten(before: TableLedger, after: TableLedger): ChangedColumn[] {
  return Object.entries(before.columns)
    .filter(([column, was]) => {
      const is = after.columns[column];
      return is !== undefined && is.fingerprint !== was.fingerprint;
    })
    .map(([column]) => ({ column, what: 'changes values of' as const }));
}

/** Rows that come or go change every fingerprint without any value having changed. */
function onlyInsertsOrDeletes(before: TableLedger, after: TableLedger, writes: DataChange['writes']): boolean {
  if (writes) return writes.updatedRows === 0 && before.rows !== after.rows;
  return before.rows !== after.rows;
}
