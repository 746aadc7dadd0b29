import { anyRow, notInExtension, optionalSortedText, owner, privileges, type Reader } from '../reader.ts';

export const foreignDataWrappers: Reader = {
  catalogue: 'pg_foreign_data_wrapper',
  kind: 'foreign data wrapper',
  present: anyRow('pg_foreign_data_wrapper'),
  sql: () => `
    select w.oid, pg_catalog.quote_ident(w.fdwname) as name,
      nullif(w.fdwhandler, 0)::pg_catalog.regprocedure::text as handler,
      nullif(w.fdwvalidator, 0)::pg_catalog.regprocedure::text as validator,
      ${optionalSortedText('w.fdwoptions')} as "foreignOptions",
      ${owner('w.fdwowner')}, ${privileges('w.fdwacl', "'F'", 'w.fdwowner')}
    from pg_catalog.pg_foreign_data_wrapper w where ${notInExtension('pg_foreign_data_wrapper', 'w.oid')}`,
};

export const foreignServers: Reader = {
  catalogue: 'pg_foreign_server',
  kind: 'server',
  present: anyRow('pg_foreign_server'),
  sql: () => `
    select s.oid, pg_catalog.quote_ident(s.srvname) as name,
      pg_catalog.quote_ident(w.fdwname) as wrapper, s.srvtype as type, s.srvversion as version,
      ${optionalSortedText('s.srvoptions')} as "foreignOptions",
      ${owner('s.srvowner')}, ${privileges('s.srvacl', "'S'", 's.srvowner')}
    from pg_catalog.pg_foreign_server s join pg_catalog.pg_foreign_data_wrapper w on w.oid = s.srvfdw
    where ${notInExtension('pg_foreign_server', 's.oid')}`,
};

/** Options of a user mapping are where passwords are kept: their names are recorded, their values never. */
export const userMappings: Reader = {
  catalogue: 'pg_user_mapping',
  kind: 'user mapping',
  present: anyRow('pg_user_mappings'),
  sql: () => `
    select m.umid as oid, case m.umuser when 0 then 'public' else pg_catalog.quote_ident(m.usename) end
        || ' on ' || pg_catalog.quote_ident(m.srvname) as name,
      pg_catalog.quote_ident(m.srvname) as parent,
      array(select o.option_name from pg_catalog.pg_options_to_table(m.umoptions) o order by 1) as "optionNames",
      ${optionalSortedText('m.umoptions')}::text as "secret:options"
    from pg_catalog.pg_user_mappings m`,
};
