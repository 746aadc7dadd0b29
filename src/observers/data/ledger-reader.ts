import type { Database } from '../../postgres/connect.ts';
import type { DataLedger, SequenceLedger, TableLedger } from '../../recording/data-ledger.ts';
import { type EntryPlan, planEntries } from './entry-plan.ts';
import { type Inventory, readInventory } from './inventory.ts';
import { readLargeObjects } from './large-objects.ts';
import { seedMemory } from './seeds.ts';
import { readPositions, sequenceLedger, type SequencePosition } from './sequences.ts';
import type { StoredRelation } from './stored-relation.ts';
import { tableReader } from './table-reader.ts';

export interface LedgerReading {
  readonly ledger: DataLedger;
  readonly plans: readonly EntryPlan[];
}

/** Reads a ledger. @param touched Files that may have been written since the last call; absent: any may. */
export type ReadLedger = (touched?: ReadonlySet<number>) => Promise<LedgerReading>;

export function ledgerReader(database: Database, excluded: (relation: StoredRelation) => boolean): ReadLedger {
  const chooseSeed = seedMemory();
  const readTables = tableReader(database);
  const readSequenceLedgers = sequenceReader(database);
  const readLargeObjectLedger = largeObjectReader(database);
  let last: { readonly inventory: Inventory; readonly plans: readonly EntryPlan[] } | undefined;
  return async (touched) => {
    const before = last?.inventory;
    // A file that we do not know of may be the catalogue's.
    const catalogue = !before || !touched || [...touched].some((file) => !before.filenodes.has(file));
    const inventory = catalogue ? await readInventory(database, excluded) : before;
    const plans = catalogue || !last ? planEntries(inventory, chooseSeed) : last.plans;
    last = { inventory, plans };
    const { tables, unread, columnMax } = await readTables(plans, {
      ...(touched && { touched }),
      catalogue,
      types: before?.typesMark !== inventory.typesMark,
    });
    const sequences = await readSequenceLedgers(inventory, touched, columnMax);
    const largeObjects = await readLargeObjectLedger(inventory, touched);
    return {
      ledger: {
        tables: { ...tables, ...(largeObjects && { pg_largeobject: largeObjects }) },
        sequences,
        unread: { ...inventory.unread, ...unread },
      },
      plans,
    };
  };
}

type ReadSequenceLedgers = (
  inventory: Inventory,
  touched: ReadonlySet<number> | undefined,
  columnMax: ReadonlyMap<string, bigint>,
) => Promise<Record<string, SequenceLedger>>;

function sequenceReader(database: Database): ReadSequenceLedgers {
  let kept = new Map<number, SequencePosition & { readonly filenode: number }>();
  return async ({ sequences }, touched, columnMax) => {
    const positions = await readPositions(database, sequences, ({ oid, filenode, unlogged }) => {
      const before = kept.get(oid);
      return unlogged || !touched || touched.has(filenode) || before?.filenode !== filenode ? undefined : before;
    });
    kept = new Map();
    const ledgers: Record<string, SequenceLedger> = {};
    for (const sequence of sequences) {
      const position = positions.get(sequence.oid);
      if (!position) continue;
      const { lastValue, isCalled } = position;
      kept.set(sequence.oid, { lastValue, isCalled, filenode: sequence.filenode });
      const { feeds } = sequence;
      const max = feeds && columnMax.get(`${feeds.relationOid} ${feeds.column}`);
      ledgers[sequence.name] = sequenceLedger(sequence, { lastValue, isCalled }, max);
    }
    return ledgers;
  };
}

/** A database that never had a large object has no entry for them. */
function largeObjectReader(
  database: Database,
): (inventory: Inventory, touched: ReadonlySet<number> | undefined) => Promise<TableLedger | undefined> {
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
