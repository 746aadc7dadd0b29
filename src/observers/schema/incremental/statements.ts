import { FIRST_USER_OID } from '../reader.ts';
import { isPrimary, UNIT_SOURCES, wholeSourcesFor, type UnitSource } from './sources.ts';

/** Numbers of one unit: its catalogue's and its own, e.g. `1259 16384`. What the server brings is `1259 0`. */
const unitText = (source: UnitSource): string => {
  const number = `${source.unit}::oid`;
  const own = source.table === 'pg_namespace' || source.table === 'pg_description' ? number : foldSystem(number);
  return `${classOf(source)} || ' ' || ${own}`;
};

const classOf = ({ catalogue }: UnitSource): string =>
  typeof catalogue === 'string' ? oidOf(catalogue) : catalogue.expression;

const foldSystem = (number: string): string => `case when ${number} < ${FIRST_USER_OID} then 0 else ${number} end`;

/**
 * How many rows each catalogue has, and the units of those that came after the transaction `$1`.
 *
 * A row is inserted or replaced by a transaction, whose number it bears. All transactions older than the snapshot's xmin
 * had ended when the last reading began, so that what they wrote was seen by it; hence no new or replaced row can bear a
 * number before that. (`xmin` is shown as it was written, also of frozen rows. What is changed in place, the counters of
 * VACUUM and ANALYZE, is in no snapshot of ours.)
 */
export function probeSql(major: number): string {
  const units = UNIT_SOURCES.map((source, place) =>
    source.goesWithUnit
      ? `select ${place} as source, null::int as rows, pg_catalog.string_agg(distinct ${unitText(source)}, ',') as fresh
    from pg_catalog.${source.table} where ${FRESH}`
      : `select ${place} as source, pg_catalog.count(*)::int as rows,
      pg_catalog.string_agg(distinct ${unitText(source)}, ',') filter (where ${FRESH}) as fresh
    from pg_catalog.${source.table} ${source.where === undefined ? '' : `where ${source.where}`}`,
  );
  const wholes = wholeSourcesFor(major).map(
    ({ table }, place) => `select ${UNIT_SOURCES.length + place}, pg_catalog.count(*)::int,
      nullif(pg_catalog.count(*) filter (where ${FRESH}), 0)::text
    from pg_catalog.${table}`,
  );
  const horizon = `select ${HORIZON}, null, pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::text`;
  return [...units, ...wholes, horizon].join('\n    union all ');
}

/** Stands for the source in the row that says up to where everything has been seen. */
export const HORIZON = -1;

const FRESH = 'pg_catalog.age(xmin) <= (select pg_catalog.age($1::pg_catalog.xid))';

/** How many rows of each catalogue that is counted belong to the units with the numbers `$1`. */
export const rowsOfUnitsSql: string = UNIT_SOURCES.flatMap((source, place) =>
  source.goesWithUnit ? [] : [rowsByUnit(source, place, `${source.unit}::oid = any($1)`)],
).join('\n    union all ');

/** The same of all units, in some of the catalogues. */
export const rowsOfAllSql = (places: readonly number[]): string =>
  UNIT_SOURCES.flatMap((source, place) => (places.includes(place) ? [rowsByUnit(source, place, 'true')] : [])).join(
    '\n    union all ',
  );

function rowsByUnit(source: UnitSource, place: number, which: string): string {
  const where = source.where === undefined ? which : `${source.where} and ${which}`;
  const from = `pg_catalog.${source.table} where ${where}`;
  if (isPrimary(source) && source.table !== 'pg_namespace') {
    return `select ${place} as source, nullif(pg_catalog.concat_ws(',',
        pg_catalog.string_agg(${unitText(source)} || '=1', ',') filter (where oid >= ${FIRST_USER_OID}),
        ${classOf(source)} || ' 0=' || nullif(pg_catalog.count(*) filter (where oid < ${FIRST_USER_OID}), 0)), '') as rows
      from ${from}`;
  }
  return `select ${place} as source, pg_catalog.string_agg(unit || '=' || rows, ',') as rows
    from (select unit, pg_catalog.count(*) as rows from (select ${unitText(source)} as unit from ${from}) r group by unit) u`;
}

/**
 * Units whose texts may name the objects `$1` (catalogues) and `$2` (numbers): what depends on them, and the relation or
 * type that a part (constraint, trigger, default, rule, policy, index) belongs to.
 */
export const dependentsSql = `
  with recursive reach(classid, objid) as (
      select * from rows from (pg_catalog.unnest($1::oid[]), pg_catalog.unnest($2::oid[])) t
    union
      select d.classid, d.objid from reach r cross join lateral (
        select classid, objid from pg_catalog.pg_depend
        where refclassid = r.classid and refobjid = r.objid and deptype <> 'e'
          and r.classid <> ${oidOf('pg_namespace')}
        offset 0) d
  )
  select distinct (select relname::text from pg_catalog.pg_class where oid = u.classid) as catalogue, u.objid::int8 as oid
  from reach r cross join lateral (
      select r.classid, r.objid
      union all select ${oidOf('pg_class')}, ev_class from pg_catalog.pg_rewrite
        where r.classid = ${oidOf('pg_rewrite')} and oid = r.objid
      union all select ${oidOf('pg_class')}, adrelid from pg_catalog.pg_attrdef
        where r.classid = ${oidOf('pg_attrdef')} and oid = r.objid
      union all select ${oidOf('pg_class')}, tgrelid from pg_catalog.pg_trigger
        where r.classid = ${oidOf('pg_trigger')} and oid = r.objid
      union all select ${oidOf('pg_class')}, polrelid from pg_catalog.pg_policy
        where r.classid = ${oidOf('pg_policy')} and oid = r.objid
      union all select case when conrelid <> 0 then ${oidOf('pg_class')} else ${oidOf('pg_type')} end,
          case when conrelid <> 0 then conrelid else contypid end
        from pg_catalog.pg_constraint where r.classid = ${oidOf('pg_constraint')} and oid = r.objid
      -- The text of an exclusion constraint has the storage parameters of its index.
      union all select r.classid, indrelid from pg_catalog.pg_index
        where r.classid = ${oidOf('pg_class')} and indexrelid = r.objid
      -- Those of a TOAST table are said of its table.
      union all select refclassid, refobjid from pg_catalog.pg_depend
        where r.classid = ${oidOf('pg_class')} and classid = r.classid and objid = r.objid and refclassid = r.classid
          and exists (select from pg_catalog.pg_class t where t.oid = r.objid and t.relkind = 't')
      offset 0) u`;

function oidOf(catalogue: string): string {
  return `'pg_catalog.${catalogue}'::pg_catalog.regclass::oid`;
}
