import type { Database } from '../../../postgres/connect.ts';
import { type CatalogueChanges, changesSince } from './changes-since.ts';
import { type Overview, readOverview } from './overview.ts';
import { readRelations } from './read-relations.ts';
import { readSequences } from './read-sequences.ts';
import type { StoredRelation } from './stored-relation.ts';
import type { FedColumn, StoredSequence } from './stored-sequence.ts';
import { readValueTypes, type ValueType } from './value-types.ts';

/** What the catalogue says of everything that holds contents. What did not change is the same object as before. */
export interface Catalogue {
  readonly relations: ReadonlyMap<number, StoredRelation>;
  readonly sequences: ReadonlyMap<number, StoredSequence>;
  readonly types: ReadonlyMap<number, ValueType>;
  /** Files of rows, toast, indexes and sequences. A file that is not in here may be one of the catalogue itself. */
  readonly filenodes: ReadonlySet<number>;
  readonly largeObjectFiles: readonly number[];
  /** Labels of enums and versions of extensions, by oid. */
  readonly definitions: ReadonlyMap<number, string>;
  /** From here on rows of the catalogue count as written after this reading. */
  readonly horizon: string;
}

/** Reads the catalogue, or only what was written to it since `before`. */
export async function readCatalogue(database: Database, before?: Catalogue): Promise<Catalogue> {
  const overview = await readOverview(database);
  let changes = await changesSince(database, before?.horizon, [...(before?.types.keys() ?? [])]);
  const known = changes.wholesale ? undefined : before;
  if (before && changes.wholesale) changes = await changesSince(database, undefined, []);
  const relations = await mergeRelations(database, { known, overview, changes });
  const sequences = await mergeSequences(database, { known, overview, changes, relations });
  return {
    relations,
    sequences,
    types: await typesOf(database, relations, known?.types),
    filenodes: new Set([...(before?.filenodes ?? []), ...changes.filenodes]),
    largeObjectFiles: overview.largeObjectFiles,
    definitions: new Map([...(before?.definitions ?? []), ...changes.definitions]),
    horizon: overview.horizon,
  };
}

interface Merge {
  readonly known: Catalogue | undefined;
  readonly overview: Overview;
  readonly changes: CatalogueChanges;
}

async function mergeRelations(
  database: Database,
  { known, overview: { live }, changes }: Merge,
): Promise<Map<number, StoredRelation>> {
  const kept = [...(known?.relations.values() ?? [])].filter(({ oid }) => live.has(oid));
  // The row of an index that was dropped is gone, and that of its table need not have been written.
  const lostKey = kept.filter(({ keys }) => keys.some(({ indexOid }) => !live.has(indexOid))).map(({ oid }) => oid);
  const fresh = await readRelations(database, [...new Set([...changes.relations, ...lostKey])]);
  const merged = new Map(kept.map((relation) => [relation.oid, relation]));
  for (const relation of fresh) if (live.has(relation.oid)) merged.set(relation.oid, relation);
  return merged;
}

async function mergeSequences(
  database: Database,
  { known, overview: { live, feeds }, changes, relations }: Merge & Pick<Catalogue, 'relations'>,
): Promise<Map<number, StoredSequence>> {
  const merged = new Map([...(known?.sequences ?? [])].filter(([oid]) => live.has(oid)));
  const fresh = await readSequences(database, changes.relations);
  for (const sequence of fresh) if (live.has(sequence.oid)) merged.set(sequence.oid, sequence);
  for (const [oid, sequence] of merged) {
    const fed = fedColumn(feeds.get(oid), relations);
    if (fed?.label === sequence.feeds?.label && fed?.relationOid === sequence.feeds?.relationOid) continue;
    const { feeds: _former, ...bare } = sequence;
    merged.set(oid, { ...bare, ...(fed && { feeds: fed }) });
  }
  return merged;
}

function fedColumn(
  fed: readonly [number, number] | undefined,
  relations: ReadonlyMap<number, StoredRelation>,
): FedColumn | undefined {
  const relation = fed && relations.get(fed[0]);
  const column = fed && relation?.columns.find(({ number }) => number === fed[1]);
  if (!relation || !column) return undefined;
  return { relationOid: relation.oid, column: column.name, label: `${relation.name}.${column.label}` };
}

async function typesOf(
  database: Database,
  relations: ReadonlyMap<number, StoredRelation>,
  known: ReadonlyMap<number, ValueType> | undefined,
): Promise<ReadonlyMap<number, ValueType>> {
  const used = new Set<number>();
  for (const { columns } of relations.values()) for (const { typeOid } of columns) used.add(typeOid);
  if (known && [...used].every((oid) => known.has(oid))) return known;
  return readValueTypes(database, [...used]);
}
