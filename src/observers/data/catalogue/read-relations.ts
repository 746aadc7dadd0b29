import type { Database } from '../../../postgres/connect.ts';
import type { RelationKind, StoredColumn, StoredRelation } from './stored-relation.ts';

const RELATIONS = `
select c.oid::int8::float8 as oid, pg_catalog.format('%I.%I', n.nspname, c.relname) as name,
  n.nspname::text as schema, c.relname::text as "table", c.relkind as kind,
  c.relpersistence = 'u' as unlogged, c.relispopulated as populated,
  case when c.relispartition then (select h.inhparent::int8::float8 from pg_catalog.pg_inherits h where h.inhrelid = c.oid limit 1) end as parent,
  c.relfilenode::int8::float8 as filenode, t.relfilenode::int8::float8 as toast
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_class t on t.oid = c.reltoastrelid
where c.oid = any($1::oid[]) and c.relkind in ('r', 'p', 'm', 'f') and c.relpersistence <> 't'`;

const COLUMNS = `
select a.attrelid::int8::float8 as relation, a.attnum::int4 as number, a.attname::text as name,
  pg_catalog.quote_ident(a.attname) as label,
  pg_catalog.format_type(a.atttypid, a.atttypmod) as type, a.atttypid::int8::float8 as type_oid
from pg_catalog.pg_attribute a
where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped and a.attgenerated <> 'v'
order by a.attrelid, a.attnum`;

/** In 18 a NOT NULL may be NOT VALID: then there may be nulls, and several of them do not offend a unique index. */
const KEYS = `
select i.indrelid::int8::float8 as relation, i.indexrelid::int8::float8 as index, pg_catalog.array_to_string(k.columns, ' ') as columns
from pg_catalog.pg_index i
join pg_catalog.pg_class x on x.oid = i.indexrelid
cross join lateral (select (i.indkey::int2[])[0:i.indnkeyatts - 1] as columns) k
where i.indrelid = any($1::oid[]) and i.indisunique and i.indisvalid and i.indisready and i.indislive and i.indimmediate
  and i.indpred is null and i.indexprs is null
  and not exists (
    select from pg_catalog.pg_attribute a
    where a.attrelid = i.indrelid and a.attnum = any(k.columns) and not a.attnotnull)
  and not exists (
    select from pg_catalog.pg_constraint c
    where c.conrelid = i.indrelid and c.contype = 'n' and not c.convalidated and c.conkey[1] = any(k.columns))
order by i.indrelid, i.indisprimary desc, i.indnkeyatts, x.relname`;

interface RelationRow {
  readonly oid: number;
  readonly name: string;
  readonly schema: string;
  readonly table: string;
  readonly kind: string;
  readonly unlogged: boolean;
  readonly populated: boolean;
  readonly parent: number | null;
  readonly filenode: number;
  readonly toast: number | null;
}

interface ColumnRow extends Omit<StoredColumn, 'typeOid'> {
  readonly relation: number;
  readonly type_oid: number;
}

interface KeyRow {
  readonly relation: number;
  readonly index: number;
  readonly columns: string;
}

/** Those of the relations that can hold rows; temporary ones are left out. */
export async function readRelations(database: Database, oids: readonly number[]): Promise<StoredRelation[]> {
  const rows = await database.query<RelationRow>(RELATIONS, [[...oids]]);
  if (rows.length === 0) return [];
  const found = [rows.map(({ oid }) => oid)];
  const columns = groupByRelation(await database.query<ColumnRow>(COLUMNS, found));
  const keys = groupByRelation(await database.query<KeyRow>(KEYS, found));
  return rows.map((row) => toRelation(row, columns.get(row.oid) ?? [], keys.get(row.oid) ?? []));
}

const KINDS: Readonly<Record<string, RelationKind>> = {
  r: 'table',
  p: 'partitioned table',
  m: 'materialized view',
  f: 'foreign table',
};

function toRelation(row: RelationRow, columns: readonly ColumnRow[], keys: readonly KeyRow[]): StoredRelation {
  const { oid, name, schema, table, unlogged, populated } = row;
  return {
    oid,
    name,
    schema,
    table,
    kind: KINDS[row.kind] ?? 'table',
    unlogged,
    populated,
    ...(row.parent !== null && { parentOid: row.parent }),
    ...(row.filenode !== 0 && { filenode: row.filenode }),
    ...(row.toast !== null && { toastFilenode: row.toast }),
    columns: columns.map((column) => ({
      number: column.number,
      name: column.name,
      label: column.label,
      type: column.type,
      typeOid: column.type_oid,
    })),
    keys: keys.map((key) => ({ indexOid: key.index, columns: key.columns.split(' ').map(Number) })),
  };
}

function groupByRelation<Row extends { readonly relation: number }>(rows: readonly Row[]): Map<number, Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.relation);
    if (group) group.push(row);
    else groups.set(row.relation, [row]);
  }
  return groups;
}
