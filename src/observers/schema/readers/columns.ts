import { aclText, notInExtension, optionalSortedText, qualified, userSchema, type Reader } from '../reader.ts';

/**
 * Columns of relations and attributes of composite types. There are many, so that each field costs: those of one relation
 * are packed into one row, and what few columns have is in `rest`. `position` is the rank among the live ones.
 */
export const columns: Reader = {
  catalogue: 'pg_class',
  kind: 'column',
  effort: 85,
  sql: ({ only }) => `
    select c.oid, c.name as parent,
      pg_catalog.json_agg(pg_catalog.json_build_array(
        a.attnum, pg_catalog.quote_ident(a.attname), pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
        case when a.atthasdef and a.attgenerated = '' then pg_catalog.pg_get_expr(d.adbin, d.adrelid) end,
        case when ${SPECIAL} then pg_catalog.json_strip_nulls(pg_catalog.json_build_object(${REST})) end)) as columns
    from (${RELATIONS(only('r.oid'))}) c
      join pg_catalog.pg_attribute a on a.attrelid = c.oid
      left join pg_catalog.pg_type t on t.oid = a.atttypid
      left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attnum > 0 and not a.attisdropped and ${only('a.attrelid')}
    group by c.oid, c.name`,
  unpack({ oid, parent, columns: packed }) {
    if (!Array.isArray(packed)) return [];
    return packed
      .filter((column): column is [number, string, ...unknown[]] => Array.isArray(column))
      .toSorted(([a], [b]) => a - b)
      .map(([columnNumber, part, type, notNull, standard, rest], place) => ({
        oid,
        columnNumber,
        parent,
        part,
        position: place + 1,
        type,
        notNull: notNull === true ? true : undefined,
        default: standard,
        rest,
      }));
  },
};

const SPECIAL = `a.attcollation <> t.typcollation or a.attgenerated <> '' or a.attidentity <> '' or a.attstorage <> t.typstorage
        or a.attcompression <> '' or a.attstattarget >= 0 or a.attoptions is not null
        or a.attfdwoptions is not null or a.attinhcount > 0 or a.attacl is not null`;

const REST = `
        'collation', case when a.attcollation <> 0 and a.attcollation <> t.typcollation
          then a.attcollation::pg_catalog.regcollation::text end,
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
