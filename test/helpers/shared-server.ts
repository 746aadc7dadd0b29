import { connect } from '../../src/postgres/connect.ts';
import type { EphemeralServer } from '../../src/server/provider.ts';
import { startTestServer } from './servers.ts';

/** A server as a company shares one, with roles of every kind and somebody else's database. `await using` removes it. */
export interface SharedServer extends AsyncDisposable {
  readonly server: EphemeralServer;
  readonly systemIdentifier: string;
  urlFor(role: keyof typeof ROLES): string;
  /** Everything of the whole server that a rehearsal could leave: databases, roles, advisory locks, sessions of ours. */
  inventory(): Promise<readonly string[]>;
}

const ROLES = {
  admin: 'superuser login',
  maker: 'createdb createrole login',
  modest: 'createdb login',
  powerless: 'login',
} as const;

/** Without a major: the newest there is. */
export async function startSharedServer(major?: number): Promise<SharedServer> {
  const server = await startTestServer(major, { max_prepared_transactions: '5' });
  await using session = await connect(server.target('postgres').connectionString, { applicationName: 'test' });
  for (const [role, rights] of Object.entries(ROLES))
    await session.query(`create role ${role} ${rights} password 's3cret'`);
  await session.query('create database company');
  const [row] = await session.query<{ id: string }>('select system_identifier::text as id from pg_control_system()');
  const { port } = server.target('postgres');
  return {
    server,
    systemIdentifier: row?.id ?? '',
    urlFor: (role) => `postgres://${role}:s3cret@127.0.0.1:${port}/postgres`,
    inventory: () => inventoryOf(server),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function inventoryOf(server: EphemeralServer): Promise<readonly string[]> {
  await using session = await connect(server.target('postgres').connectionString, { applicationName: 'test' });
  const rows = await session.query<{ name: string }>(`
    select 'database ' || datname as name from pg_database
    union all select 'role ' || rolname || ' ' || coalesce(shobj_description(oid, 'pg_authid'), '') || rolsuper::text || rolcanlogin::text from pg_roles where rolname !~ '^pg_'
    union all select 'lock ' || classid from pg_locks where locktype = 'advisory'
    union all select 'prepared ' || gid from pg_prepared_xacts
    union all select 'session ' || application_name from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
    order by 1`);
  return rows.map(({ name }) => name);
}
