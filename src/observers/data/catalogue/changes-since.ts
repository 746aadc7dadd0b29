import type { Database } from '../../../postgres/connect.ts';

/** Which rows of the catalogue were written since an earlier reading. Rows that are gone do not show here. */
export interface CatalogueChanges {
  /** Relations whose own row, columns, unique indexes, parents or sequence parameters were written. */
  readonly relations: readonly number[];
  /** Names or types that any relation may depend on were written. */
  readonly wholesale: boolean;
  readonly filenodes: readonly number[];
  /** Labels of enums and versions of extensions by their oid, attributes of row types by the negative oid. */
  readonly definitions: ReadonlyMap<number, string>;
}

/** The age of a row is that of the transaction that wrote it; freezing keeps its number. */
const WRITTEN = (row: string): string => `($1::xid is null or pg_catalog.age(${row}.xmin) <= pg_catalog.age($1::xid))`;

const CHANGES = `
select
  (select pg_catalog.string_agg(distinct r.oid::text, ' ') from (
    select c.oid from pg_catalog.pg_class c where c.oid >= 16384 and ${WRITTEN('c')}
    union all
    select c.oid from pg_catalog.pg_class t join pg_catalog.pg_class c on c.reltoastrelid = t.oid
      where t.relkind = 't' and t.oid >= 16384 and ${WRITTEN('t')}
    union all
    select a.attrelid from pg_catalog.pg_attribute a where a.attrelid >= 16384 and ${WRITTEN('a')}
    union all
    select i.indrelid from pg_catalog.pg_index i where i.indrelid >= 16384 and ${WRITTEN('i')}
    union all
    select h.inhrelid from pg_catalog.pg_inherits h where ${WRITTEN('h')}
    union all
    select k.conrelid from pg_catalog.pg_constraint k where k.contype = 'n' and k.conrelid >= 16384 and ${WRITTEN('k')}
    union all
    select s.seqrelid from pg_catalog.pg_sequence s where ${WRITTEN('s')}
  ) r) as relations,
  exists (select from pg_catalog.pg_namespace n where ${WRITTEN('n')})
    or exists (select from pg_catalog.pg_type t where t.oid = any($2::oid[]) and ${WRITTEN('t')})
    or exists (select from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid
      where c.relkind = 'c' and c.oid >= 16384 and ${WRITTEN('a')}) as wholesale,
  (select pg_catalog.string_agg(c.relfilenode::text, ' ') from pg_catalog.pg_class c
    where c.oid >= 16384 and c.relfilenode <> 0 and ${WRITTEN('c')}) as filenodes,
  (select pg_catalog.json_object_agg(d.oid, d.text) from (
    select e.oid::int8, e.enumlabel::text as text from pg_catalog.pg_enum e where ${WRITTEN('e')}
    union all
    select x.oid::int8, x.extversion from pg_catalog.pg_extension x where ${WRITTEN('x')}
    union all
    select -a.attrelid::int8, pg_catalog.string_agg(pg_catalog.concat_ws(' ', a.attnum, a.atttypid, a.atttypmod), ',' order by a.attnum)
      from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid
      where c.oid >= 16384 and a.attnum > 0 and (c.relkind = 'c' or c.reltype in (
        select case when t.typelem = 0 then t.oid else t.typelem end
        from pg_catalog.pg_attribute u join pg_catalog.pg_type t on t.oid = u.atttypid where u.attrelid >= 16384))
      group by a.attrelid having pg_catalog.bool_or(${WRITTEN('a')})
  ) d) as definitions`;

interface ChangesRow {
  readonly relations: string | null;
  readonly wholesale: boolean;
  readonly filenodes: string | null;
  readonly definitions: Readonly<Record<string, string>> | null;
}

/**
 * @param since horizon of the earlier reading; absent: everything
 * @param usedTypes types whose name or definition matters
 */
export async function changesSince(
  database: Database,
  since: string | undefined,
  usedTypes: readonly number[],
): Promise<CatalogueChanges> {
  const [row] = await database.query<ChangesRow>(CHANGES, [since ?? null, [...usedTypes]]);
  return {
    relations: numbers(row?.relations),
    wholesale: row?.wholesale ?? true,
    filenodes: numbers(row?.filenodes),
    definitions: new Map(Object.entries(row?.definitions ?? {}).map(([oid, text]) => [Number(oid), text])),
  };
}

const numbers = (text: string | null | undefined): number[] => (text ? text.split(' ').map(Number) : []);
