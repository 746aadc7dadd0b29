import type { Database } from '../../../postgres/connect.ts';

/** What the bytes or the text of a type's values depend on. */
export interface ValueType {
  /** The type below all domains. */
  readonly baseOid: number;
  /** Its text holds enum labels or attributes of a row type, or is made by an extension's code. */
  readonly redefinable: boolean;
  /** Its text holds names of other objects (`regclass`, `aclitem`), which a rename elsewhere changes. */
  readonly named: boolean;
}

interface TypeRow {
  readonly oid: number;
  readonly kind: string;
  readonly base: number;
  readonly named: boolean;
  readonly parts: readonly number[];
}

const TYPES = `
with recursive reached as (
  select t.oid from pg_catalog.pg_type t where t.oid = any($1::oid[])
  union
  select part.oid
  from reached r
  join pg_catalog.pg_type t on t.oid = r.oid
  cross join lateral (
    select t.typelem where t.typelem <> 0
    union all select t.typbasetype where t.typbasetype <> 0
    union all select g.rngsubtype from pg_catalog.pg_range g where g.rngtypid = t.oid
    union all select g.rngsubtype from pg_catalog.pg_range g where g.rngmultitypid = t.oid
    union all select a.atttypid from pg_catalog.pg_attribute a
      where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
  ) as part (oid)
)
select t.oid::int8::float8 as oid, t.typtype as kind, t.typbasetype::int8::float8 as base,
  (t.typname like 'reg%' or t.typname like '\\_reg%' or t.typname in ('aclitem', '_aclitem'))
    and t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace as named,
  array(
    select part.oid::int8::float8 from (
      select t.typelem where t.typelem <> 0
      union all select t.typbasetype where t.typbasetype <> 0
      union all select g.rngsubtype from pg_catalog.pg_range g where t.oid in (g.rngtypid, g.rngmultitypid)
      union all select a.atttypid from pg_catalog.pg_attribute a
        where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
    ) as part (oid)
  ) as parts
from pg_catalog.pg_type t
where t.oid in (select oid from reached)`;

const FIRST_USER_OID = 16_384;

/** Looks through domains, arrays, ranges and composites down to what they are made of. */
export async function readValueTypes(database: Database, oids: readonly number[]): Promise<Map<number, ValueType>> {
  const rows = await database.query<TypeRow>(TYPES, [[...oids]]);
  const byOid = new Map(rows.map((row) => [row.oid, row]));
  return new Map(rows.map((row) => [row.oid, describe(row, byOid)]));
}

function describe(row: TypeRow, byOid: ReadonlyMap<number, TypeRow>): ValueType {
  const everything = [...partsOf(row.oid, byOid)].flatMap((oid) => byOid.get(oid) ?? []);
  return {
    baseOid: baseOf(row, byOid),
    redefinable: everything.some(
      ({ oid, kind }) => kind === 'e' || kind === 'c' || (kind === 'b' && oid >= FIRST_USER_OID),
    ),
    named: everything.some(({ named }) => named),
  };
}

function baseOf(row: TypeRow, byOid: ReadonlyMap<number, TypeRow>): number {
  const below = row.kind === 'd' ? byOid.get(row.base) : undefined;
  return below ? baseOf(below, byOid) : row.oid;
}

function partsOf(oid: number, byOid: ReadonlyMap<number, TypeRow>, seen: Set<number> = new Set()): ReadonlySet<number> {
  if (seen.has(oid)) return seen;
  seen.add(oid);
  for (const part of byOid.get(oid)?.parts ?? []) partsOf(part, byOid, seen);
  return seen;
}
