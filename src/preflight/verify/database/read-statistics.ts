import type { Database } from '../../../postgres/connect.ts';
import { INSUFFICIENT_PRIVILEGE, LOCK_NOT_AVAILABLE, QUERY_CANCELED, sqlStateOf } from '../../../postgres/sqlstate.ts';
import type { TableStatistics } from '../facts.ts';

/**
 * Of the named tables and their partitions those that lack statistics though they hold rows. Reads `pg_stats`, which
 * shows a role only what it may select; the rest is `masked`.
 *
 * @param tables qualified, quoted where needed; one that is not there is left out
 */
export async function readStatistics(database: Database, tables: readonly string[]): Promise<TableStatistics[]> {
  const lacking: TableStatistics[] = [];
  for (const row of await database.query<StatisticsRow>(STATISTICS, [tables])) {
    const { counted, selectable, missing, ...rest } = row;
    if (missing.length + rest.indexes.length + rest.masked.length === 0) continue;
    const rows = Number(counted) > 0 ? Number(counted) : await countSome(database, rest.relation, selectable);
    if (rows === 0) continue;
    lacking.push({
      ...rest,
      ...(typeof rows === 'number' && { rows }),
      columns: missing,
      rowsHidden: rows === 'hidden',
    });
  }
  return lacking;
}

interface StatisticsRow {
  readonly relation: string;
  readonly partitioned: boolean;
  readonly extended: boolean;
  /** A bigint; 0 may also mean that nobody has counted yet. */
  readonly counted: string;
  readonly selectable: boolean;
  readonly missing: readonly string[];
  readonly none: boolean;
  readonly indexes: readonly string[];
  readonly masked: readonly string[];
}

/** Counts itself where the server's counters know of no row: after a crash, or right after a rewrite, they are empty. */
async function countSome(
  database: Database,
  relation: string,
  selectable: boolean,
): Promise<number | 'many' | 'hidden'> {
  if (!selectable) return 'hidden';
  try {
    const [row] = await database.query<{ rows: number }>(
      `select pg_catalog.count(*)::pg_catalog.int4 as rows from (select from ${relation} limit ${MOST_COUNTED}) as seen`,
    );
    return row === undefined || row.rows >= MOST_COUNTED ? 'many' : row.rows;
  } catch (error) {
    if (NOT_READABLE.has(sqlStateOf(error))) return 'hidden';
    throw error;
  }
}

/** Not allowed, locked, or not to be read to the end. */
const NOT_READABLE: ReadonlySet<string | undefined> = new Set([
  INSUFFICIENT_PRIVILEGE,
  LOCK_NOT_AVAILABLE,
  QUERY_CANCELED,
]);
const MOST_COUNTED = 10_000;

/**
 * A column has statistics once its table was analyzed with a row in it, unless its target is 0 or it is computed when
 * read (18). An index has its own for its expressions; that of a partitioned table has none, its partitions' have.
 */
const STATISTICS = `
with recursive named as (
  select distinct pg_catalog.to_regclass(name)::oid as oid from pg_catalog.unnest($1::pg_catalog.text[]) name
), family as (
  select oid as root, oid from named where oid is not null
  union
  select f.root, h.inhrelid from family f join pg_catalog.pg_inherits h on h.inhparent = f.oid
), tables as (
  select c.*, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) as relation, n.nspname,
         c.relrowsecurity and pg_catalog.row_security_active(c.oid) as guarded
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where c.oid in (select oid from family) and c.relkind in ('r', 'm', 'p')
), leaves as (
  select f.root, sum(greatest(c.reltuples::pg_catalog.int8, pg_catalog.pg_stat_get_live_tuples(c.oid), 0)) as counted
    from (with recursive below as (
            select oid as root, oid from tables
            union
            select b.root, h.inhrelid from below b join pg_catalog.pg_inherits h on h.inhparent = b.oid
          ) select * from below) f
    join pg_catalog.pg_class c on c.oid = f.oid and c.relkind in ('r', 'm')
   group by 1
), columns as (
  select t.oid, pg_catalog.quote_ident(a.attname) as name, a.attnum,
         not t.guarded and pg_catalog.has_column_privilege(t.oid, a.attnum, 'select') as visible,
         exists (select from pg_catalog.pg_stats s
                  where s.schemaname = t.nspname and s.tablename = t.relname and s.attname = a.attname) as analyzed
    from tables t join pg_catalog.pg_attribute a on a.attrelid = t.oid
   where a.attnum > 0 and not a.attisdropped and coalesce(a.attstattarget, -1) <> 0 and a.attgenerated <> 'v'
), by_table as (
  select oid,
         array_agg(name order by attnum) filter (where visible and not analyzed) as missing,
         array_agg(name order by attnum) filter (where not visible) as masked,
         not bool_or(analyzed or not visible) as none
    from columns group by 1
), expressions as (
  select i.indrelid as oid, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(x.relname) as index,
         bool_and(pg_catalog.has_column_privilege(x.oid, a.attnum, 'select')) and not bool_or(t.guarded) as visible,
         bool_and(exists (select from pg_catalog.pg_stats s
                           where s.schemaname = n.nspname and s.tablename = x.relname and s.attname = a.attname))
           as analyzed
    from tables t
    join pg_catalog.pg_index i on i.indrelid = t.oid and i.indexprs is not null and i.indisvalid and i.indisready
    join pg_catalog.pg_class x on x.oid = i.indexrelid and x.relkind = 'i'
    join pg_catalog.pg_namespace n on n.oid = x.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = x.oid and a.attnum <= i.indnkeyatts
     and i.indkey[a.attnum - 1] = 0 and coalesce(a.attstattarget, -1) <> 0
   group by 1, 2
), by_index as (
  select oid, array_agg(index order by index) filter (where visible and not analyzed) as indexes,
         array_agg(index order by index) filter (where not visible) as masked
    from expressions group by 1
)
select t.relation, t.relkind = 'p' as partitioned,
       exists (select from pg_catalog.pg_statistic_ext e where e.stxrelid = t.oid) as extended,
       coalesce(l.counted, 0)::pg_catalog.int8 as counted,
       not t.guarded and pg_catalog.has_table_privilege(t.oid, 'select') as selectable,
       coalesce(b.missing, '{}') as missing, coalesce(b.none, false) as none,
       coalesce(i.indexes, '{}') as indexes,
       coalesce(b.masked, '{}') || coalesce(i.masked, '{}') as masked
  from tables t
  left join leaves l on l.root = t.oid
  left join by_table b on b.oid = t.oid
  left join by_index i on i.oid = t.oid
 order by 1`;
