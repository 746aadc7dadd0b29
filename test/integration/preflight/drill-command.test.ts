import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { connect } from '../../../src/postgres/connect.ts';
import { quoteLiteral } from '../../../src/postgres/identifiers.ts';
import type { EphemeralServer } from '../../../src/server/provider.ts';
import { aProductionRig, type ProductionRig, SHOP } from '../../helpers/production-rig.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';

let rig: ProductionRig;
let restored: EphemeralServer;

beforeAll(async () => {
  rig = await aProductionRig();
  restored = await startTestServer();
  await createDatabase(restored, 'production');
  await runRestored(`create role master login superuser; ${SHOP}; analyze`);
  const { host, port } = restored.target('production');
  const { world } = rig.aws;
  for (const it of [...world.instances, ...world.snapshots]) it.MasterUsername = 'master';
  world.onRestore = () => Promise.resolve({ address: host, port });
  world.onModify = (_, { MasterUserPassword }) =>
    runRestored(`alter role master password ${quoteLiteral(String(MasterUserPassword))}`);
});
afterAll(async () => {
  await restored[Symbol.asyncDispose]();
  await rig[Symbol.asyncDispose]();
});

async function runRestored(sql: string): Promise<void> {
  await using database = await connect(restored.target('production').connectionString, { applicationName: 'AWS' });
  await database.script(sql);
}

const DRILL = ['preflight', '--allow-custom-endpoint', '--restore-drill', '--json'];

interface Document {
  readonly answers: readonly { readonly check: string; readonly answer: string; readonly message: string }[];
  readonly facts: {
    readonly aws: {
      readonly drill: {
        readonly status: string;
        readonly created: readonly { readonly id: string; readonly deleted: boolean }[];
        readonly comparisons: readonly { readonly what: string; readonly ok: boolean }[];
      };
    };
  };
}

const drillIn = (out: string): Document['facts']['aws']['drill'] => (JSON.parse(out) as Document).facts.aws.drill;

test('a drill restores the snapshot, finds what was rehearsed from, and leaves nothing', async () => {
  const { status, out, err } = await rig.run(DRILL);
  const drill = drillIn(out);
  expect(drill.comparisons.map(({ what, ok }) => [what, ok])).toEqual([
    ['server major', true],
    ['schema', true],
    ['rows of public.customers', true],
    ['rows of public.orders', true],
  ]);
  expect({ status, drill: drill.status }).toEqual({ status: 0, drill: 'passed' });
  expect(drill.created).toEqual([{ kind: 'instance', id: expect.stringMatching(/^pgrehearse-/), deleted: true }]);
  expect(rig.aws.world.instances.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier)).toEqual(['shop']);
  expect(err).toContain('The drill makes one db.t4g.medium instance');
});

test('one whose table came back empty fails, and is deleted all the same', async () => {
  await runRestored('create table saved as select * from orders; truncate orders');
  const { status, out } = await rig.run(DRILL);
  await runRestored('insert into orders select * from saved; drop table saved');
  expect(
    drillIn(out)
      .comparisons.filter(({ ok }) => !ok)
      .map(({ what }) => what),
  ).toContain('rows of public.orders');
  expect(status).toBe(1);
  expect(rig.aws.world.instances).toHaveLength(1);
});

test('what happens in production while a drill goes on is seen', async () => {
  const { world } = rig.aws;
  const { onRestore } = world;
  world.onRestore = async (...asked) => {
    await rig.sql('alter table customers add column sneaked_in text');
    return await onRestore?.(...asked);
  };
  const { status, out } = await rig.run(DRILL);
  Object.assign(world, { onRestore });
  await rig.sql('alter table customers drop column sneaked_in');
  expect(drillIn(out).status).toBe('passed');
  expect((JSON.parse(out) as Document).answers.filter(({ answer }) => answer === 'fail')).toMatchObject([
    { check: 'schema-drift', message: expect.stringContaining('sneaked_in') as string },
  ]);
  expect(status).toBe(1);
});

test.each(['--create-snapshot', '--restore-drill'])(
  '%s makes nothing through an endpoint that is not AWS',
  async (flag) => {
    const before = rig.aws.calls.length;
    const { status, out } = await rig.run(['preflight', flag, '--json']);
    const calls = rig.aws.calls.slice(before).map(({ action }) => action);
    expect(calls.filter((action) => !/^(?:Describe|Get|List)/.test(action))).toEqual([]);
    expect(out).toContain('which is not AWS');
    expect(status).toBe(1);
  },
);

test('nothing is left to clean up', async () => {
  const { status, out } = await rig.run(['preflight', '--clean-up']);
  expect({ status, out }).toEqual({ status: 0, out: 'No restore drill or rehearsal has left anything.\n' });
});

test.each(['read', 'snapshot', 'drill'])('--print-iam-policy %s prints one policy for this account', async (mode) => {
  const { status, out } = await rig.run(['preflight', '--print-iam-policy', mode]);
  expect(status ?? 0).toBe(0);
  const policy = JSON.parse(out) as { Version: string; Statement: { Action: string[] }[] };
  expect(policy.Version).toBe('2012-10-17');
  const actions = policy.Statement.flatMap(({ Action }) => Action);
  expect(actions).toContain('rds:DescribeDBInstances');
  expect(actions.includes('rds:CreateDBSnapshot')).toBe(mode === 'snapshot');
  expect(actions.includes('rds:DeleteDBInstance')).toBe(mode === 'drill');
});

/** Runs until the text says so, presses Ctrl-C, and gives what was said and what was named. */
async function interrupted(flag: string, pattern: RegExp): Promise<{ code: number | null; err: string; id: string }> {
  const { world } = rig.aws;
  Object.assign(world, { snapshotPolls: 10_000, restorePolls: 10_000 });
  const argv = [join('dist', 'cli', 'main.js'), 'preflight', rig.folder, '--allow-custom-endpoint', flag];
  const child = spawn(process.execPath, argv, {
    env: { ...process.env, ...rig.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    if (pattern.test(err) && !child.killed) child.kill('SIGINT');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  Object.assign(world, { snapshotPolls: 2, restorePolls: 2 });
  return { code, err, id: pattern.exec(err)?.[1] ?? '' };
}

test('Ctrl-C while a snapshot is being made ends the waiting, and says which one stays', async () => {
  const { code, err, id } = await interrupted('--create-snapshot', /Snapshot (pgrehearse-\S+) creating/);
  expect(code).toBe(130);
  expect(err).toContain('INTERRUPTED');
  expect(err).toContain(`The snapshot ${id} stays`);
  expect(rig.aws.world.snapshots.map(({ DBSnapshotIdentifier }) => DBSnapshotIdentifier)).toContain(id);
});

test('Ctrl-C during a drill deletes what it made', async () => {
  const { code, err } = await interrupted('--restore-drill', /Drill: restoring (pgrehearse-\S+)/);
  expect(code).toBe(130);
  expect(err).toContain('What the drill made is deleted.');
  expect(rig.aws.world.instances.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier)).toEqual(['shop']);
});
