import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { cleanUp, type CleanedUp } from '../../../src/preflight/aws/drill/clean-up.ts';
import { writeLedger, type Ledger } from '../../../src/preflight/aws/drill/teardown-ledger.ts';
import { ownIdentity } from '../../../src/support/process-identity.ts';
import { startAwsServer, type AwsServer } from '../../helpers/aws-server/index.ts';
import { aWorld, anAuroraWorld } from '../../helpers/aws-server/world/a-world.ts';
import { anInstance } from '../../helpers/aws-server/world/instances.ts';
import { ALL_FAULTS, FAST, openTestAws } from '../../helpers/aws-writing.ts';

/** All of them lie in one, since tests that run at once overwrite each other's variable. */
let stateFolders: string;
let stateFolder: string;
beforeAll(async () => {
  stateFolders = await mkdtemp(join(tmpdir(), 'pgrehearse-test-clean-up-'));
});
beforeEach(async () => {
  stateFolder = await mkdtemp(join(stateFolders, 'state-'));
});
afterAll(() => rm(stateFolders, { recursive: true, force: true }));

const NONCE = 'ab'.repeat(16);
const ID = 'pgrehearse-drill-shop-20261125120000-abababab';

/** Nobody has this pid and start. */
const dead = { ...ownIdentity(), pid: 2 ** 22 - 3, startedAt: '1' };

const aLedger = (server: AwsServer, change: Partial<Ledger> = {}): Ledger => ({
  format: 1,
  runId: 'run 1',
  owner: dead,
  account: server.world.account,
  region: server.world.region,
  endpoint: new URL(server.url).host,
  startedAt: new Date(Date.now() - 600_000).toISOString(),
  nonce: NONCE,
  never: [server.world.instances[0]?.DbiResourceId ?? ''],
  things: [{ kind: 'instance', id: ID, askedAt: new Date(Date.now() - 590_000).toISOString() }],
  ...change,
});

const ours = (change: Parameters<typeof anInstance>[0] = {}): ReturnType<typeof anInstance> =>
  anInstance({
    DBInstanceIdentifier: ID,
    DbiResourceId: 'db-TEMPORARY',
    InstanceCreateTime: new Date(Date.now() - 580_000),
    DeletionProtection: false,
    TagList: [{ Key: 'pgrehearse:nonce', Value: NONCE }],
    ...change,
  });

async function clean(
  server: AwsServer,
  signal = new AbortController().signal,
  pace = FAST,
): Promise<readonly CleanedUp[]> {
  using aws = await openTestAws(server);
  return cleanUp(aws, stateFolder, signal, { pace, limitMs: 10_000 });
}

const deletions = (server: AwsServer): readonly unknown[] =>
  server.calls
    .filter(({ action }) => action.startsWith('Delete'))
    .map(({ input }) => input['DBInstanceIdentifier'] ?? input['DBClusterIdentifier']);

test('a drill that is killed while it waits leaves a ledger, by which the next clean-up deletes what it made', async () => {
  await using server = await startAwsServer({ world: anAuroraWorld({ restorePolls: 2, deletePolls: 2 }) });
  const script = join(import.meta.dirname, '../../helpers/killed-drill.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, stateFolder], {
    env: { ...process.env, ...server.env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exited = once(child, 'exit');
  while (!server.calls.some(({ action }) => action === 'CreateDBInstance')) {
    if (child.exitCode !== null) throw new Error('The drill ended by itself.');
    await sleep(10);
  }
  child.kill('SIGKILL');
  await exited;
  expect(server.world.clusters.map(({ DBClusterIdentifier: id }) => id)).toEqual([
    'orders',
    expect.stringMatching(/^pgrehearse-drill-/),
  ]);

  const cleaned = await clean(server);
  expect(cleaned).toEqual([
    { kind: 'instance', id: expect.stringMatching(/^pgrehearse-drill-.*-1$/), region: 'eu-west-1', deleted: true },
    { kind: 'cluster', id: expect.stringMatching(/^pgrehearse-drill-/), region: 'eu-west-1', deleted: true },
  ]);
  expect(server.world.clusters.map(({ DBClusterIdentifier: id }) => id)).toEqual(['orders']);
  expect(server.world.instances.map(({ DBInstanceIdentifier: id }) => id)).toEqual(['orders-1', 'orders-2']);
  expect(await readdir(stateFolder)).toEqual([]);
  expect(await clean(server)).toEqual([]);
});

test('an entry whose thing was never made is dropped', async () => {
  await using server = await startAwsServer();
  await writeLedger(stateFolder, aLedger(server));
  expect(await clean(server)).toEqual([
    { kind: 'instance', id: ID, region: 'eu-west-1', deleted: true, reason: 'it was never made' },
  ]);
  expect(deletions(server)).toEqual([]);
  expect(await readdir(stateFolder)).toEqual([]);
});

test('what was asked for a moment ago may show late, and is deleted then', async () => {
  await using server = await startAwsServer();
  const things = [{ kind: 'instance', id: ID, askedAt: new Date().toISOString() }] as const;
  await writeLedger(stateFolder, aLedger(server, { things }));
  // The clock of AWS is known to half a second.
  const cleaning = clean(server, undefined, { ...FAST, unseenMs: 5_000 });
  while (server.calls.filter(({ action }) => action === 'DescribeDBInstances').length < 3) await sleep(5);
  server.world.instances.push(ours());
  expect(await cleaning).toEqual([{ kind: 'instance', id: ID, region: 'eu-west-1', deleted: true }]);
  expect(server.world.instances).toHaveLength(1);
});

test('what cannot be deleted in its present state is deleted as soon as it can be', async () => {
  const world = aWorld();
  world.instances.push(ours());
  await using server = await startAwsServer({ world });
  await writeLedger(stateFolder, aLedger(server));
  using aws = await openTestAws(server);
  let refusals = 0;
  aws.rds.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== 'DeleteDBInstanceCommand' || (refusals += 1) > 3) return next(args);
        const { InvalidDBInstanceStateFault } = await import('@aws-sdk/client-rds');
        throw new InvalidDBInstanceStateFault({
          message: 'is not in available state',
          $metadata: { httpStatusCode: 400 },
        });
      },
    { step: 'initialize' },
  );
  const cleaned = await cleanUp(aws, stateFolder, new AbortController().signal, { pace: FAST, limitMs: 5_000 });
  expect(cleaned).toEqual([{ kind: 'instance', id: ID, region: 'eu-west-1', deleted: true }]);
  expect(refusals).toBe(4);
});

test('what another run has taken up while this one was deleting something else is left alone', async () => {
  const world = aWorld({ deletePolls: 2 });
  const other = { id: `${ID.slice(0, -8)}cdcdcdcd`, nonce: 'cd'.repeat(16) };
  world.instances.push(
    ours(),
    ours({
      DBInstanceIdentifier: other.id,
      DbiResourceId: 'db-OTHER',
      TagList: [{ Key: 'pgrehearse:nonce', Value: other.nonce }],
    }),
  );
  await using server = await startAwsServer({ world });
  const things = [{ kind: 'instance', id: other.id, askedAt: new Date(Date.now() - 590_000).toISOString() }] as const;
  await writeLedger(stateFolder, aLedger(server));
  await writeLedger(stateFolder, aLedger(server, { nonce: other.nonce, things }));
  using aws = await openTestAws(server);
  let isTaken = false;
  const cleaned = await cleanUp(aws, stateFolder, new AbortController().signal, {
    pace: FAST,
    limitMs: 10_000,
    onProgress: () => {
      if (isTaken) return;
      isTaken = true;
      const taken = aLedger(server, { nonce: other.nonce, things, owner: ownIdentity() });
      writeFileSync(join(stateFolder, `drill-${other.nonce}.json`), JSON.stringify(taken));
    },
  });
  expect(isTaken).toBe(true);
  expect(cleaned).toMatchObject([
    { id: ID, deleted: true },
    { id: other.id, deleted: false, leftAlone: true },
  ]);
  expect(deletions(server)).toEqual([ID]);
});

test('a run that is alive is left alone', async () => {
  const world = aWorld();
  world.instances.push(ours());
  await using server = await startAwsServer({ world });
  await writeLedger(stateFolder, aLedger(server, { owner: ownIdentity() }));
  expect(await clean(server)).toMatchObject([
    { id: ID, deleted: false, reason: expect.stringContaining('may still be at work') },
  ]);
  expect(deletions(server)).toEqual([]);
  expect(await readdir(stateFolder)).toHaveLength(1);
});

describe('is never deleted', () => {
  test.each([
    ['what has our name and not our tag', { TagList: [{ Key: 'env', Value: 'production' }] }],
    ['what has our name and no tags', { TagList: [] }],
    ['what has the tag of another drill', { TagList: [{ Key: 'pgrehearse:nonce', Value: 'cd'.repeat(16) }] }],
    ['what is older than the drill', { InstanceCreateTime: new Date(Date.now() - 86_400_000) }],
  ])('%s', async (_, change) => {
    const world = aWorld();
    world.instances.push(ours(change));
    await using server = await startAwsServer({ world });
    await writeLedger(stateFolder, aLedger(server));
    expect(await clean(server)).toMatchObject([{ id: ID, deleted: false, reason: expect.any(String) }]);
    expect(deletions(server)).toEqual([]);
    expect(await readdir(stateFolder)).toHaveLength(1);
  });

  test('the source, whatever a ledger says', async () => {
    const world = aWorld();
    const [shop] = world.instances;
    shop!.TagList = [{ Key: 'pgrehearse:nonce', Value: NONCE }];
    shop!.DeletionProtection = false;
    shop!.InstanceCreateTime = new Date();
    await using server = await startAwsServer({ world });
    const things = [{ kind: 'instance', id: 'shop', askedAt: new Date(Date.now() - 590_000).toISOString() }] as const;
    await writeLedger(stateFolder, aLedger(server, { things }));
    expect(await clean(server)).toMatchObject([{ id: 'shop', deleted: false }]);
    // Nor when it has got our name as well.
    shop!.DBInstanceIdentifier = ID;
    await writeLedger(stateFolder, aLedger(server));
    expect(await clean(server)).toMatchObject([{ id: ID, deleted: false, reason: 'it is the source of the drill' }]);
    expect(deletions(server)).toEqual([]);
  });
});

describe('nothing is dropped from the ledger', () => {
  test.each([
    ['of another account', { account: '999999999999' }, 'account 999999999999'],
    ['made through another endpoint', { endpoint: 'rds.eu-west-1.amazonaws.com' }, 'rds.eu-west-1.amazonaws.com'],
    ['of another region, through an endpoint that is not AWS’s', { region: 'us-east-1' }, 'it was made through'],
  ])('%s', async (_, change, reason) => {
    await using server = await startAwsServer();
    await writeLedger(stateFolder, aLedger(server, change));
    expect(await clean(server)).toMatchObject([{ id: ID, deleted: false, reason: expect.stringContaining(reason) }]);
    expect(await readdir(stateFolder)).toHaveLength(1);
  });

  test('when nobody says which account this is', async () => {
    await using server = await startAwsServer();
    server.fault({ action: 'GetCallerIdentity', kind: 'expiredToken' });
    await writeLedger(stateFolder, aLedger(server));
    expect(await clean(server)).toMatchObject([{ deleted: false, reason: expect.stringContaining('ExpiredToken') }]);
    expect(await readdir(stateFolder)).toHaveLength(1);
  });

  test('when it cannot be read', async () => {
    await using server = await startAwsServer();
    const file = join(stateFolder, `drill-${NONCE}.json`);
    await writeFile(file, '{"format": 1');
    expect(await clean(server)).toMatchObject([{ kind: 'ledger', id: file, deleted: false }]);
    await writeFile(file, JSON.stringify(aLedger(server, { nonce: 'cd'.repeat(16) })));
    expect(await clean(server)).toMatchObject([{ kind: 'ledger', id: file, deleted: false }]);
    expect(await readdir(stateFolder)).toHaveLength(1);
  });

  test('when it is interrupted', async () => {
    const world = aWorld({ deletePolls: 1e6 });
    world.instances.push(ours());
    await using server = await startAwsServer({ world });
    await writeLedger(stateFolder, aLedger(server));
    const controller = new AbortController();
    const cleaning = clean(server, controller.signal);
    while (deletions(server).length === 0) await sleep(5);
    controller.abort();
    expect(await cleaning).toMatchObject([{ deleted: false, reason: expect.stringContaining('interrupted') }]);
    expect(await readdir(stateFolder)).toHaveLength(1);
  });
});

test.concurrent.each(
  ['GetCallerIdentity', 'DescribeDBInstances', 'DeleteDBInstance'].flatMap((action) =>
    ALL_FAULTS.flatMap((kind) => [1, Number.POSITIVE_INFINITY].map((times) => ({ action, kind, times }))),
  ),
)('$kind on $action, $times times: what it says is true', async ({ action, kind, times }) => {
  const folder = await mkdtemp(join(stateFolders, 'state-'));
  const world = aWorld({ deletePolls: 1 });
  world.instances.push(ours());
  await using server = await startAwsServer({ world });
  server.fault({ action, kind, ...(Number.isFinite(times) && { times }) });
  await writeLedger(folder, aLedger(server));
  using aws = await openTestAws(server);
  const [cleaned] = await cleanUp(aws, folder, new AbortController().signal, { pace: FAST, limitMs: 1_000 });
  const isThere = world.instances.some(({ DBInstanceIdentifier }) => DBInstanceIdentifier === ID);
  const ledgers = await readdir(folder);
  expect(cleaned?.deleted === true ? !isThere : ledgers.length === 1, JSON.stringify({ cleaned, isThere })).toBe(true);
  expect(world.instances.some(({ DBInstanceIdentifier }) => DBInstanceIdentifier === 'shop')).toBe(true);
});

test('an empty or missing folder asks nothing', async () => {
  await using server = await startAwsServer();
  await rm(stateFolder, { recursive: true });
  expect(await clean(server)).toEqual([]);
  expect(server.calls).toEqual([]);
});
