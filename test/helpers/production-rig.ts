import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { runCli } from '../../src/cli/program.ts';
import { connect } from '../../src/postgres/connect.ts';
import type { EphemeralServer } from '../../src/server/provider.ts';
import { startAwsServer, type AwsServer } from './aws-server/index.ts';
import { aProject } from './project.ts';
import { recordedTerminal } from './recorded-terminal.ts';
import { startTestServer } from './servers.ts';

/** A project that was rehearsed, a production that it is for, and an AWS that production is on. */
export interface ProductionRig extends AsyncDisposable {
  readonly folder: string;
  readonly server: EphemeralServer;
  readonly aws: AwsServer;
  readonly env: Readonly<Record<string, string>>;
  /** Runs a command of pgrehearse in the project, with the rig's environment and what is given on top. */
  run(argv: readonly string[], env?: Readonly<Record<string, string>>): Promise<Said>;
  /** One more AWS with the same production, for faults of its own. */
  anotherAws(): Promise<AwsServer>;
  /** As a superuser in production's database. */
  sql(sql: string): Promise<void>;
  /** What a command left in the output folder. */
  file(name: string): string;
}

interface Said {
  readonly status: number | undefined;
  readonly out: string;
  readonly err: string;
}

export const SHOP = `
create table customers (id integer primary key, email text not null);
insert into customers select n, 'user' || n || '@example.com' from generate_series(1, 200) n;
create table orders (id integer primary key, customer integer not null references customers (id), cents integer not null);
insert into orders select n, 1 + n % 200, n from generate_series(1, 500) n;
`;

export const RELEASE = {
  '1_city': ['alter table customers add column city text', 'alter table customers drop column city'],
  '2_paid': [
    'alter table orders add column paid boolean not null default false',
    'alter table orders drop column paid',
  ],
} as const;

/** Rehearses the release with `pgrehearse run`, and sets up the rest so that a pre-flight finds nothing wrong. */
export async function aProductionRig(config = ''): Promise<ProductionRig> {
  const project = aProject({
    seed: SHOP,
    migrations: RELEASE,
    config: `migrations: { tool: sql }\n${CONFIG}${config}`,
  });
  const server = await startTestServer(undefined, {
    archive_mode: 'on',
    archive_command: '/bin/true',
    autovacuum: 'on',
    lock_timeout: '5s',
  });
  await setUpProduction(server);
  const aws = await startAws(server);
  const { host, port } = server.target('production');
  const env = {
    ...aws.env,
    DATABASE_URL: `postgres://checker:checker@${host}:${port}/production`,
    PGREHEARSE_STATE_HOME: join(project.folder, 'state'),
  };
  const run: ProductionRig['run'] = async (argv, more = {}) => {
    const terminal = recordedTerminal({ cwd: project.folder, env: { ...env, ...more } });
    await runCli(argv, terminal);
    const { exitCode: status, out, err } = terminal.said;
    return { status, out, err };
  };
  const rehearsed = await run(['run', '--quiet']);
  if (rehearsed.status !== 0) throw new Error(`The rehearsal did not end well: ${rehearsed.out}${rehearsed.err}`);
  return {
    folder: project.folder,
    server,
    aws,
    env,
    run,
    anotherAws: () => startAws(server),
    sql: (sql) => runAt(server, 'production', sql),
    file: (name) => readFileSync(join(project.folder, '.pgrehearse', name), 'utf8'),
    [Symbol.asyncDispose]: async () => {
      await aws[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      project[Symbol.dispose]();
    },
  };
}

/** An AWS on which production is the instance `shop`. */
async function startAws(server: EphemeralServer): Promise<AwsServer> {
  const aws = await startAwsServer();
  const { host, port } = server.target('production');
  for (const instance of aws.world.instances) {
    instance.Endpoint = { ...instance.Endpoint, Address: host, Port: port };
    instance.EngineVersion = server.version;
  }
  for (const snapshot of aws.world.snapshots) snapshot.EngineVersion = server.version;
  return aws;
}

const CONFIG = `
preflight:
  migrationRole: shop
  aws: { account: "123456789012", resourceId: db-SHOPXXXXXXXXXXXXXXXXXXXXXX, patienceSeconds: 2, pollSeconds: 0.1 }
`;

async function setUpProduction(server: EphemeralServer): Promise<void> {
  await runAt(
    server,
    'postgres',
    `create role shop login password 'shop';
     create role checker login password 'checker' in role pg_monitor, pg_read_all_data`,
  );
  await runAt(server, 'postgres', 'create database production owner shop');
  await runAt(server, 'production', `set role shop; ${SHOP}; reset role; analyze`);
}

async function runAt(server: EphemeralServer, database: string, sql: string): Promise<void> {
  await using session = await connect(server.target(database).connectionString, { applicationName: 'somebody' });
  await session.script(sql);
}
