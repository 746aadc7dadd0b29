import type { DataChange, RowWrites } from '../../recording/data-ledger.ts';
import type { LedgerPlan } from './entry-plan.ts';
import type { Touched } from './touched-files.ts';

/**
 * Rows that committed transactions wrote to a relation that kept its files. A rewrite writes every row anew, so nothing
 * is said of a relation that was rewritten, or that is new or gone.
 */
export function rowWrites(
  { relation }: DataChange,
  plans: { readonly before: LedgerPlan; readonly after: LedgerPlan },
  { writes }: Touched,
): RowWrites | undefined {
  const was = filesOf(relation, plans.before);
  const is = filesOf(relation, plans.after);
  if (!was || !is || was.join(' ') !== is.join(' ')) return undefined;
  return is.reduce<RowWrites>(
    (total, file) => {
      const own = writes.get(file);
      return {
        insertedRows: total.insertedRows + (own?.insertedRows ?? 0),
        updatedRows: total.updatedRows + (own?.updatedRows ?? 0),
        deletedRows: total.deletedRows + (own?.deletedRows ?? 0),
      };
    },
    { insertedRows: 0, updatedRows: 0, deletedRows: 0 },
  );
}

/** Absent for what is not a table, or has rows outside the log. */
function filesOf(relation: string, { entries }: LedgerPlan): number[] | undefined {
  const parts = entries.find(({ entry }) => entry.root.name === relation)?.parts.map(({ part }) => part);
  const files = parts?.flatMap(({ filenode, unlogged }) => (filenode === undefined || unlogged ? [] : [filenode]));
  return files && files.length === parts?.length && files.length > 0 ? files : undefined;
}
