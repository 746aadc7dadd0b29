import type { Database } from '../../postgres/connect.ts';
import type { DataLedger, TableLedger } from '../../recording/data-ledger.ts';
import { type Catalogue, readCatalogue } from './catalogue/catalogue.ts';
import type { StoredRelation } from './catalogue/stored-relation.ts';
import { type LedgerPlan, ledgerPlanner } from './entry-plan.ts';
import { readLargeObjects } from './large-objects.ts';
import type { ReadingSessions } from './reading-session.ts';
import { sequenceReader } from './sequences.ts';
import { tableReader } from './table-reader.ts';

interface LedgerReading {
  readonly ledger: DataLedger;
  readonly plan: LedgerPlan;
}

/** Reads a ledger. @param touched Files that may have been written since the last call; absent: any may. */
export type ReadLedger = (touched?: ReadonlySet<number>) => Promise<LedgerReading>;

export function ledgerReader(sessions: ReadingSessions, excluded: (relation: StoredRelation) => boolean): ReadLedger {
  const database = sessions.main;
  const planFor = ledgerPlanner(excluded);
  const readTables = tableReader(sessions);
  const readSequenceLedgers = sequenceReader(database, excluded);
  const readLargeObjectLedger = largeObjectReader(database);
  let last: { readonly catalogue: Catalogue; readonly plan: LedgerPlan } | undefined;
  return async (touched) => {
    const before = last?.catalogue;
    // A file that we do not know of may be the catalogue's.
    const rewritten = !before || !touched || [...touched].some((file) => !before.filenodes.has(file));
    const catalogue = rewritten ? await readCatalogue(database, before) : before;
    const plan = rewritten || !last ? planFor(catalogue) : last.plan;
    last = { catalogue, plan };
    const { tables, unread, columnMax } = await readTables(plan.entries, {
      ...(touched && { touched }),
      catalogue: rewritten,
      types: before !== undefined && redefined(before, catalogue),
    });
    const sequences = await readSequenceLedgers(catalogue, touched, columnMax);
    const largeObjects = await readLargeObjectLedger(catalogue, touched);
    return {
      ledger: {
        tables: { ...tables, ...(largeObjects && { pg_largeobject: largeObjects }) },
        sequences,
        unread: { ...plan.unread, ...unread },
      },
      plan,
    };
  };
}

/** A new label or extension changes no value that is stored already. */
const redefined = (before: Catalogue, after: Catalogue): boolean =>
  before.definitions !== after.definitions &&
  [...before.definitions].some(([oid, text]) => after.definitions.get(oid) !== text);

/** A database that never had a large object has no entry for them. */
function largeObjectReader(
  database: Database,
): (catalogue: Catalogue, touched: ReadonlySet<number> | undefined) => Promise<TableLedger | undefined> {
  let kept: { readonly ledger: TableLedger; readonly files: string } | undefined;
  let seen = false;
  return async ({ largeObjectFiles }, touched) => {
    const files = largeObjectFiles.join(' ');
    if (!kept || !touched || kept.files !== files || largeObjectFiles.some((file) => touched.has(file))) {
      kept = { ledger: await readLargeObjects(database), files };
    }
    seen ||= kept.ledger.rows > 0;
    return seen ? kept.ledger : undefined;
  };
}
