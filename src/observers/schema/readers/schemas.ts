import { anyRow, notInExtension, owner, privileges, type Reader, userSchema } from '../reader.ts';

export const schemas: Reader = {
  catalogue: 'pg_namespace',
  kind: 'schema',
  sql: ({ only }) => `
    select n.oid, pg_catalog.quote_ident(n.nspname) as name,
      ${owner('n.nspowner')},
      ${privileges('n.nspacl', "'n'", 'n.nspowner')}
    from pg_catalog.pg_namespace n
    where ${userSchema('n')} and ${only('n.oid')} and ${notInExtension('pg_namespace', 'n.oid')}`,
};

export const defaultPrivileges: Reader = {
  catalogue: 'pg_default_acl',
  kind: 'default privileges',
  present: anyRow('pg_default_acl'),
  sql: () => `
    select a.oid, pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.defaclrole))
        || coalesce(' in schema ' || pg_catalog.quote_ident(n.nspname), '') || ' on ' || ${OBJECTS} as name,
      coalesce(${GRANTED}, '{}') as granted, coalesce(${REVOKED}, '{}') as revoked
    from pg_catalog.pg_default_acl a left join pg_catalog.pg_namespace n on n.oid = a.defaclnamespace
    where (n.oid is null or ${userSchema('n')}) and (${GRANTED} is not null or ${REVOKED} is not null)`,
};

const OBJECTS = `case a.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions'
          when 'T' then 'types' when 'n' then 'schemas' when 'L' then 'large objects' else a.defaclobjtype::text end`;

/** A list of a schema adds to the global one and starts from nothing; a global one replaces what is built in. */
const BASE = `case when a.defaclnamespace = 0
          then pg_catalog.acldefault(case a.defaclobjtype when 'S' then 's' else a.defaclobjtype end, a.defaclrole)
          else '{}'::aclitem[] end`;

const GRANTED = `(select pg_catalog.array_agg(i::text order by i::text collate "C")
          from pg_catalog.unnest(a.defaclacl) i where not ${BASE} @> array[i])`;

const REVOKED = `(select pg_catalog.array_agg(i::text order by i::text collate "C")
          from pg_catalog.unnest(${BASE}) i where not a.defaclacl @> array[i])`;

/** Version and schema of an extension; its members come with it. */
export const extensions: Reader = {
  catalogue: 'pg_extension',
  kind: 'extension',
  sql: () => `
    select x.oid, pg_catalog.quote_ident(x.extname) as name,
      x.extversion as version, pg_catalog.quote_ident(n.nspname) as schema, ${owner('x.extowner')},
      array(select t::pg_catalog.regclass::text from pg_catalog.unnest(x.extconfig) t order by 1) as "configurationTables"
    from pg_catalog.pg_extension x join pg_catalog.pg_namespace n on n.oid = x.extnamespace`,
};
