import {
  anyOfUsers,
  anyRow,
  notInExtension,
  outsideSystem,
  owner,
  privileges,
  type Reader,
  userSchema,
} from '../reader.ts';

export const languages: Reader = {
  catalogue: 'pg_language',
  kind: 'language',
  present: anyOfUsers('pg_language'),
  sql: () => `
    select l.oid, pg_catalog.quote_ident(l.lanname) as name,
      l.lanpltrusted as trusted, nullif(l.lanplcallfoid, 0)::pg_catalog.regprocedure::text as handler,
      nullif(l.laninline, 0)::pg_catalog.regprocedure::text as "inlineHandler",
      nullif(l.lanvalidator, 0)::pg_catalog.regprocedure::text as validator,
      ${owner('l.lanowner')}, ${privileges('l.lanacl', "'l'", 'l.lanowner')}
    from pg_catalog.pg_language l where l.lanispl and ${notInExtension('pg_language', 'l.oid')}`,
};

export const eventTriggers: Reader = {
  catalogue: 'pg_event_trigger',
  kind: 'event trigger',
  present: anyRow('pg_event_trigger'),
  sql: () => `
    select t.oid, pg_catalog.quote_ident(t.evtname) as name, t.evtevent::text as event,
      t.evtfoid::pg_catalog.regprocedure::text as function,
      case when t.evttags is not null then array(select g from pg_catalog.unnest(t.evttags) g order by g collate "C") end as tags,
      case t.evtenabled when 'O' then 'origin' when 'D' then 'disabled' when 'R' then 'replica' else 'always' end as enabled,
      ${owner('t.evtowner')}
    from pg_catalog.pg_event_trigger t where ${notInExtension('pg_event_trigger', 't.oid')}`,
};

export const casts: Reader = {
  catalogue: 'pg_cast',
  kind: 'cast',
  present: anyOfUsers('pg_cast'),
  sql: () => `
    select c.oid, '(' || pg_catalog.format_type(c.castsource, null) || ' AS '
        || pg_catalog.format_type(c.casttarget, null) || ')' as name,
      case c.castmethod when 'b' then 'binary' when 'i' then 'inout' else 'function' end as method,
      nullif(c.castfunc, 0)::pg_catalog.regprocedure::text as function,
      case c.castcontext when 'e' then 'explicit' when 'a' then 'assignment' else 'implicit' end as context
    from pg_catalog.pg_cast c where c.oid >= 16384 and ${notInExtension('pg_cast', 'c.oid')}`,
};

export const transforms: Reader = {
  catalogue: 'pg_transform',
  kind: 'transform',
  present: anyRow('pg_transform'),
  sql: () => `
    select t.oid, 'for ' || pg_catalog.format_type(t.trftype, null) || ' language ' || pg_catalog.quote_ident(l.lanname) as name,
      nullif(t.trffromsql, 0)::pg_catalog.regprocedure::text as "fromSql",
      nullif(t.trftosql, 0)::pg_catalog.regprocedure::text as "toSql"
    from pg_catalog.pg_transform t join pg_catalog.pg_language l on l.oid = t.trflang
    where ${notInExtension('pg_transform', 't.oid')}`,
};

export const conversions: Reader = {
  catalogue: 'pg_conversion',
  kind: 'conversion',
  present: outsideSystem('pg_conversion', 'connamespace'),
  sql: () => `
    select c.oid, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.conname) as name,
      pg_catalog.pg_encoding_to_char(c.conforencoding)::text as source,
      pg_catalog.pg_encoding_to_char(c.contoencoding)::text as target,
      c.conproc::pg_catalog.regprocedure::text as function, nullif(c.condefault, false) as default,
      ${owner('c.conowner')}
    from pg_catalog.pg_conversion c join pg_catalog.pg_namespace n on n.oid = c.connamespace
    where ${userSchema('n')} and ${notInExtension('pg_conversion', 'c.oid')}`,
};
