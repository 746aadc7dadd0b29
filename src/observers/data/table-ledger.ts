import type { ColumnLedger, TableLedger } from '../../recording/data-ledger.ts';
import type { Contents } from './contents.ts';
import type { EntryPlan } from './entry-plan.ts';
import { fingerprint } from './fingerprint.ts';

/** The entry of one relation from the contents of all its parts. */
export function tableLedger({ entry: { root }, seed }: EntryPlan, contents: Contents): TableLedger {
  const columns = root.columns.map(({ name, type, number }, index): [string, ColumnLedger] => {
    const { sum = 0n, filledRows = 0 } = contents.columns[index] ?? {};
    return [name, { type, number, fingerprint: fingerprint(sum), nullRows: contents.rows - filledRows }];
  });
  return {
    oid: root.oid,
    kind: root.kind === 'materialized view' ? 'materialized view' : 'table',
    rows: contents.rows,
    key: seed.columns.map(({ name }) => name),
    ...(!seed.unique && { rowFingerprint: fingerprint(contents.wholeRows ?? 0n) }),
    columns: Object.fromEntries(columns),
  };
}
