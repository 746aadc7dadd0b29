import { anyRow, type Reader } from '../reader.ts';

/**
 * What was put on large objects by hand, one entry per owner: there can be millions. Those that are plain, owned by the
 * owner of the database, are rows of data and in the ledger.
 */
export const largeObjects: Reader = {
  catalogue: 'pg_largeobject_metadata',
  kind: 'large objects',
  present: anyRow('pg_largeobject_metadata'),
  sql: () => `
    select 0::oid as oid, pg_catalog.quote_ident(o.owner) as name,
      pg_catalog.count(*)::int as count,
      pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws('|', o.oid, o.acl, o.comment, o.labels), ','
        order by o.oid)) as digest
    from (
      select l.oid, pg_catalog.pg_get_userbyid(l.lomowner)::text as owner,
        array(select i::text from pg_catalog.unnest(l.lomacl) i order by 1)::text as acl, d.description as comment,
        (select pg_catalog.string_agg(s.provider || ': ' || s.label, ',' order by s.provider)
          from pg_catalog.pg_seclabel s
          where s.objoid = l.oid and s.classoid = 'pg_catalog.pg_largeobject'::pg_catalog.regclass) as labels
      from pg_catalog.pg_largeobject_metadata l
        left join pg_catalog.pg_description d
          on d.objoid = l.oid and d.classoid = 'pg_catalog.pg_largeobject'::pg_catalog.regclass
      where l.lomacl is not null or d.description is not null
        or l.lomowner <> (select b.datdba from pg_catalog.pg_database b
          where b.datname = pg_catalog.current_database())) o
    group by o.owner`,
};
