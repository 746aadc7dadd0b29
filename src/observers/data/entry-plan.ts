import { INTEGERS } from './column-hash.ts';
import type { Inventory } from './inventory.ts';
import type { LedgerEntry } from './ledger-entries.ts';
import { type Reading, readingQueries } from './reading.ts';
import type { ChooseSeed, Seed } from './seeds.ts';
import type { StoredColumn, StoredRelation } from './stored-relation.ts';

/** How one entry of the ledger is read. */
export interface EntryPlan {
  readonly entry: LedgerEntry;
  readonly seed: Seed;
  readonly maxima: readonly string[];
  readonly parts: readonly PartPlan[];
}

export interface PartPlan {
  readonly part: StoredRelation;
  readonly reading: Reading;
  /** Contents read under another one cannot be compared. */
  readonly signature: string;
  /** The text of some column changes with names elsewhere in the catalogue. */
  readonly named: boolean;
  /** The text of some column changes when a type is redefined. */
  readonly redefinable: boolean;
}

export function planEntries(inventory: Inventory, chooseSeed: ChooseSeed): EntryPlan[] {
  const fed = fedColumns(inventory);
  return inventory.entries.map((entry) => planEntry(entry, inventory, { seed: chooseSeed(entry.root), fed }));
}

function planEntry(
  entry: LedgerEntry,
  { types }: Inventory,
  { seed, fed }: { readonly seed: Seed; readonly fed: ReadonlySet<string> },
): EntryPlan {
  const { root } = entry;
  const baseOid = ({ typeOid }: StoredColumn): number => types.get(typeOid)?.baseOid ?? typeOid;
  const toRead = (column: StoredColumn): { name: string; baseOid: number } => ({
    name: column.name,
    baseOid: baseOid(column),
  });
  const maxima = root.columns
    .filter((column) => fed.has(`${root.oid} ${column.name}`) && INTEGERS.has(baseOid(column)))
    .map(({ name }) => name);
  const traits = {
    named: root.columns.some(({ typeOid }) => types.get(typeOid)?.named),
    redefinable: root.columns.some(({ typeOid }) => types.get(typeOid)?.redefinable),
  };
  return {
    entry,
    seed,
    maxima,
    parts: entry.parts.map((part) => {
      const reading: Reading = {
        source: `only ${part.name}`,
        columns: root.columns.map(toRead),
        seed: seed.columns.map(toRead),
        seedUnique: seed.unique,
        maxima,
      };
      return { part, reading, signature: readingQueries(reading).join(';'), ...traits };
    }),
  };
}

const fedColumns = ({ sequences }: Inventory): ReadonlySet<string> =>
  new Set(sequences.flatMap(({ feeds }) => (feeds ? [`${feeds.relationOid} ${feeds.column}`] : [])));
