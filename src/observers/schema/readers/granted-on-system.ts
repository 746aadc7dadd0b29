import { aclText, anyRow, inExtension, qualified, regclass, type Reader } from '../reader.ts';

/**
 * Objects of the server and of extensions are not listed. What differs from the privileges they came with is: an
 * object with `privileges` alone.
 */
function changedPrivileges(reader: {
  readonly catalogue: string;
  readonly kind: string;
  readonly name: string;
  readonly acl: string;
  readonly standard: string;
  readonly from: string;
  readonly where: string;
  readonly present?: string;
}): Reader {
  const { catalogue, present, kind, name, acl, standard, from, where } = reader;
  return {
    catalogue,
    ...(present !== undefined && { present }),
    sql: ({ only }) => `
    select x.oid, ${kind} as kind, ${name} as name, ${aclText(`coalesce(${acl}, ${standard})`)} as privileges
    from ${from}
      left join pg_catalog.pg_init_privs i on i.objoid = x.oid and i.classoid = ${regclass(catalogue)} and i.objsubid = 0
    where (${acl} is not null or x.oid in (select p.objoid from pg_catalog.pg_init_privs p
        where p.classoid = ${regclass(catalogue)} and p.objsubid = 0))
      and (${where} or ${inExtension(catalogue, 'x.oid')})
      and not (coalesce(${acl}, ${standard}) @> coalesce(i.initprivs, ${standard})
        and coalesce(${acl}, ${standard}) <@ coalesce(i.initprivs, ${standard}))
      and ${only('x.oid')}`,
  };
}

const SYSTEM_SCHEMA = `(n.nspname ~ '^pg_' or n.nspname = 'information_schema') and n.nspname !~ '^pg_(toast_)?temp_'`;

/** `information_schema` is made after initdb has noted what everything else came with. */
const INITIAL_SCHEMA = `(pg_catalog.acldefault('n', x.nspowner)
      || case when x.nspname = 'information_schema'
        then pg_catalog.makeaclitem(0, x.nspowner, 'USAGE', false) end)`;

const INITIAL_RELATION = `(pg_catalog.acldefault(case x.relkind when 'S' then 's' else 'r' end::"char", x.relowner)
      || case when n.nspname = 'information_schema' and x.oid < 16384
        then pg_catalog.makeaclitem(0, x.relowner, 'SELECT', false) end)`;

const RELATION_KIND = `case x.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table'
      when 'S' then 'sequence' else 'table' end`;

const namespaceOf = (column: string): string => `join pg_catalog.pg_namespace n on n.oid = ${column}`;

export const systemRelations = changedPrivileges({
  catalogue: 'pg_class',
  kind: RELATION_KIND,
  name: qualified('n', 'x.relname'),
  acl: 'x.relacl',
  standard: INITIAL_RELATION,
  from: `pg_catalog.pg_class x ${namespaceOf('x.relnamespace')}`,
  where: `x.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and ${SYSTEM_SCHEMA}`,
});

export const systemFunctions = changedPrivileges({
  catalogue: 'pg_proc',
  kind: `case x.prokind when 'a' then 'aggregate' when 'p' then 'procedure' else 'function' end`,
  name: `x.oid::pg_catalog.regprocedure::text`,
  acl: 'x.proacl',
  standard: `pg_catalog.acldefault('f', x.proowner)`,
  from: `pg_catalog.pg_proc x ${namespaceOf('x.pronamespace')}`,
  where: SYSTEM_SCHEMA,
});

export const systemTypes = changedPrivileges({
  catalogue: 'pg_type',
  kind: `case x.typtype when 'd' then 'domain' else 'type' end`,
  name: `pg_catalog.format_type(x.oid, null)`,
  acl: 'x.typacl',
  standard: `pg_catalog.acldefault('T', x.typowner)`,
  present: `exists (select from pg_catalog.pg_type where typacl is not null)`,
  from: `pg_catalog.pg_type x ${namespaceOf('x.typnamespace')}`,
  where: SYSTEM_SCHEMA,
});

export const systemSchemas = changedPrivileges({
  catalogue: 'pg_namespace',
  kind: `'schema'`,
  name: `pg_catalog.quote_ident(x.nspname)`,
  acl: 'x.nspacl',
  standard: INITIAL_SCHEMA,
  from: 'pg_catalog.pg_namespace x',
  where: SYSTEM_SCHEMA.replaceAll('n.', 'x.'),
});

export const systemLanguages = changedPrivileges({
  catalogue: 'pg_language',
  kind: `'language'`,
  name: `pg_catalog.quote_ident(x.lanname)`,
  acl: 'x.lanacl',
  standard: `pg_catalog.acldefault('l', x.lanowner)`,
  from: 'pg_catalog.pg_language x',
  where: 'not x.lanispl',
});

export const extensionWrappers = changedPrivileges({
  catalogue: 'pg_foreign_data_wrapper',
  kind: `'foreign data wrapper'`,
  name: `pg_catalog.quote_ident(x.fdwname)`,
  acl: 'x.fdwacl',
  standard: `pg_catalog.acldefault('F', x.fdwowner)`,
  from: 'pg_catalog.pg_foreign_data_wrapper x',
  where: 'false',
  present: anyRow('pg_foreign_data_wrapper'),
});

export const extensionServers = changedPrivileges({
  catalogue: 'pg_foreign_server',
  kind: `'server'`,
  name: `pg_catalog.quote_ident(x.srvname)`,
  acl: 'x.srvacl',
  standard: `pg_catalog.acldefault('S', x.srvowner)`,
  from: 'pg_catalog.pg_foreign_server x',
  where: 'false',
  present: anyRow('pg_foreign_data_wrapper'),
});

/** Columns of the server's and of extensions' relations. */
export const systemColumns: Reader = {
  catalogue: 'pg_class',
  kind: 'column',
  sql: ({ only }) => `
    select c.oid, ${qualified('n', 'c.relname')} as parent, pg_catalog.quote_ident(a.attname) as part,
      ${aclText(`coalesce(a.attacl, '{}')`)} as privileges
    from (
        select p.attrelid, p.attnum from pg_catalog.pg_attribute p
          where p.attacl is not null and ${only('p.attrelid')}
        union select objoid, objsubid from pg_catalog.pg_init_privs where classoid = ${regclass('pg_class')}) g
      join pg_catalog.pg_attribute a on a.attrelid = g.attrelid and a.attnum = g.attnum
      join pg_catalog.pg_class c on c.oid = a.attrelid
      ${namespaceOf('c.relnamespace')}
      left join pg_catalog.pg_init_privs i
        on i.objoid = a.attrelid and i.objsubid = a.attnum and i.classoid = ${regclass('pg_class')}
    where (${SYSTEM_SCHEMA} or ${inExtension('pg_class', 'c.oid')})
      and not (coalesce(a.attacl, '{}') @> coalesce(i.initprivs, '{}')
        and coalesce(a.attacl, '{}') <@ coalesce(i.initprivs, '{}'))
      and ${only('c.oid')}`,
};
