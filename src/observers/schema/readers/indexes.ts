import { notInExtension, optionalSortedText, qualified, userSchema, type Reader } from '../reader.ts';

/** The definition of one that serves a constraint is the constraint's, but for the storage parameters. */
export const indexes: Reader = {
  catalogue: 'pg_class',
  kind: 'index',
  effort: 65,
  sql: ({ only }) => `
    select i.indexrelid as oid, ${qualified('n', 'x.relname')} as name,
      ${qualified('n', 'c.relname')} as parent,
      ${qualified('n', 'c.relname')} || '.' || pg_catalog.quote_ident(con.conname) as constraint,
      case when con.oid is null then pg_catalog.pg_get_indexdef(i.indexrelid) end as definition,
      case when con.oid is not null then ${optionalSortedText('x.reloptions')} end as options,
      i.indisvalid as valid,
      nullif(i.indisready, true) as ready,
      nullif(i.indislive, true) as live,
      nullif(i.indisclustered, false) as clustered,
      nullif(i.indisreplident, false) as "replicaIdentity",
      ts.spcname::text as tablespace,
      h.inhparent::pg_catalog.regclass::text as "partOf",
      case when i.indexprs is not null then
        (select pg_catalog.array_agg('column ' || a.attnum || ': ' || a.attstattarget order by a.attnum)
          from pg_catalog.pg_attribute a where a.attrelid = i.indexrelid and a.attstattarget >= 0)
      end as "statisticsTargets"
    from pg_catalog.pg_index i
      join pg_catalog.pg_class x on x.oid = i.indexrelid
      join pg_catalog.pg_class c on c.oid = i.indrelid
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      left join pg_catalog.pg_constraint con
        on con.conrelid = i.indrelid and con.conindid = i.indexrelid and con.contype in ('p', 'u', 'x')
      left join pg_catalog.pg_inherits h on h.inhrelid = i.indexrelid
      left join pg_catalog.pg_tablespace ts on ts.oid = x.reltablespace
    where c.relkind in ('r', 'p', 'm') and ${userSchema('n')} and ${only('i.indexrelid')}
      and ${notInExtension('pg_class', 'c.oid')}`,
};
