import { isSequence } from '../recording/changes.ts';
import type { DataChange } from '../recording/data-ledger.ts';
import type { StepRecord } from '../recording/recording.ts';
import { counted } from '../support/amounts.ts';
import { defineCheck } from './check.ts';
import { completed, roundTrips } from './round-trip.ts';

export const upDeletesRows = defineCheck({
  id: 'up-deletes-rows',
  title: 'Applying a migration deletes rows',
  severity: 'warning',
  effect: 'What is deleted is in the backup only.',
  remedy: 'Make sure that the rows are meant; move them to an archive table if they may be needed again.',
  needs: ['data'],
  limits: {},

  *inspect(recording) {
    for (const { migration, apply } of roundTrips(recording)) {
      if (!completed(apply)) continue;
      const changes = apply.observations.data ?? [];
      for (const change of changes) {
        const rows = deletedRows(change, changes) - rowsInOtherHands(change, apply);
        if (rows <= 0) continue;
        const gone = change.after === undefined;
        yield {
          where: { migration, direction: 'up', relation: change.relation },
          message: gone
            ? `${migration} removes ${change.relation} with its ${counted(rows, 'row')}.`
            : `${migration} deletes ${counted(rows, 'row')} of ${change.relation}.`,
          evidence: { rows },
        };
      }
    }
  },
});

/** Seen in the log of writes where the server can tell; else by how many rows there are fewer. */
function deletedRows({ before, after, writes }: DataChange, all: readonly DataChange[]): number {
  if (!before || isSequence(before) || before.kind !== 'table') return 0;
  if (!after) {
    const renamed = all.some(
      (other) => !other.before && other.after && !isSequence(other.after) && other.after.oid === before.oid,
    );
    return renamed ? 0 : before.rows;
  }
  if (isSequence(after)) return 0;
  const fewer = Math.max(0, before.rows - after.rows);
  return Math.min(before.rows, Math.max(fewer, writes?.deletedRows ?? 0));
}

/** Rows that are still there, though not in this relation: a partition was detached with them, or it has become one. */
function rowsInOtherHands({ relation, before, after }: DataChange, { observations }: StepRecord): number {
  const { data = [], schema = [] } = observations;
  const tables = schema.filter(({ kind }) => kind === 'table');
  if (!after) {
    const attached = tables.some(
      ({ name, ...change }) => name === relation && change.after?.['partitionBound'] !== undefined,
    );
    return attached && before && !isSequence(before) ? before.rows : 0;
  }
  const detached = tables.filter(
    ({ before: was, after: is }) =>
      is !== undefined && is['partitionBound'] === undefined && [was?.['inherits']].flat().includes(relation),
  );
  return data.reduce(
    (rows, { relation: name, before: was, after: is }) =>
      !was && is && !isSequence(is) && detached.some((table) => table.name === name) ? rows + is.rows : rows,
    0,
  );
}
