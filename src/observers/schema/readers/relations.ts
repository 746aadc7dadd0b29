import {
  notInExtension,
  optionalSortedText,
  owner,
  privileges,
  qualified,
  userSchema,
  type Reader,
} from '../reader.ts';

/** Tables, partitioned tables, views, materialized views, foreign tables. */
export const relations: Reader = {
  catalogue: 'pg_class',
  effort: 15,
  sql: ({ only }) => `
    select c.oid, ${KIND} as kind, ${qualified('n', 'c.relname')} as name,
      case c.relpersistence when 'u' then 'unlogged' end as persistence,
      case when c.relkind in ('r', 'm', 'p') then am.amname::text end as "accessMethod",
      ts.spcname::text as tablespace,
      ${optionalSortedText('c.reloptions')} as options,
      ${optionalSortedText('toast.reloptions')} as "toastOptions",
      nullif(c.relrowsecurity, false) as "rowSecurity",
      nullif(c.relforcerowsecurity, false) as "forceRowSecurity",
      case c.relreplident when 'f' then 'full' when 'i' then 'index'
        when 'n' then case when c.relkind in ('r', 'p', 'm') then 'nothing' end end as "replicaIdentity",
      case when c.reloftype <> 0 then pg_catalog.format_type(c.reloftype, null) end as "ofType",
      case when c.relkind = 'p' then pg_catalog.pg_get_partkeydef(c.oid) end as "partitionKey",
      pg_catalog.pg_get_expr(c.relpartbound, c.oid) as "partitionBound",
      inh.parents as inherits, nullif(inh.detaching, false) as "detachPending",
      srv.srvname::text as server,
      ${optionalSortedText('ft.ftoptions')} as "foreignOptions",
      case when c.relkind in ('v', 'm') then pg_catalog.pg_get_viewdef(c.oid) end as definition,
      case when c.relkind = 'm' then c.relispopulated end as populated,
      ${owner('c.relowner')},
      ${privileges('c.relacl', "'r'", 'c.relowner')}
    from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      left join pg_catalog.pg_am am on am.oid = c.relam
      left join pg_catalog.pg_tablespace ts on ts.oid = c.reltablespace
      left join pg_catalog.pg_class toast on toast.oid = c.reltoastrelid and c.reltoastrelid <> 0
      left join (${PARENTS(only('i.inhrelid'))}) inh on inh.inhrelid = c.oid
      left join pg_catalog.pg_foreign_table ft on ft.ftrelid = c.oid
      left join pg_catalog.pg_foreign_server srv on srv.oid = ft.ftserver
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and ${userSchema('n')} and ${only('c.oid')}
      and ${notInExtension('pg_class', 'c.oid')}`,
};

const KIND = `case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table'
      else 'table' end`;

const PARENTS = (only: string): string => `
      select i.inhrelid, pg_catalog.bool_or(i.inhdetachpending) as detaching,
        pg_catalog.array_agg(i.inhparent::pg_catalog.regclass::text order by i.inhseqno) as parents
      from pg_catalog.pg_inherits i where ${only} group by i.inhrelid`;
