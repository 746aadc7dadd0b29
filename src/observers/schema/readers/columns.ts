import { aclText, notInExtension, optionalSortedText, qualified, userSchema, type Reader } from '../reader.ts';

/**
 * Columns of relations and attributes of composite types. `position` is the rank among the live ones. What few columns
 * have is in `rest`, which is null for most of them: there are many columns, and each field costs.
 */
export const columns: Reader = {
  catalogue: 'pg_class',
  kind: 'column',
  effort: 85,
  sql: ({ only }) => `
    select a.attrelid as oid, a.attnum as "columnNumber", c.name as parent, pg_catalog.quote_ident(a.attname) as part,
      case when gone.numbers is null then a.attnum::int
        else a.attnum - (select pg_catalog.count(*)::int from pg_catalog.unnest(gone.numbers) g where g < a.attnum)
      end as position,
      pg_catalog.format_type(a.atttypid, a.atttypmod) as type,
      nullif(a.attnotnull, false) as "notNull",
      case when a.atthasdef and a.attgenerated = '' then pg_catalog.pg_get_expr(d.adbin, d.adrelid) end as default,
      case when a.attcollation <> 0 and a.attcollation <> t.typcollation
        then a.attcollation::pg_catalog.regcollation::text end as collation,
      case when ${SPECIAL} then pg_catalog.json_strip_nulls(pg_catalog.json_build_object(${REST})) end as rest
    from (${RELATIONS(only('r.oid'))}) c
      join pg_catalog.pg_attribute a on a.attrelid = c.oid
      left join pg_catalog.pg_type t on t.oid = a.atttypid
      left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      left join (${DROPPED(only('x.attrelid'))}) gone on gone.attrelid = a.attrelid
    where a.attnum > 0 and not a.attisdropped and ${only('a.attrelid')}`,
};

const SPECIAL = `a.attgenerated <> '' or a.attidentity <> '' or a.attstorage <> t.typstorage
        or a.attcompression <> '' or a.attstattarget >= 0 or a.attoptions is not null
        or a.attfdwoptions is not null or a.attinhcount > 0 or a.attacl is not null`;

const REST = `
        'generated', case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' end,
        'expression', case when a.attgenerated <> '' then pg_catalog.pg_get_expr(d.adbin, d.adrelid) end,
        'identity', case a.attidentity when 'a' then 'always' when 'd' then 'by default' end,
        'storage', case when a.attstorage <> t.typstorage and c.relkind in ('r', 'p', 'm', 'f')
          then case a.attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main'
            else 'extended' end end,
        'compression', case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end,
        'statisticsTarget', nullif(a.attstattarget, -1),
        'options', ${optionalSortedText('a.attoptions')},
        'foreignOptions', ${optionalSortedText('a.attfdwoptions')},
        'inheritance', case when not a.attislocal then 'inherited'
          when a.attinhcount > 0 then 'local and inherited' end,
        'privileges', case when a.attacl <> '{}' then ${aclText('a.attacl')} end`;

/** `offset 0` keeps the planner from forming the name anew for each column. */
const RELATIONS = (only: string): string => `
      select r.oid, r.relkind, ${qualified('n', 'r.relname')} as name
      from pg_catalog.pg_class r join pg_catalog.pg_namespace n on n.oid = r.relnamespace
      where r.relkind in ('r', 'p', 'v', 'm', 'f', 'c') and ${userSchema('n')} and ${only}
        and ${notInExtension('pg_class', 'r.oid')} and ${notInExtension('pg_type', 'r.reltype')}
      offset 0`;

const DROPPED = (only: string): string => `
      select x.attrelid, pg_catalog.array_agg(x.attnum) as numbers
      from pg_catalog.pg_attribute x where x.attisdropped and ${only} group by x.attrelid`;
