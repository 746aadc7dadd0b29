import { afterAll, beforeAll, expect, test } from 'vitest';

import { connect } from '../../../src/postgres/connect.ts';
import { quoteLiteral } from '../../../src/postgres/identifiers.ts';
import { cutSubscriptions } from '../../../src/postgres/subscriptions.ts';
import type { DatabaseTarget, EphemeralServer } from '../../../src/server/provider.ts';
import { aProject } from '../../helpers/project.ts';
import { rehearseFolder } from '../../helpers/rehearse-folder.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';

/** The server that production is subscribed to; its slot is what the real subscriber lives of. */
let publisher: EphemeralServer;
beforeAll(async () => {
  publisher = await startTestServer(15, { wal_level: 'logical' });
  await sql(publisher.target('postgres'), 'create table t (a int); create publication p for table t');
});
afterAll(() => publisher[Symbol.asyncDispose]());

async function sql(target: DatabaseTarget, ...texts: string[]): Promise<void> {
  await using session = await connect(target.connectionString, { applicationName: 'test' });
  for (const text of texts) await session.script(text);
}

async function slots(): Promise<readonly string[]> {
  await using session = await connect(publisher.target('postgres').connectionString, { applicationName: 'test' });
  const rows = await session.query<{ name: string }>('select slot_name as name from pg_replication_slots order by 1');
  return rows.map(({ name }) => name);
}

const makeSlot = (name: string): Promise<void> =>
  sql(publisher.target('postgres'), `select pg_create_logical_replication_slot(${quoteLiteral(name)}, 'pgoutput')`);

const subscription = (name: string): string => {
  const { host, port, user, password } = publisher.target('postgres');
  const address = quoteLiteral(`host=${host} port=${port} user=${user} password=${password} dbname=postgres`);
  // As pg_dump writes it.
  return `create subscription ${name} connection ${address} publication p with (connect = false, slot_name = '${name}');\n`;
};

test('a migration that drops a subscription of the backup leaves the slot of production alone', async () => {
  await makeSlot('of_production');
  using project = aProject({
    seed: `create table t (a int); ${subscription('of_production')}`,
    migrations: { '1_drop': ['drop subscription of_production', 'select 1'] },
  });
  const said: string[] = [];
  const { recording } = await rehearseFolder(project.folder, {
    onEvent: (event) => void (event.kind === 'output' && said.push(event.text)),
  });
  expect(await slots()).toContain('of_production');
  expect(recording.steps[0]).toMatchObject({ migration: '1_drop', status: 'completed' });
  expect(said.join('')).toContain('subscriptions are off here, without slot and address: of_production');
});

test('an ordinary role of the oldest server may look for them', async () => {
  await using server = await startTestServer(14);
  await sql(server.target('postgres'), `create role plain login password 'x'`);
  const url = new URL(server.target('postgres').connectionString);
  [url.username, url.password] = ['plain', 'x'];
  const asPlain = (): DatabaseTarget => ({ ...server.target('postgres'), user: 'plain', connectionString: url.href });
  expect(await cutSubscriptions(asPlain, 'postgres')).toEqual([]);
});

test('without superuser rights they are cut off as their owner may, in every database that is ours', async () => {
  await makeSlot('elsewhere');
  await using server = await startTestServer(18);
  await createDatabase(server, 'shop');
  await createDatabase(server, 'other');
  await sql(server.target('postgres'), `create role master login password 'x'`);
  for (const database of ['shop', 'other']) {
    await sql(
      server.target(database),
      `grant create on database ${database} to master; create table t (a int)`,
      subscription(database === 'shop' ? 'here' : 'elsewhere'),
      `alter subscription ${database === 'shop' ? 'here' : 'elsewhere'} owner to master`,
    );
  }
  const asMaster = (database: string): DatabaseTarget => {
    const url = new URL(server.target(database).connectionString);
    [url.username, url.password] = ['master', 'x'];
    return { ...server.target(database), user: 'master', password: 'x', connectionString: url.href };
  };
  expect(await cutSubscriptions(asMaster, 'shop', 'shop')).toEqual([{ name: 'here', database: 'shop' }]);
  expect(await cutSubscriptions(asMaster, 'shop')).toEqual([{ name: 'elsewhere', database: 'other' }]);
  expect(await cutSubscriptions(asMaster, 'shop')).toEqual([]);
  await sql(server.target('other'), 'drop subscription elsewhere');
  expect(await slots()).toContain('elsewhere');
});
