import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import type { CreatedSnapshot } from '../../../src/preflight/facts/aws.ts';
import { createSnapshot } from '../../../src/preflight/aws/snapshot/create-snapshot.ts';
import { startAwsServer, type AwsServer } from '../../helpers/aws-server/index.ts';
import { aWorld, anAuroraWorld } from '../../helpers/aws-server/world/a-world.ts';
import { aSnapshot } from '../../helpers/aws-server/world/snapshots.ts';
import type { World } from '../../helpers/aws-server/world/world.ts';
import { ALL_FAULTS, FAST, mayPass, openTestAws, resourceIn } from '../../helpers/aws-writing.ts';

const never = new AbortController().signal;

async function take(
  server: AwsServer,
  { maxWaitMs = 10_000, signal = never, runId = 'run 1', pace = FAST } = {},
): Promise<CreatedSnapshot & { readonly seen: readonly string[] }> {
  using aws = await openTestAws(server);
  const seen: string[] = [];
  const created = await createSnapshot(
    aws,
    resourceIn(server.world),
    { runId, maxWaitMs, pace, onProgress: ({ status, percent }) => seen.push(`${status} ${percent ?? '?'}`) },
    signal,
  );
  return { ...created, seen };
}

/** What carries our prefix in the world, by id. */
const ours = (world: World): readonly { readonly id: string; readonly status: string }[] =>
  [
    ...world.snapshots.map((it) => ({ id: it.DBSnapshotIdentifier ?? '', status: it.Status ?? '' })),
    ...world.clusterSnapshots.map((it) => ({ id: it.DBClusterSnapshotIdentifier ?? '', status: it.Status ?? '' })),
  ].filter(({ id }) => id.startsWith('pgrehearse-'));

describe('a snapshot of this run', () => {
  test('is waited for, tagged, and named in the answer', async () => {
    await using server = await startAwsServer({ world: aWorld({ snapshotPolls: 4 }) });
    const created = await take(server);
    expect(created).toMatchObject({ status: 'available', mayExist: true });
    expect(created.id).toMatch(/^pgrehearse-shop-\d{14}-[0-9a-f]{8}$/);
    expect(created.seen.map((line) => line.split(' ')[0])).toEqual(['creating', 'creating', 'creating', 'creating']);
    const made = server.world.snapshots.find((it) => it.DBSnapshotIdentifier === created.id);
    expect(created.arn).toBe(made?.DBSnapshotArn);
    const tags = Object.fromEntries((made?.TagList ?? []).map(({ Key, Value }) => [Key, Value]));
    expect(tags).toMatchObject({ 'pgrehearse:run': 'run 1', 'pgrehearse:source': made?.DbiResourceId });
    expect(tags['pgrehearse:nonce']).toMatch(/^[0-9a-f]{32}$/);
    expect(created.id.endsWith(tags['pgrehearse:nonce']?.slice(0, 8) ?? '?')).toBe(true);
    expect(server.calls.map(({ action }) => action).filter((action) => action.startsWith('Delete'))).toEqual([]);
  });

  test('of a cluster is a cluster snapshot', async () => {
    await using server = await startAwsServer({ world: anAuroraWorld({ snapshotPolls: 2 }) });
    const created = await take(server);
    expect(created).toMatchObject({ status: 'available', mayExist: true });
    expect(server.calls.map(({ action }) => action)).not.toContain('CreateDBSnapshot');
    expect(ours(server.world)).toEqual([{ id: created.id, status: 'available' }]);
  });

  test('keeps to the rules for identifiers, whatever the source is called', async () => {
    const world = anAuroraWorld();
    const name = `a${'-very-long-name'.repeat(4)}`.slice(0, 63);
    world.clusters[0]!.DBClusterIdentifier = name;
    await using server = await startAwsServer({ world });
    const { id, status } = await take(server);
    expect(status).toBe('available');
    expect(id.length).toBeLessThanOrEqual(63);
    expect(id).not.toMatch(/--|-$/);
  });

  test('is found although AWS does not know it for a while', async () => {
    await using server = await startAwsServer({ world: aWorld({ notFoundPolls: 5 }) });
    expect(await take(server, { pace: { ...FAST, unseenMs: 5_000 } })).toMatchObject({ status: 'available' });
  });

  test('waits for a database that is being backed up', async () => {
    const world = aWorld();
    world.instances[0]!.DBInstanceStatus = 'backing-up';
    await using server = await startAwsServer({ world });
    const taking = take(server);
    await sleep(80);
    world.instances[0]!.DBInstanceStatus = 'available';
    expect(await taking).toMatchObject({ status: 'available' });
  });
});

describe('a snapshot that cannot be had', () => {
  test('fails: said at once, and it stays', async () => {
    await using server = await startAwsServer({ world: aWorld({ nextSnapshotFails: true }) });
    const created = await take(server);
    expect(created).toMatchObject({ status: 'failed', mayExist: true });
    expect(created.reason).toContain('its status is failed');
    expect(ours(server.world)).toEqual([{ id: created.id, status: 'failed' }]);
  });

  test('takes too long: timed out, and it stays', async () => {
    await using server = await startAwsServer({ world: aWorld({ snapshotPolls: 1e6 }) });
    const created = await take(server, { maxWaitMs: 400 });
    expect(created).toMatchObject({ status: 'timed-out', mayExist: true });
    expect(created.reason).toContain(created.id);
    expect(created.reason).toContain('creating');
  });

  test.each(['stopped', 'failed', 'storage-full', 'deleting', 'inaccessible-encryption-credentials'])(
    'is not asked for while the database is %s',
    async (status) => {
      const world = aWorld();
      world.instances[0]!.DBInstanceStatus = status;
      await using server = await startAwsServer({ world });
      expect(await take(server)).toMatchObject({ status: 'not-created', mayExist: false });
      expect(server.calls.map(({ action }) => action)).not.toContain('CreateDBSnapshot');
    },
  );

  test('is not asked for when another database has taken the name', async () => {
    await using server = await startAwsServer();
    using aws = await openTestAws(server);
    const resource = resourceIn(server.world);
    server.world.instances[0]!.DbiResourceId = 'db-ANOTHER';
    const options = { runId: 'r', maxWaitMs: 5_000, pace: FAST };
    expect(await createSnapshot(aws, resource, options, never)).toMatchObject({
      status: 'not-created',
      mayExist: false,
    });
    expect(ours(server.world)).toEqual([]);
  });

  test('is refused where the quota is used up', async () => {
    const world = aWorld();
    world.quotas = [{ AccountQuotaName: 'ManualSnapshots', Used: 1, Max: 1 }];
    await using server = await startAwsServer({ world });
    const created = await take(server);
    expect(created).toMatchObject({ status: 'not-created', mayExist: false });
    expect(created.reason).toContain('Quota');
  });

  test('is never another one: changed under our hands to one of another database', async () => {
    await using server = await startAwsServer({ world: aWorld({ snapshotPolls: 20 }) });
    const taking = take(server);
    while (ours(server.world).length === 0) await sleep(5);
    server.world.snapshots.find((it) => it.DBSnapshotIdentifier?.startsWith('pgrehearse-'))!.DbiResourceId = 'db-OTHER';
    expect(await taking).toMatchObject({ status: 'failed', mayExist: true });
  });
});

describe('an answer that was lost', () => {
  test('is resolved by our tag', async () => {
    await using server = await startAwsServer();
    server.fault({ action: 'CreateDBSnapshot', kind: 'lostResponse', times: 1 });
    const created = await take(server);
    expect(created).toMatchObject({ status: 'available' });
    expect(ours(server.world)).toEqual([{ id: created.id, status: 'available' }]);
    expect(server.calls.filter(({ action }) => action === 'CreateDBSnapshot').length).toBeGreaterThan(1);
  });

  test('is not taken for the refusal that the next attempt met', async () => {
    await using server = await startAwsServer();
    server.fault({ action: 'CreateDBSnapshot', kind: 'lostResponse', times: 1 });
    server.fault({ action: 'CreateDBSnapshot', kind: 'expiredToken', times: 1 });
    const created = await take(server);
    expect(created).toMatchObject({ status: 'available', mayExist: true });
    expect(ours(server.world)).toEqual([{ id: created.id, status: 'available' }]);
  });

  test('and what has the name is somebody else’s: not ours, not counted', async () => {
    await using server = await startAwsServer();
    const { world } = server;
    server.fault({ action: 'CreateDBSnapshot', kind: 'lostResponse', times: 1 });
    // Whoever took the name: same id, other tags.
    const push = world.snapshots.push.bind(world.snapshots);
    world.snapshots.push = (...snapshots) => {
      for (const it of snapshots) it.TagList = [{ Key: 'pgrehearse:nonce', Value: '0'.repeat(32) }];
      return push(...snapshots);
    };
    const created = await take(server);
    expect(created).toMatchObject({ status: 'not-created', mayExist: false });
    expect(created.reason).toContain('somebody else');
  });

  test('and what has the name shows no tags: it is not taken for ours', async () => {
    await using server = await startAwsServer();
    const { world } = server;
    server.fault({ action: 'CreateDBSnapshot', kind: 'lostResponse', times: 1 });
    const push = world.snapshots.push.bind(world.snapshots);
    world.snapshots.push = (...snapshots) => {
      for (const it of snapshots) it.TagList = [];
      return push(...snapshots);
    };
    expect(await take(server)).toMatchObject({ status: 'not-created', mayExist: true });
  });
});

describe('Ctrl-C', () => {
  test.each([
    ['before anything', 'DescribeDBInstances', false],
    ['while it is asked for', 'CreateDBSnapshot', true],
    ['while it is waited for', 'DescribeDBSnapshots', true],
  ])('%s ends it at once and says what stays', async (_, action, mayExist) => {
    await using server = await startAwsServer({ world: aWorld({ snapshotPolls: 1e6 }) });
    server.fault({ action, kind: 'hang' });
    const controller = new AbortController();
    const taking = take(server, { signal: controller.signal });
    while (!server.calls.some((call) => call.action === action)) await sleep(5);
    const began = performance.now();
    controller.abort();
    const created = await taking;
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(created).toMatchObject({ status: 'interrupted', mayExist });
    expect(created.reason?.includes(created.id)).toBe(mayExist);
    const sent = server.calls.length;
    await sleep(700);
    expect(server.calls.length, 'nothing is sent afterwards').toBe(sent);
  });

  test('between two looks ends it at once', async () => {
    await using server = await startAwsServer({ world: aWorld({ snapshotPolls: 1e6 }) });
    using aws = await openTestAws(server);
    const controller = new AbortController();
    const options = { runId: 'r', maxWaitMs: 60_000, pace: { ...FAST, firstMs: 30_000, lastMs: 30_000 } };
    const taking = createSnapshot(aws, resourceIn(server.world), options, controller.signal);
    while (!server.calls.some((call) => call.action === 'DescribeDBSnapshots')) await sleep(5);
    await sleep(50);
    controller.abort();
    expect(await taking).toMatchObject({ status: 'interrupted', mayExist: true });
  });

  test('before the start: nothing is sent', async () => {
    await using server = await startAwsServer();
    expect(await take(server, { signal: AbortSignal.abort() })).toMatchObject({
      status: 'interrupted',
      mayExist: false,
    });
    expect(server.calls).toEqual([]);
  });
});

test.each(['accessDenied', 'expiredToken'] as const)('%s stops the waiting at once', async (kind) => {
  await using server = await startAwsServer({ world: aWorld({ snapshotPolls: 1e6 }) });
  server.fault({ action: 'DescribeDBSnapshots', kind, after: 2 });
  const created = await take(server, { maxWaitMs: 60_000 });
  expect(created).toMatchObject({ status: 'failed', mayExist: true });
  expect(created.waitedMs).toBeLessThan(10_000);
});

test('throttling in the middle is waited out', async () => {
  await using server = await startAwsServer({ world: aWorld({ snapshotPolls: 3 }) });
  server.fault({ action: 'DescribeDBSnapshots', kind: 'throttle', after: 1, times: 2 });
  expect(await take(server, { maxWaitMs: 60_000 })).toMatchObject({ status: 'available' });
});

describe.each([
  ['an instance', () => aWorld(), ['DescribeDBInstances', 'CreateDBSnapshot', 'DescribeDBSnapshots']],
  ['a cluster', () => anAuroraWorld(), ['DescribeDBClusters', 'CreateDBClusterSnapshot', 'DescribeDBClusterSnapshots']],
])('every fault on every call, %s', (_, world, actions) => {
  test.concurrent.each(
    actions.flatMap((action) =>
      ALL_FAULTS.flatMap((kind) => [1, Number.POSITIVE_INFINITY].map((times) => ({ action, kind, times }))),
    ),
  )('$kind on $action, $times times', async ({ action, kind, times }) => {
    await using server = await startAwsServer({ world: world() });
    server.fault({ action, kind, ...(Number.isFinite(times) && { times }) });
    const isOnce = Number.isFinite(times);
    const maxWaitMs = isOnce ? 20_000 : 1_200;
    const created = await take(server, { maxWaitMs });
    const left = ours(server.world);
    expect(created.waitedMs).toBeLessThan(maxWaitMs + 10_000);
    expect(
      left.every(({ id }) => id === created.id),
      'none that the answer does not name',
    ).toBe(true);
    expect(created.mayExist || left.length === 0).toBe(true);
    const isAvailable = created.status === 'available';
    expect(isAvailable ? left[0]?.status === 'available' : created.reason?.endsWith('.')).toBe(true);
    // A request whose answer nobody could read was carried out all the same, and what it made can be found.
    const isDone = action.startsWith('Create') && ['malformed', 'html503', 'lostResponse'].includes(kind);
    expect(isAvailable && !isOnce && !isDone).toBe(false);
    expect(isAvailable || !isOnce || !mayPass(kind), created.reason).toBe(true);
  });
});

test('a snapshot of somebody else is left alone', async () => {
  const foreign = aSnapshot({ DBSnapshotIdentifier: 'pgrehearse-shop-20200101000000-00000000' });
  const world = aWorld();
  world.snapshots.push(foreign);
  await using server = await startAwsServer({ world });
  const created = await take(server);
  expect(created.status).toBe('available');
  expect(world.snapshots).toContain(foreign);
});
