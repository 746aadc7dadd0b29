import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connect } from '../../src/postgres/connect.ts';
import { quoteIdentifier, quoteLiteral } from '../../src/postgres/identifiers.ts';
import type { EphemeralServer } from '../../src/server/provider.ts';
import { startAwsServer, type AwsServer } from './aws-server/index.ts';
import type { Restored, World } from './aws-server/world/world.ts';
import { restoreInto } from './restored-copy.ts';
import { createDatabase, startTestServer } from './servers.ts';

/**
 * An AWS whose restored databases are real servers: each has the roles and the dump of production in it, and a master user
 * with CREATEROLE and CREATEDB who is no superuser, as RDS gives one.
 */
export interface RdsRig extends AsyncDisposable {
  readonly aws: AwsServer;
  readonly env: Readonly<Record<string, string>>;
  readonly stateFolder: string;
  /** What all restores are of. AWS's endpoint of it leads nowhere: whoever tries it fails. */
  readonly production: EphemeralServer;
  /** Servers that were made for a restore and are not deleted yet. */
  readonly running: ReadonlyMap<string, EphemeralServer>;
  /** Identifiers of what has our prefix and is still known to AWS. */
  left(): readonly string[];
  ledgers(): readonly string[];
  writes(): readonly string[];
}

/** As role `shop` owns it. */
export const RDS_SEED = `
create table customers (id integer primary key, email text not null, phone text);
insert into customers values (1, 'Ada@example.com', '555-0100'), (2, 'bob@example.com', null);
create table orders (id integer primary key, customer integer not null references customers (id), cents integer not null);
insert into orders select n, 1 + n % 2, n from generate_series(1, 50) n;
alter table customers owner to shop;
alter table orders owner to shop;
grant create on schema public to shop;
`;

interface RigOptions {
  readonly world: World;
  /** SQL that a superuser runs before the dump, such as roles. */
  readonly roles?: string;
  readonly dump: string;
  readonly database?: string;
  readonly major?: number;
  /** SQL that a superuser runs in `postgres` at the end: what this RDS is different in. */
  readonly finally?: string;
}

export async function anRdsRig(options: RigOptions): Promise<RdsRig> {
  const { world, database = 'shop' } = options;
  const stateFolder = mkdtempSync(join(tmpdir(), 'pgrehearse-test-rds-'));
  const running = new Map<string, EphemeralServer>();
  const production = await aRestoredServer(options);
  for (const it of [...world.instances, ...world.clusters, ...world.snapshots, ...world.clusterSnapshots])
    Object.assign(it, { MasterUsername: 'master', EngineVersion: production.version });
  // AWS may be asked to delete what is not up yet.
  const starting = new Map<string, Promise<unknown>>();
  world.onRestore = async ({ identifier }) => {
    const coming = aRestoredServer(options);
    starting.set(
      identifier,
      coming.then((server) => running.set(identifier, server)),
    );
    await starting.get(identifier);
    const { host, port } = (await coming).target(database);
    return { address: host, port };
  };
  world.onModify = async ({ identifier }, { MasterUserPassword }) => {
    const server = running.get(identifier);
    if (server && typeof MasterUserPassword === 'string')
      await sql(server, 'postgres', `alter role master password ${quoteLiteral(MasterUserPassword)}`);
  };
  world.onDelete = async ({ identifier }: Restored) => {
    await starting.get(identifier);
    const server = running.get(identifier);
    running.delete(identifier);
    await server?.[Symbol.asyncDispose]();
  };
  const aws = await startAwsServer({ world });
  return {
    aws,
    production,
    env: { ...aws.env, PGREHEARSE_STATE_HOME: stateFolder },
    stateFolder,
    running,
    left: () =>
      [
        ...world.instances.map(({ DBInstanceIdentifier: id = '' }) => id),
        ...world.clusters.map(({ DBClusterIdentifier: id = '' }) => id),
      ].filter((id) => id.startsWith('pgrehearse-')),
    ledgers: () => readdirSync(stateFolder),
    writes: () => aws.calls.map(({ action }) => action).filter((action) => !/^(?:Describe|Get|List)/.test(action)),
    [Symbol.asyncDispose]: async () => {
      await aws[Symbol.asyncDispose]();
      await Promise.allSettled(starting.values());
      for (const server of [production, ...running.values()]) await server[Symbol.asyncDispose]();
      rmSync(stateFolder, { recursive: true, force: true });
    },
  };
}

async function aRestoredServer({
  dump,
  roles,
  database = 'shop',
  major,
  finally: last,
}: RigOptions): Promise<EphemeralServer> {
  const server = await startTestServer(major);
  if (roles !== undefined) await sql(server, 'postgres', roles);
  const target = database === 'postgres' ? server.target(database) : await createDatabase(server, database);
  await restoreInto(target, dump);
  await sql(server, 'postgres', MASTER);
  await sql(
    server,
    database,
    `alter database ${quoteIdentifier(database)} owner to master; alter database postgres owner to master`,
  );
  if (last !== undefined) await sql(server, 'postgres', last);
  return server;
}

/** Before 16 CREATEROLE is enough to change other roles; from 16 on it takes the admin option, which RDS's master has of roles that it made. */
const MASTER = `
create role master login createrole createdb password 'that of production';
grant pg_monitor, pg_signal_backend to master;
do $$ declare r name; begin
  if current_setting('server_version_num')::int >= 160000 then
    for r in select rolname from pg_roles where not rolsuper and rolname !~ '^pg_' and rolname <> 'master' loop
      execute format('grant %I to master with admin option, inherit false, set false', r);
    end loop;
  end if;
end $$`;

async function sql(server: EphemeralServer, database: string, text: string): Promise<void> {
  await using session = await connect(server.target(database).connectionString, { applicationName: 'AWS' });
  await session.script(text);
}
