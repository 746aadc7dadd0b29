import type { Database } from '../../postgres/connect.ts';
import { quoteIdentifier, quoteLiteral } from '../../postgres/identifiers.ts';

/** What belongs to a database and is kept outside of it, so that `CREATE DATABASE … TEMPLATE` does not copy it. */
export interface DatabaseProperties {
  readonly owner: string;
  readonly connectionLimit: number;
  readonly isTemplate: boolean;
  readonly comment: string | null;
  /** Absent privileges are the default ones, which is not the same as none. */
  readonly grants: readonly Grant[] | null;
  readonly settings: readonly Setting[];
  /** Encoding, collation, tablespace: copied, and compared to be sure. */
  readonly copied: string;
  /** Subscriptions and security labels: neither copied nor made anew here. */
  readonly uncopied: number;
}

interface Grant {
  readonly grantor: string;
  /** Absent: PUBLIC. */
  readonly grantee: string | null;
  readonly privilege: string;
  readonly isGrantable: boolean;
}

interface Setting {
  /** Absent: of every role. */
  readonly role: string | null;
  /** `work_mem=64MB` */
  readonly entries: readonly string[];
}

export async function readProperties(upkeep: Database, database: string): Promise<DatabaseProperties> {
  const [row] = await upkeep.query<DatabaseProperties>(PROPERTIES, [database]);
  if (!row) throw new Error(`there is no database ${database} any more`);
  return row;
}

/**
 * Gives a new copy of a database what the original had.
 *
 * @throws when something could not be given: the copy is then not the same
 */
export async function giveProperties(upkeep: Database, database: string, wanted: DatabaseProperties): Promise<void> {
  const name = quoteIdentifier(database);
  const { owner, connectionLimit, isTemplate, comment, grants, settings } = wanted;
  if ((await readProperties(upkeep, database)).owner !== owner) {
    await upkeep.query(`alter database ${name} owner to ${quoteIdentifier(owner)}`);
  }
  if (comment !== null) await upkeep.query(`comment on database ${name} is ${quoteLiteral(comment)}`);
  if (grants) await giveGrants(upkeep, name, { owner, grants });
  for (const { role, entries } of settings) {
    const whose = role === null ? '' : `role ${quoteIdentifier(role)} in `;
    for (const entry of entries) await giveSetting(upkeep, `alter ${whose}database ${name}`, entry);
  }
  await upkeep.query(`alter database ${name} connection limit ${connectionLimit}`);
  if (isTemplate) await upkeep.query(`alter database ${name} is_template true`);
  const given = await readProperties(upkeep, database);
  if (JSON.stringify(given) !== JSON.stringify(wanted))
    throw new Error('a property of the database could not be given again');
}

async function giveGrants(
  upkeep: Database,
  name: string,
  { owner, grants }: Pick<DatabaseProperties, 'owner'> & { readonly grants: readonly Grant[] },
): Promise<void> {
  await upkeep.query(`revoke all on database ${name} from public, ${quoteIdentifier(owner)}`);
  let left = grants;
  while (left.length > 0) {
    const refused: Grant[] = [];
    // Who grants must have been granted it before.
    for (const grant of left) await give(upkeep, name, grant).catch(() => refused.push(grant));
    if (refused.length === left.length) throw new Error('a privilege on the database could not be granted again');
    left = refused;
  }
}

async function give(
  upkeep: Database,
  name: string,
  { grantor, grantee, privilege, isGrantable }: Grant,
): Promise<void> {
  const to = grantee === null ? 'public' : quoteIdentifier(grantee);
  const option = isGrantable ? ' with grant option' : '';
  await upkeep.script(
    `set local role ${quoteIdentifier(grantor)}; grant ${privilege} on database ${name} to ${to}${option}`,
  );
}

/** Stored lists of quoted names must not be quoted once more, so they go through the session's own setting. */
async function giveSetting(upkeep: Database, alter: string, entry: string): Promise<void> {
  const [, setting = '', value = ''] = /^([^=]*)=([^]*)$/.exec(entry) ?? [];
  const name = setting.split('.').map(quoteIdentifier).join('.');
  await upkeep.script(
    LISTS_OF_NAMES.has(setting.toLowerCase())
      ? `select pg_catalog.set_config(${quoteLiteral(setting)}, ${quoteLiteral(value)}, true); ${alter} set ${name} from current`
      : `${alter} set ${name} to ${quoteLiteral(value)}`,
  );
}

/** `GUC_LIST_QUOTE` in the server's source. */
const LISTS_OF_NAMES: ReadonlySet<string> = new Set([
  'local_preload_libraries',
  'oauth_validator_libraries',
  'restrict_nonsystem_relation_kind',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
]);

const PROPERTIES = `
  select pg_catalog.pg_get_userbyid(d.datdba) as owner, d.datconnlimit as "connectionLimit", d.datistemplate as "isTemplate",
    pg_catalog.shobj_description(d.oid, 'pg_database') as comment,
    case when d.datacl is not null then (
      select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('grantor', pg_catalog.pg_get_userbyid(a.grantor),
          'grantee', case when a.grantee <> 0 then pg_catalog.pg_get_userbyid(a.grantee) end,
          'privilege', a.privilege_type, 'isGrantable', a.is_grantable)
          order by a.grantor <> d.datdba, pg_catalog.pg_get_userbyid(a.grantor), a.grantee = 0, pg_catalog.pg_get_userbyid(a.grantee),
            a.privilege_type), '[]')
      from pg_catalog.aclexplode(d.datacl) a) end as grants,
    (select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
          'role', case when s.setrole <> 0 then pg_catalog.pg_get_userbyid(s.setrole) end, 'entries', s.setconfig)
          order by s.setrole <> 0, pg_catalog.pg_get_userbyid(s.setrole)), '[]')
      from pg_catalog.pg_db_role_setting s where s.setdatabase = d.oid) as settings,
    (pg_catalog.to_jsonb(d) - '{oid,datname,datdba,datacl,datistemplate,datconnlimit,datfrozenxid,datminmxid,datlastsysoid,dathasloginevt}'::text[])::text as copied,
    ((select pg_catalog.count(*) from pg_catalog.pg_shseclabel l
        where l.objoid = d.oid and l.classoid = 'pg_catalog.pg_database'::pg_catalog.regclass)
      + (select pg_catalog.count(s.subname) from pg_catalog.pg_subscription s where s.subdbid = d.oid))::int4 as uncopied
  from pg_catalog.pg_database d where d.datname = $1`;
