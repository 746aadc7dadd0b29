import type { StoredRelation } from './catalogue/stored-relation.ts';

/** One entry of the ledger: a relation and what its rows are stored in. */
export interface LedgerEntry {
  /** The table, the materialized view, or the top of a partitioned table. */
  readonly root: StoredRelation;
  /** The relation itself, or the leaves of a partitioned table, by oid. */
  readonly parts: readonly StoredRelation[];
}

export interface LedgerEntries {
  readonly entries: readonly LedgerEntry[];
  /** Relations without rows of their own to read, with the reason. */
  readonly unread: Readonly<Record<string, string>>;
}

/** Sorts what the catalogue lists into entries, sorted by name. */
export function ledgerEntries(
  relations: ReadonlyMap<number, StoredRelation>,
  excluded: (relation: StoredRelation) => boolean,
): LedgerEntries {
  const leaves = new Map<number, StoredRelation[]>();
  const unread: Record<string, string> = {};
  const roots: StoredRelation[] = [];
  for (const relation of relations.values()) {
    const root = rootOf(relation, relations);
    if (excluded(root)) continue;
    const reason = whyUnread(relation);
    if (reason !== undefined) unread[relation.name] = reason;
    else if (relation.parentOid === undefined) roots.push(relation);
    if (reason === undefined && relation.kind !== 'partitioned table') {
      leaves.set(root.oid, [...(leaves.get(root.oid) ?? []), relation]);
    }
  }
  return {
    entries: roots
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((root) => ({ root, parts: (leaves.get(root.oid) ?? []).toSorted((a, b) => a.oid - b.oid) })),
    unread,
  };
}

function rootOf(relation: StoredRelation, relations: ReadonlyMap<number, StoredRelation>): StoredRelation {
  const parent = relation.parentOid === undefined ? undefined : relations.get(relation.parentOid);
  return parent ? rootOf(parent, relations) : relation;
}

function whyUnread({ kind, populated }: StoredRelation): string | undefined {
  if (kind === 'foreign table') return 'a foreign table: its rows are on another server';
  if (kind === 'materialized view' && !populated) return 'a materialized view that has not been populated';
  return undefined;
}
