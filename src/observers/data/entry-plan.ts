import type { Catalogue } from './catalogue/catalogue.ts';
import type { StoredColumn, StoredRelation } from './catalogue/stored-relation.ts';
import type { ValueType } from './catalogue/value-types.ts';
import { INTEGERS } from './column-hash.ts';
import { ledgerEntries, type LedgerEntries, type LedgerEntry } from './ledger-entries.ts';
import { type ReadColumn, type Reading, readingQueries } from './reading.ts';
import { type Seed, seedMemory } from './seeds.ts';

/** How one entry of the ledger is read. */
export interface EntryPlan {
  readonly entry: LedgerEntry;
  readonly seed: Seed;
  /** Columns whose largest value is wanted. */
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

export interface LedgerPlan extends Pick<LedgerEntries, 'unread'> {
  readonly entries: readonly EntryPlan[];
}

/** Plans what a catalogue holds. An entry that did not change keeps its plan, as the same object. */
export function ledgerPlanner(excluded: (relation: StoredRelation) => boolean): (catalogue: Catalogue) => LedgerPlan {
  const chooseSeed = seedMemory();
  let kept = new Map<number, { readonly plan: EntryPlan; readonly types: Catalogue['types'] }>();
  return ({ relations, sequences, types }) => {
    const { entries, unread } = ledgerEntries(relations, excluded);
    const fed = new Set<string>();
    for (const { feeds } of sequences.values()) if (feeds) fed.add(`${feeds.relationOid} ${feeds.column}`);
    const plans = entries.map((entry) => {
      const maxima = maximaOf(entry.root, types, fed);
      const before = kept.get(entry.root.oid);
      const same = before?.types === types && sameEntry(before.plan, entry, maxima);
      return same ? before.plan : planEntry(entry, types, { seed: chooseSeed(entry.root), maxima });
    });
    kept = new Map(plans.map((plan) => [plan.entry.root.oid, { plan, types }]));
    return { entries: plans, unread };
  };
}

const sameEntry = ({ entry, maxima }: EntryPlan, { root, parts }: LedgerEntry, wanted: readonly string[]): boolean =>
  entry.root === root &&
  entry.parts.length === parts.length &&
  entry.parts.every((part, at) => part === parts[at]) &&
  maxima.join('\0') === wanted.join('\0');

function maximaOf({ oid, columns }: StoredRelation, types: Catalogue['types'], fed: ReadonlySet<string>): string[] {
  return columns
    .filter((column) => fed.has(`${oid} ${column.name}`) && INTEGERS.has(toRead(column, types).baseOid))
    .map(({ name }) => name);
}

function planEntry(
  entry: LedgerEntry,
  types: ReadonlyMap<number, ValueType>,
  { seed, maxima }: Pick<EntryPlan, 'seed' | 'maxima'>,
): EntryPlan {
  const { columns } = entry.root;
  const traits = {
    named: columns.some(({ typeOid }) => types.get(typeOid)?.named),
    redefinable: columns.some(({ typeOid }) => types.get(typeOid)?.redefinable),
  };
  const parts = entry.parts.map((part): PartPlan => {
    const reading: Reading = {
      source: `only ${part.name}`,
      columns: columns.map((column) => toRead(column, types)),
      seed: seed.columns.map((column) => toRead(column, types)),
      seedUnique: seed.unique,
      maxima,
    };
    return { part, reading, signature: readingQueries(reading).join(';'), ...traits };
  });
  return { entry, seed, maxima, parts };
}

const toRead = ({ name, typeOid }: StoredColumn, types: ReadonlyMap<number, ValueType>): ReadColumn => ({
  name,
  baseOid: types.get(typeOid)?.baseOid ?? typeOid,
});
