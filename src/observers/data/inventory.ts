import type { Database } from '../../postgres/connect.ts';
import { type Catalogue, readCatalogue } from './catalogue.ts';
import { largeObjectFiles } from './large-objects.ts';
import { ledgerEntries, type LedgerEntries } from './ledger-entries.ts';
import { readSequences, type StoredSequence } from './sequences.ts';
import type { StoredRelation } from './stored-relation.ts';

/** All that a ledger has entries for, as the catalogue has it. */
export interface Inventory extends LedgerEntries, Pick<Catalogue, 'types' | 'typesMark'> {
  readonly sequences: readonly StoredSequence[];
  readonly largeObjectFiles: readonly number[];
  /** Files that rows are written to without any change of the catalogue. */
  readonly filenodes: ReadonlySet<number>;
}

export async function readInventory(
  database: Database,
  excluded: (relation: StoredRelation) => boolean,
): Promise<Inventory> {
  const catalogue = await readCatalogue(database);
  const sequences = await readSequences(database);
  const { entries, unread } = ledgerEntries(catalogue.relations, excluded);
  return {
    entries,
    unread,
    types: catalogue.types,
    typesMark: catalogue.typesMark,
    sequences: sequences
      .filter(({ feeds }) => !isOfExcluded(feeds?.relationOid, catalogue, excluded))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    largeObjectFiles: await largeObjectFiles(database),
    filenodes: catalogue.filenodes,
  };
}

function isOfExcluded(
  oid: number | undefined,
  { relations }: Catalogue,
  excluded: (relation: StoredRelation) => boolean,
): boolean {
  const relation = oid === undefined ? undefined : relations.get(oid);
  return relation !== undefined && excluded(relation);
}
