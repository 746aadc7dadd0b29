import { notInExtension, owner, privileges, qualified, regclass, userSchema, type Reader } from '../reader.ts';

/** Parameters of sequences. Where one stands is data, not schema. */
export const sequences: Reader = {
  catalogue: 'pg_class',
  kind: 'sequence',
  effort: 20,
  sql: ({ only }) => `
    select c.oid, ${qualified('n', 'c.relname')} as name,
      o.refobjid::pg_catalog.regclass::text as parent,
      o.refobjid::pg_catalog.regclass::text || '.' || (select pg_catalog.quote_ident(a.attname)
        from pg_catalog.pg_attribute a where a.attrelid = o.refobjid and a.attnum = o.refobjsubid) as "ownedBy",
      case when o.deptype = 'i' then true end as identity,
      pg_catalog.format_type(s.seqtypid, null) as type,
      s.seqstart::text as start, s.seqincrement::text as increment,
      s.seqmin::text as minimum, s.seqmax::text as maximum, nullif(s.seqcache, 1)::text as cache,
      nullif(s.seqcycle, false) as cycle,
      case c.relpersistence when 'u' then 'unlogged' end as persistence,
      ${owner('c.relowner')},
      ${privileges('c.relacl', "'s'", 'c.relowner')}
    from pg_catalog.pg_class c
      join pg_catalog.pg_sequence s on s.seqrelid = c.oid
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      left join pg_catalog.pg_depend o on o.classid = ${regclass('pg_class')} and o.objid = c.oid and o.objsubid = 0
        and o.refclassid = ${regclass('pg_class')} and o.refobjsubid > 0 and o.deptype in ('a', 'i')
    where c.relkind = 'S' and ${userSchema('n')} and ${only('c.oid')} and ${notInExtension('pg_class', 'c.oid')}`,
};
