import { connect, type Database } from '../../postgres/connect.ts';
import { LOG_EXTENSION } from '../../observers/data/touched-files.ts';
import { toError } from '../../support/errors.ts';
import type { EphemeralServer } from '../../server/provider.ts';
import { digest, type Facts } from './facts.ts';
import type { KeptState } from './kept-state.ts';

/**
 * Everything outside of the database that a migration could change and a rehearsal could see: roles, memberships, settings,
 * other databases, tablespaces, the server's configuration. On a server that others use: what a rehearsal there may see.
 */
export async function readSurroundings(
  upkeep: Database,
  server: EphemeralServer,
  { databases, roles }: Ours,
): Promise<Facts> {
  const read = async (queries: readonly string[]): Promise<readonly (readonly [string, string])[]> => {
    const rows: (readonly [string, string])[] = [];
    for (const sql of queries) {
      const found = await upkeep.query<{ name: string; detail: string | null }>(
        sql,
        sql.includes('$1') ? [databases] : [],
      );
      // Several rows may have one name; each is part of it.
      rows.push(...found.map(({ name, detail }) => [name, detail ?? ''] as const));
    }
    return rows;
  };
  const rows = server.shared
    ? [...(await read(SEEN_ON_SHARED)), ...(await rolesAmong(upkeep, roles))]
    : [
        ...(await read([...SEEN, ...(server.major >= 15 ? SEEN_SINCE_15 : [])])),
        await contentsOf(server, 'template1'),
        await contentsOf(server, 'postgres'),
      ];
  const details = new Map<string, string[]>();
  for (const [name, detail] of rows) details.set(name, [...(details.get(name) ?? []), detail]);
  return Object.fromEntries([...details].map(([name, texts]) => [name, digest(texts.toSorted())]));
}

interface Ours {
  /** Left out: what is in them is looked at elsewhere. */
  readonly databases: readonly string[];
  /** That the backup names. */
  readonly roles: readonly string[];
}

export const oursOf = ({
  database,
  pristine,
  restored,
}: Pick<KeptState, 'database' | 'pristine' | 'restored'>): Ours => ({
  databases: [database, pristine.name],
  roles: restored?.namedRoles ?? [],
});

async function rolesAmong(upkeep: Database, roles: readonly string[]): Promise<readonly (readonly [string, string])[]> {
  const rows = await upkeep.query<{ name: string }>(
    'select rolname as name from pg_catalog.pg_roles where rolname = any ($1)',
    [roles],
  );
  return rows.map(({ name }) => [`the role ${name} of the backup`, '']);
}

/** A new database of a migration's is a copy of `template1`, and in `postgres` it may work as well. */
async function contentsOf(
  server: EphemeralServer,
  database: 'template1' | 'postgres',
): Promise<readonly [string, string]> {
  const name = `the contents of ${database}`;
  try {
    await using session = await connect(server.target(database).connectionString, {
      applicationName: 'pgrehearse observer upkeep',
    });
    return [name, JSON.stringify(await session.query(CONTENTS))];
  } catch (error) {
    return [name, toError(error).message];
  }
}

const WITHOUT_OURS = `
  where not exists (select from pg_catalog.pg_extension e
      where e.extname = '${LOG_EXTENSION}' and (e.tableoid, e.oid) = (c.tableoid, c.oid))
    and not exists (select from pg_catalog.pg_depend d join pg_catalog.pg_extension e on e.oid = d.refobjid
      where (d.classid, d.objid) = (c.tableoid, c.oid) and d.deptype = 'e' and e.extname = '${LOG_EXTENSION}')`;

/** Objects that come, go or change leave another row. An extension of observers in `postgres` is ours. */
const CONTENTS = [
  'pg_class',
  'pg_proc',
  'pg_type',
  'pg_namespace',
  'pg_extension',
  'pg_default_acl',
  'pg_event_trigger',
  'pg_attribute',
]
  .map(
    (catalogue) =>
      `select '${catalogue}' as catalogue, pg_catalog.count(*)::text || ' ' || coalesce(pg_catalog.max(c.xmin::text::int8), 0)::text as detail
        from pg_catalog.${catalogue} c ${catalogue === 'pg_attribute' ? '' : WITHOUT_OURS}`,
  )
  .join(' union all ');

const roleOf = (oid: string): string => `pg_catalog.pg_get_userbyid(${oid})`;

const MEMBERSHIPS = `
  select 'the membership of ' || ${roleOf('m.member')} || ' in ' || ${roleOf('m.roleid')} as name,
    (pg_catalog.to_jsonb(m) - 'oid')::text as detail
  from pg_catalog.pg_auth_members m`;

const SETTINGS = `
  select 'the settings of ' || case when s.setrole = 0 then 'all roles' else 'role ' || ${roleOf('s.setrole')} end
      || coalesce(' in database ' || d.datname, '') as name, s.setconfig::text as detail
  from pg_catalog.pg_db_role_setting s left join pg_catalog.pg_database d on d.oid = s.setdatabase`;

const TABLESPACES = `
  select 'tablespace ' || t.spcname as name,
    pg_catalog.to_jsonb(t)::text || coalesce(pg_catalog.shobj_description(t.oid, 'pg_tablespace'), '')
      || pg_catalog.pg_tablespace_location(t.oid) as detail
  from pg_catalog.pg_tablespace t`;

/** A newly installed one would be used by the next restore. */
const EXTENSIONS = `
  select 'the list of available extensions' as name, pg_catalog.string_agg(e.name || ' ' || e.version, ',' order by e.name, e.version) as detail
  from pg_catalog.pg_available_extension_versions e`;

/** After a crash unlogged tables are empty, in the pristine copy too; the server then begins its statistics anew. */
const CRASH = `select 'the time of the last crash' as name, b.stats_reset::text as detail from pg_catalog.pg_stat_bgwriter b`;

const SEEN: readonly string[] = [
  CRASH,
  `select 'role ' || a.rolname as name, pg_catalog.to_jsonb(a)::text
      || coalesce(pg_catalog.shobj_description(a.oid, 'pg_authid'), '') as detail from pg_catalog.pg_authid a`,
  MEMBERSHIPS,
  `${SETTINGS} where d.datname is null or d.datname <> all ($1)`,
  `select 'database ' || d.datname as name,
      (pg_catalog.to_jsonb(d) - '{datfrozenxid,datminmxid,dathasloginevt}'::text[])::text
      || coalesce(pg_catalog.shobj_description(d.oid, 'pg_database'), '') as detail
    from pg_catalog.pg_database d where d.datname <> all ($1)`,
  TABLESPACES,
  EXTENSIONS,
  `select 'a security label of the server' as name, pg_catalog.to_jsonb(l)::text as detail from pg_catalog.pg_shseclabel l`,
  `select 'replication origin ' || o.roname as name, '' as detail from pg_catalog.pg_replication_origin o`,
  `select 'replication slot ' || s.slot_name as name, coalesce(s.plugin, '') || s.slot_type as detail
    from pg_catalog.pg_replication_slots s`,
  `select 'subscription ' || s.subname as name, pg_catalog.to_jsonb(s)::text as detail
    from pg_catalog.pg_subscription s`,
  `select 'prepared transaction ' || p.gid as name, p.database as detail
    from pg_catalog.pg_prepared_xacts p where p.database <> all ($1)`,
  `select 'the file ' || pg_catalog.regexp_replace(f.path, '^.*/', '') as name,
      coalesce(pg_catalog.encode(pg_catalog.sha256(pg_catalog.pg_read_binary_file(f.path, 0, 1048576, true)), 'hex'), '') as detail
    from (values (pg_catalog.current_setting('config_file')), (pg_catalog.current_setting('hba_file')),
      (pg_catalog.current_setting('ident_file')),
      (pg_catalog.current_setting('data_directory') || '/postgresql.auto.conf')) f (path)`,
  `select 'the server setting ' || s.name as name, s.reset_val || case when s.pending_restart then ' pending' else '' end as detail
    from pg_catalog.pg_settings s where s.context <> 'internal' and s.name <> 'transaction_isolation'`,
];

const SEEN_SINCE_15: readonly string[] = [
  `select 'the privileges on parameter ' || p.parname as name, p.paracl::text as detail from pg_catalog.pg_parameter_acl p`,
];

/** Who is no superuser sees no passwords, and roles that other rehearsals make and remove are nobody's concern. */
const SEEN_ON_SHARED: readonly string[] = [
  CRASH,
  `select 'role ' || r.rolname as name, (pg_catalog.to_jsonb(r) - 'rolpassword')::text
      || coalesce(pg_catalog.shobj_description(r.oid, 'pg_authid'), '') as detail from pg_catalog.pg_roles r
    where not coalesce(pg_catalog.shobj_description(r.oid, 'pg_authid') like 'pgrehearse shim;%', false)`,
  `${MEMBERSHIPS} where not exists (select from pg_catalog.pg_roles r where r.oid in (m.member, m.roleid)
      and pg_catalog.shobj_description(r.oid, 'pg_authid') like 'pgrehearse shim;%')`,
  `${SETTINGS} where s.setdatabase = 0`,
  TABLESPACES,
  EXTENSIONS,
  `select 'the server setting ' || s.name as name, s.reset_val as detail
    from pg_catalog.pg_settings s where s.source in ('configuration file', 'command line')`,
];
