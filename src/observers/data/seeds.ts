import type { StoredColumn, StoredRelation } from './catalogue/stored-relation.ts';

export interface Seed {
  readonly columns: readonly StoredColumn[];
  /** No two rows have the same values in these columns. */
  readonly unique: boolean;
}

export type ChooseSeed = (relation: StoredRelation) => Seed;

/**
 * Chooses the columns that the other columns' hashes are seeded with: those of the primary or another unique key.
 *
 * What was chosen for a table is kept for the rehearsal while those columns exist, whatever becomes of the key:
 * fingerprints with different seeds cannot be compared, and a step that drops a primary key has changed no data.
 */
export function seedMemory(): ChooseSeed {
  const byName = new Map<string, readonly string[][]>();
  const byOid = new Map<number, readonly number[]>();
  return (relation) => {
    const chosen =
      firstComplete(byName.get(relation.name) ?? [], (name) =>
        relation.columns.find((column) => column.name === name),
      ) ??
      firstComplete(
        [
          ...(byOid.has(relation.oid) ? [byOid.get(relation.oid) ?? []] : []),
          ...relation.keys.map((key) => key.columns),
        ],
        (number) => relation.columns.find((column) => column.number === number),
      ) ??
      [];
    remember(
      byName,
      relation.name,
      chosen.map(({ name }) => name),
    );
    byOid.set(
      relation.oid,
      chosen.map(({ number }) => number),
    );
    return { columns: chosen, unique: isUnique(relation, chosen) };
  };
}

/** The first list of which every column is still there. */
function firstComplete<Id>(
  candidates: readonly (readonly Id[])[],
  find: (id: Id) => StoredColumn | undefined,
): StoredColumn[] | undefined {
  for (const ids of candidates) {
    const found = ids.flatMap((id) => find(id) ?? []);
    if (found.length === ids.length) return found;
  }
  return undefined;
}

function remember(byName: Map<string, readonly string[][]>, name: string, chosen: string[]): void {
  const known = byName.get(name) ?? [];
  if (!known.some((columns) => columns.join('\0') === chosen.join('\0'))) byName.set(name, [...known, chosen]);
}

function isUnique({ keys }: StoredRelation, chosen: readonly StoredColumn[]): boolean {
  const numbers = new Set(chosen.map(({ number }) => number));
  return keys.some((key) => key.columns.every((number) => numbers.has(number)));
}
