import { aclText, anyRow, optionalSortedText, owner, privileges, since, type Reader } from '../reader.ts';

/** Our own marker on a database of a run is another one each time. */
const sharedComment = (catalogue: string, oid: string): string =>
  `(select said.description from pg_catalog.pg_shdescription said
     where said.objoid = ${oid} and said.classoid = 'pg_catalog.${catalogue}'::pg_catalog.regclass
       and said.description !~ '^pgrehearse run [0-9a-f]{16};') as comment`;

const sharedLabels = (catalogue: string, oid: string): string =>
  `(select pg_catalog.array_agg(label.provider || ': ' || label.label order by label.provider collate "C")
     from pg_catalog.pg_shseclabel label
     where label.objoid = ${oid} and label.classoid = 'pg_catalog.${catalogue}'::pg_catalog.regclass) as "securityLabels"`;

/** `pg_authid` is for superusers; elsewhere passwords cannot be seen, and that they cannot is no difference. */
export const roles: Reader = {
  catalogue: 'pg_authid',
  kind: 'role',
  sql: ({ major, superuser }) => `
    select r.oid, pg_catalog.quote_ident(r.rolname) as name,
      nullif(r.rolsuper, false) as superuser, nullif(r.rolinherit, true) as inherit,
      nullif(r.rolcreaterole, false) as "createRole", nullif(r.rolcreatedb, false) as "createDatabase",
      r.rolcanlogin as login, nullif(r.rolreplication, false) as replication,
      nullif(r.rolbypassrls, false) as "bypassRowSecurity", nullif(r.rolconnlimit, -1) as "connectionLimit",
      r.rolvaliduntil::text as "validUntil",
      nullif(array(select pg_catalog.quote_ident(g.rolname) || case when m.admin_option then ' with admin' else '' end
          ${since(major, 16, MEMBERSHIP_OPTIONS)} || ' by ' || pg_catalog.pg_get_userbyid(m.grantor)
        from pg_catalog.pg_auth_members m join pg_catalog.pg_roles g on g.oid = m.roleid
        where m.member = r.oid and not ${isShim('g.oid')} order by 1), '{}') as "memberOf",
      ${superuser ? PASSWORD : ''}
      ${sharedComment('pg_authid', 'r.oid')}, ${sharedLabels('pg_authid', 'r.oid')}
    from pg_catalog.${superuser ? 'pg_authid' : 'pg_roles'} r where r.rolname !~ '^pg_' and not ${isShim('r.oid')}`,
};

/** What other rehearsals on a shared server make and remove meanwhile; see `backup/role-shims.ts`. */
const isShim = (oid: string): string =>
  `coalesce(pg_catalog.shobj_description(${oid}, 'pg_authid') like 'pgrehearse shim;%', false)`;

/** Whether there is one: each time it is set, the same password gets another salt and looks like another. */
const PASSWORD = `case when r.rolpassword is not null then 'set' end as password,`;

const MEMBERSHIP_OPTIONS = `|| case when m.inherit_option then '' else ' without inherit' end
          || case when m.set_option then '' else ' without set' end`;

export const roleSettings: Reader = {
  catalogue: 'pg_db_role_setting',
  kind: 'role setting',
  present: anyRow('pg_db_role_setting'),
  sql: () => `
    select s.setrole as oid, case when s.setrole = 0 then 'all roles' else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(s.setrole)) end
        || case when s.setdatabase = 0 then '' else ' in this database' end as name,
      ${optionalSortedText('s.setconfig')} as settings
    from pg_catalog.pg_db_role_setting s
    where (s.setdatabase = 0 or s.setdatabase = ${THIS_DATABASE}) and not ${isShim('s.setrole')}`,
};

const THIS_DATABASE = `(select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())`;

/** One that was made for a rehearsal on a server of others has another name each time it is built. */
export const databases: Reader = {
  catalogue: 'pg_database',
  kind: 'database',
  sql: () => `
    select d.oid, case when d.datname ~ '^pgrehearse_[0-9a-f]{16}$' then 'rehearsal' else pg_catalog.quote_ident(d.datname) end as name,
      nullif(d.datistemplate, false) as template, nullif(d.datallowconn, true) as "allowConnections",
      nullif(d.datconnlimit, -1) as "connectionLimit",
      (select t.spcname::text from pg_catalog.pg_tablespace t where t.oid = d.dattablespace) as tablespace,
      ${owner('d.datdba')}, ${privileges('d.datacl', "'d'", 'd.datdba')},
      ${sharedComment('pg_database', 'd.oid')}, ${sharedLabels('pg_database', 'd.oid')}
    from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()`,
};

export const tablespaces: Reader = {
  catalogue: 'pg_tablespace',
  kind: 'tablespace',
  sql: () => `
    select t.oid, pg_catalog.quote_ident(t.spcname) as name,
      ${optionalSortedText('t.spcoptions')} as options,
      ${owner('t.spcowner')}, ${privileges('t.spcacl', "'t'", 't.spcowner')},
      ${sharedComment('pg_tablespace', 't.oid')}, ${sharedLabels('pg_tablespace', 't.oid')}
    from pg_catalog.pg_tablespace t`,
};

/** `GRANT SET ON PARAMETER`, from 15 on. */
export const parameterPrivileges: Reader = {
  catalogue: 'pg_parameter_acl',
  kind: 'parameter',
  present: anyRow('pg_parameter_acl'),
  sql: () => `
    select p.oid, p.parname as name, ${aclText('p.paracl')} as privileges
    from pg_catalog.pg_parameter_acl p`,
};
