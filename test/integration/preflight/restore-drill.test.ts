import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { connect, type Database } from '../../../src/postgres/connect.ts';
import { connectProduction } from '../../../src/postgres/connect-production.ts';
import { quoteLiteral } from '../../../src/postgres/identifiers.ts';
import type { DrillDoor } from '../../../src/preflight/aws/drill/log-in.ts';
import { restoreDrill, type DrillOptions } from '../../../src/preflight/aws/drill/restore-drill.ts';
import type { DrillSource } from '../../../src/preflight/aws/drill/restore-plan.ts';
import { verifyRestored } from '../../../src/preflight/aws/drill/verify-restored.ts';
import { iamPolicy } from '../../../src/preflight/aws/iam-policy.ts';
import { instanceFacts } from '../../../src/preflight/aws/reading/instance-facts.ts';
import type { DrillFacts, ResourceFacts, SnapshotFacts } from '../../../src/preflight/facts/aws.ts';
import type { EphemeralServer } from '../../../src/server/provider.ts';
import { startAwsServer, type AwsServer } from '../../helpers/aws-server/index.ts';
import { aWorld, anAuroraWorld } from '../../helpers/aws-server/world/a-world.ts';
import { aMultiAzCluster, membersOf } from '../../helpers/aws-server/world/clusters.ts';
import { aClusterSnapshot } from '../../helpers/aws-server/world/snapshots.ts';
import type { World } from '../../helpers/aws-server/world/world.ts';
import { ALL_FAULTS, FAST, mayPass, openTestAws, resourceIn } from '../../helpers/aws-writing.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';

const never = new AbortController().signal;
let postgres: EphemeralServer;
/** All of them lie in one, since tests that run at once overwrite each other's variable. */
let stateFolders: string;
let stateFolder: string;

beforeAll(async () => {
  stateFolders = await mkdtemp(join(tmpdir(), 'pgrehearse-test-drill-'));
  postgres = await startTestServer();
  const { connectionString } = await createDatabase(postgres, 'shop');
  await using database = await connect(connectionString, { applicationName: 'pgrehearse test' });
  await database.script(`
    create table public.users (id int primary key, name text);
    insert into public.users select i, 'user ' || i from generate_series(1, 1000) i;
    create table public."Order" (id int primary key);
    analyze`);
});
afterAll(async () => {
  await rm(stateFolders, { recursive: true, force: true });
  await postgres[Symbol.asyncDispose]();
});
beforeEach(async () => {
  stateFolder = await mkdtemp(join(stateFolders, 'state-'));
});

/** What the world restores is the local server; each restored database has a master user of its own there. */
function restoringTo(world: World, database = 'shop'): World {
  const { host, port } = postgres.target(database);
  const run = async (sql: string): Promise<void> => {
    await using upkeep = await connect(postgres.target(database).connectionString, {
      applicationName: 'pgrehearse test',
    });
    await upkeep.script(sql);
  };
  const role = `master_${Math.random().toString(36).slice(2)}`;
  for (const it of [...world.instances, ...world.clusters, ...world.snapshots, ...world.clusterSnapshots])
    it.MasterUsername = role;
  world.onRestore = async () => {
    await run(
      `do $$ begin create role ${role} login superuser password 'the-old-one'; exception when duplicate_object then null; end $$`,
    );
    return { address: host, port };
  };
  world.onModify = (_changed, { MasterUserPassword }) =>
    run(`alter role ${role} password ${quoteLiteral(String(MasterUserPassword))}`);
  return world;
}

const connectLocally =
  (database: string, doors: DrillDoor[] = []) =>
  async (door: DrillDoor): Promise<Database> => {
    doors.push(door);
    const { address, port, user, password } = door;
    const secret = typeof password === 'string' ? password : await password();
    return connect(
      `postgres://${encodeURIComponent(user)}:${encodeURIComponent(secret)}@${address}:${port}/${database}`,
      {
        applicationName: 'pgrehearse drill',
      },
    );
  };

const snapshotIn = (world: World): SnapshotFacts => {
  const [cluster] = world.clusterSnapshots;
  const [single] = world.snapshots;
  const from = world.clusters.length > 0 ? cluster : single;
  const id = (from === cluster ? cluster?.DBClusterSnapshotIdentifier : single?.DBSnapshotIdentifier) ?? '';
  const arn = (from === cluster ? cluster?.DBClusterSnapshotArn : single?.DBSnapshotArn) ?? '';
  const resourceId = (from === cluster ? cluster?.DbClusterResourceId : single?.DbiResourceId) ?? '';
  return { id, arn, type: 'automated', status: 'available', resourceId, isCopy: false, tags: {} };
};

const expectation = {
  serverMajor: 0,
  tables: [{ relation: 'public.users', atLeast: 900 }, { relation: 'public."Order"' }],
};

interface Attempt {
  readonly what?: DrillSource;
  readonly signal?: AbortSignal;
  readonly resource?: ResourceFacts;
  readonly options?: Partial<DrillOptions>;
}

async function drill(
  server: AwsServer,
  { what, signal = never, resource, options = {} }: Attempt = {},
): Promise<DrillFacts & { readonly stages: readonly string[] }> {
  using aws = await openTestAws(server);
  const stages: string[] = [];
  const facts = await restoreDrill(
    aws,
    resource ?? resourceIn(server.world),
    what ?? { snapshot: snapshotIn(server.world) },
    {
      runId: 'run 1',
      stateFolder,
      limitMs: 60_000,
      deleteLimitMs: 10_000,
      pace: FAST,
      connect: connectLocally('shop'),
      verify: (database, verifySignal) =>
        verifyRestored(database, { ...expectation, serverMajor: postgres.major }, verifySignal),
      onProgress: ({ stage }) => {
        if (stages.at(-1) !== stage) stages.push(stage);
      },
      ...options,
    },
    signal,
  );
  return { ...facts, stages };
}

/** Databases with our prefix that are (still) there. */
const left = (world: World): readonly string[] =>
  [
    ...world.instances.map((it) => it.DBInstanceIdentifier ?? ''),
    ...world.clusters.map((it) => it.DBClusterIdentifier ?? ''),
  ].filter((id) => id.startsWith('pgrehearse-'));

const actions = (server: AwsServer): readonly string[] => server.calls.map(({ action }) => action);

const inputOf = (server: AwsServer, action: string): Record<string, unknown> =>
  server.calls.find((call) => call.action === action)?.input ?? {};

/** By the policy for this kind of database. */
const permitted = (world: World): ReadonlySet<string> =>
  new Set(
    iamPolicy('drill', { kind: resourceIn(world).kind })
      .Statement.filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action }) => Action),
  );

/** Nothing of ours is there that the facts do not name as left; the source is untouched. */
function expectHonest(server: AwsServer, facts: DrillFacts, sources: readonly string[]): void {
  const named = facts.created.filter(({ deleted }) => !deleted).map(({ id }) => id);
  const unnamed = left(server.world).filter((id) => !named.some((it) => id === it || id.startsWith(`${it}-instance-`)));
  expect(unnamed).toEqual([]);
  const there = [
    ...server.world.instances.map((it) => `${it.DBInstanceIdentifier} ${it.DBInstanceStatus}`),
    ...server.world.clusters.map((it) => `${it.DBClusterIdentifier} ${it.Status}`),
  ];
  expect(there).toEqual(expect.arrayContaining([...sources]));
  const deletions = server.calls.filter(({ action }) => action.startsWith('Delete'));
  for (const { input } of deletions) {
    expect(input['DBInstanceIdentifier'] ?? input['DBClusterIdentifier']).toMatch(/^pgrehearse-drill-/);
  }
  expect(actions(server).filter((action) => !permitted(server.world).has(`rds:${action}`))).toEqual([]);
  const isSound = facts.comparisons.length > 0 && facts.comparisons.every(({ ok }) => ok);
  expect(facts.status === 'passed' ? isSound : facts.reason?.endsWith('.'), JSON.stringify(facts)).toBe(true);
}

describe('an instance', () => {
  test('is restored from a snapshot, verified with a password of its own, and deleted', async () => {
    const world = restoringTo(aWorld({ restorePolls: 4, modifyPolls: 2, deletePolls: 3 }));
    await using server = await startAwsServer({ world });
    const doors: DrillDoor[] = [];
    const facts = await drill(server, { options: { connect: connectLocally('shop', doors) } });
    expect(facts).toMatchObject({ status: 'passed', source: { snapshotId: snapshotIn(world).id } });
    expect(facts.reason).toBeUndefined();
    expect(facts.restoreMs).toBeGreaterThan(0);
    expect(facts.comparisons.map(({ what, ok, detail }) => [what, ok, detail])).toEqual([
      ['server major', true, `PostgreSQL ${postgres.major}`],
      ['rows of public.users', true, '1000 rows'],
      ['rows of public."Order"', true, '0 rows'],
    ]);
    expect(facts.created).toEqual([
      { kind: 'instance', id: expect.stringMatching(/^pgrehearse-drill-shop-/), deleted: true },
    ]);
    expect(facts.stages).toEqual(['restoring', 'password', 'verifying', 'deleting']);
    expect(doors[0]?.password).toMatch(/^[\w-]{32}$/);
    expect(JSON.stringify(facts)).not.toContain(String(doors[0]?.password));
    expectHonest(server, facts, ['shop available']);
    expect(await readdir(stateFolder)).toEqual([]);
  });

  test('is asked for with every safe parameter, and goes without a final snapshot', async () => {
    const world = restoringTo(aWorld());
    await using server = await startAwsServer({ world });
    await drill(server);
    const input = inputOf(server, 'RestoreDBInstanceFromDBSnapshot');
    expect(input).toMatchObject({
      DBInstanceClass: 'db.t4g.medium',
      DBParameterGroupName: 'shop-postgres16',
      DBSubnetGroupName: 'shop-private',
      VpcSecurityGroupIds: ['sg-0a1b2c3d4e5f60718'],
      Port: 5432,
      PubliclyAccessible: false,
      MultiAZ: false,
      BackupRetentionPeriod: 0,
      AutoMinorVersionUpgrade: false,
      DeletionProtection: false,
      CopyTagsToSnapshot: false,
      EnableIAMDatabaseAuthentication: false,
    });
    const keys = (input['Tags'] as { Key: string }[]).map(({ Key }) => Key);
    expect(keys).toEqual(['pgrehearse:run', 'pgrehearse:nonce', 'pgrehearse:created-at', 'pgrehearse:source']);
    expect(inputOf(server, 'DeleteDBInstance')).toMatchObject({
      SkipFinalSnapshot: true,
      DeleteAutomatedBackups: true,
    });
  });

  test('is restored to the latest point in time', async () => {
    const world = restoringTo(aWorld());
    await using server = await startAwsServer({ world });
    const facts = await drill(server, { what: { pointInTime: 'latest' } });
    expect(facts).toMatchObject({
      status: 'passed',
      source: { pointInTime: world.instances[0]?.LatestRestorableTime?.toISOString() },
    });
    expect(inputOf(server, 'RestoreDBInstanceToPointInTime')).toMatchObject({
      SourceDbiResourceId: world.instances[0]?.DbiResourceId,
      UseLatestRestorableTime: true,
      PubliclyAccessible: false,
    });
    expectHonest(server, facts, ['shop available']);
  });

  test('is entered with IAM authentication when asked', async () => {
    const world = restoringTo(aWorld());
    await using server = await startAwsServer({ world });
    const asked: unknown[] = [];
    const facts = await drill(server, {
      options: {
        iam: {
          user: postgres.target('shop').user,
          passwordAt: (at) => {
            asked.push(at);
            return () => Promise.resolve(postgres.target('shop').password);
          },
        },
      },
    });
    expect(facts.status).toBe('passed');
    expect(actions(server)).not.toContain('ModifyDBInstance');
    expect(inputOf(server, 'RestoreDBInstanceFromDBSnapshot')).toMatchObject({ EnableIAMDatabaseAuthentication: true });
    expect(asked).toEqual([
      { host: postgres.target('shop').host, port: postgres.target('shop').port, user: postgres.target('shop').user },
    ]);
  });

  test('of another class, when asked', async () => {
    const world = restoringTo(aWorld());
    await using server = await startAwsServer({ world });
    await drill(server, { options: { instead: { instanceClass: 'db.t4g.small' } } });
    expect(inputOf(server, 'RestoreDBInstanceFromDBSnapshot')).toMatchObject({ DBInstanceClass: 'db.t4g.small' });
  });
});

test('a session lives longer than one attempt to open it may take', async () => {
  await using server = await startAwsServer({ world: restoringTo(aWorld()) });
  const facts = await drill(server, {
    options: {
      connectLimitMs: 500,
      connect: ({ address, port, user, password }, signal) =>
        connectProduction(
          { host: address, port, user, password, database: 'shop', tls: { mode: 'off' } },
          { applicationName: 'pgrehearse drill', signal },
        ),
      verify: async (database, signal) => {
        await sleep(1_000);
        return verifyRestored(database, { ...expectation, serverMajor: postgres.major }, signal);
      },
    },
  });
  expect(facts).toMatchObject({ status: 'passed' });
});

test('an attempt that gets no answer is given up and made again, and its late session is closed', async () => {
  await using server = await startAwsServer({ world: restoringTo(aWorld()) });
  let attempts = 0;
  const closed: number[] = [];
  const facts = await drill(server, {
    options: {
      connectLimitMs: 300,
      connect: async (door) => {
        const attempt = (attempts += 1);
        if (attempt === 1) await sleep(600);
        const database = await connectLocally('shop')(door);
        const close = database[Symbol.asyncDispose].bind(database);
        return {
          ...database,
          [Symbol.asyncDispose]: async () => {
            closed.push(attempt);
            await close();
          },
        };
      },
      verify: async (database, signal) => {
        await sleep(600);
        return verifyRestored(database, { ...expectation, serverMajor: postgres.major }, signal);
      },
    },
  });
  expect(facts.status).toBe('passed');
  expect(new Set(closed)).toEqual(new Set([1, 2]));
});

test('one that is still being made is deleted as well', async () => {
  const world = restoringTo(aWorld({ restorePolls: 1e6 }));
  await using server = await startAwsServer({ world });
  const controller = new AbortController();
  const drilling = drill(server, { signal: controller.signal });
  while (left(world).length === 0) await sleep(2);
  const temporary = world.instances.find(({ DBInstanceIdentifier: id }) => id !== 'shop')!;
  controller.abort();
  const facts = await drilling;
  expect(facts.status).toBe('interrupted');
  expect(world.instances).not.toContain(temporary);
});

test('a refusal after a lost answer does not hide what was made', async () => {
  await using server = await startAwsServer({ world: restoringTo(aWorld()) });
  server.fault({ action: 'RestoreDBInstanceFromDBSnapshot', kind: 'lostResponse', times: 1 });
  server.fault({ action: 'RestoreDBInstanceFromDBSnapshot', kind: 'accessDenied', times: 1 });
  const facts = await drill(server);
  expect(facts).toMatchObject({ status: 'passed', created: [{ deleted: true }] });
  expect(left(server.world)).toEqual([]);
});

describe('an identifier that somebody else has', () => {
  test('fails the drill, and theirs is left alone', async () => {
    const world = restoringTo(aWorld());
    await using server = await startAwsServer({ world });
    const push = world.instances.push.bind(world.instances);
    world.instances.push = (...instances) => {
      for (const it of instances) it.TagList = [{ Key: 'owner', Value: 'somebody else' }];
      return push(...instances);
    };
    server.fault({ action: 'RestoreDBInstanceFromDBSnapshot', kind: 'lostResponse', times: 1 });
    const facts = await drill(server);
    expect(facts.status).toBe('failed');
    expect(facts.reason).toContain('somebody else');
    expect(actions(server)).not.toContain('DeleteDBInstance');
    expect(facts.created).toEqual([{ kind: 'instance', id: expect.any(String), deleted: false }]);
  });
});

describe('a cluster', () => {
  test('of Aurora is restored as a full copy with one instance; the instance goes first', async () => {
    const world = restoringTo(anAuroraWorld({ restorePolls: 2, deletePolls: 2 }));
    await using server = await startAwsServer({ world });
    const facts = await drill(server);
    expect(facts.reason).toBeUndefined();
    expect(facts.status).toBe('passed');
    expect(facts.created.map(({ kind, deleted }) => [kind, deleted])).toEqual([
      ['instance', true],
      ['cluster', true],
    ]);
    expect(inputOf(server, 'RestoreDBClusterFromSnapshot')).toMatchObject({
      DBClusterParameterGroupName: 'orders-aurora16',
      DBSubnetGroupName: 'shop-private',
      DeletionProtection: false,
      CopyTagsToSnapshot: false,
      PubliclyAccessible: false,
    });
    expect(inputOf(server, 'CreateDBInstance')).toMatchObject({
      PubliclyAccessible: false,
      AutoMinorVersionUpgrade: false,
    });
    expect(actions(server)).toContain('ModifyDBCluster');
    expectHonest(server, facts, ['orders available', 'orders-1 available', 'orders-2 available']);
  });

  test('of Aurora to a point in time is never a clone', async () => {
    const world = restoringTo(anAuroraWorld());
    await using server = await startAwsServer({ world });
    expect(await drill(server, { what: { pointInTime: 'latest' } })).toMatchObject({ status: 'passed' });
    expect(inputOf(server, 'RestoreDBClusterToPointInTime')).toMatchObject({ RestoreType: 'full-copy' });
  });

  const aMultiAzWorld = (): World => {
    const cluster = aMultiAzCluster();
    return aWorld({
      clusters: [cluster],
      instances: membersOf(cluster),
      snapshots: [],
      clusterSnapshots: [
        aClusterSnapshot({
          DBClusterSnapshotIdentifier: 'ledger-1',
          DBClusterIdentifier: cluster.DBClusterIdentifier,
          DbClusterResourceId: cluster.DbClusterResourceId,
          Engine: 'postgres',
        }),
      ],
    });
  };

  test('of three instances is restored from a snapshot as one', async () => {
    const world = restoringTo(aMultiAzWorld());
    await using server = await startAwsServer({ world });
    const facts = await drill(server);
    expect(facts.reason).toBeUndefined();
    expect(facts.created.map(({ kind }) => kind)).toEqual(['instance']);
    expect(inputOf(server, 'RestoreDBInstanceFromDBSnapshot')).toMatchObject({
      DBClusterSnapshotIdentifier: 'ledger-1',
    });
    expectHonest(server, facts, ['ledger available']);
  });

  test('of three instances is restored to a point in time as three, which go with it', async () => {
    const world = restoringTo(aMultiAzWorld());
    await using server = await startAwsServer({ world });
    const facts = await drill(server, { what: { pointInTime: 'latest' } });
    expect(facts.reason).toBeUndefined();
    expect(facts.created).toEqual([{ kind: 'cluster', id: expect.any(String), deleted: true }]);
    expectHonest(server, facts, ['ledger available']);
  });
});

describe('a backup that is not what it should be', () => {
  const damaged = async (name: string, sql: string): Promise<string> => {
    const { connectionString } = await createDatabase(postgres, name);
    await using database = await connect(connectionString, { applicationName: 'pgrehearse test' });
    await database.script(sql);
    return name;
  };

  test.each([
    [
      'a table is missing',
      'create table public.users (id int); insert into public.users select generate_series(1, 1000)',
      'public."Order" does not exist',
    ],
    [
      'rows are missing',
      'create table public.users (id int); insert into public.users select generate_series(1, 899); create table public."Order" (id int)',
      '899 rows, at least 900 expected',
    ],
    ['everything is missing', 'select 1', 'public.users does not exist'],
  ])('%s: failed, and deleted all the same', async (title, sql, reason) => {
    const name = await damaged(`damaged ${title}`, sql);
    await using server = await startAwsServer({ world: restoringTo(aWorld(), name) });
    const facts = await drill(server, { options: { connect: connectLocally(name) } });
    expect(facts.status).toBe('failed');
    expect(facts.reason).toContain(reason);
    expectHonest(server, facts, ['shop available']);
    expect(left(server.world)).toEqual([]);
  });

  test('cannot be restored: failed, and what there is of it is deleted', async () => {
    await using server = await startAwsServer({ world: restoringTo(aWorld({ nextRestoreFails: true })) });
    const facts = await drill(server);
    expect(facts).toMatchObject({ status: 'failed', comparisons: [] });
    expect(facts.reason).toContain('incompatible-restore');
    expect(facts.created).toEqual([{ kind: 'instance', id: expect.any(String), deleted: true }]);
    expect(left(server.world)).toEqual([]);
  });

  test('nothing to compare is not passed', async () => {
    await using server = await startAwsServer({ world: restoringTo(aWorld()) });
    expect(await drill(server, { options: { verify: () => Promise.resolve([]) } })).toMatchObject({
      status: 'failed',
      reason: 'nothing was compared.',
    });
  });

  test('a verification that breaks is not passed, and its message keeps the password to itself', async () => {
    await using server = await startAwsServer({ world: restoringTo(aWorld()) });
    const verify = (): Promise<never> => Promise.reject(new Error('postgres://me:secret@host broke'));
    const facts = await drill(server, { options: { verify } });
    expect(facts).toMatchObject({ status: 'failed' });
    expect(facts.reason).toContain('broke');
    expect(facts.reason).not.toContain('secret');
    expect(left(server.world)).toEqual([]);
  });

  test('a server that nobody can enter is not passed', async () => {
    await using server = await startAwsServer({ world: restoringTo(aWorld()) });
    const refuse = ({ password }: DrillDoor): Promise<never> =>
      Promise.reject(new Error(`no entry with ${String(password)}`));
    const facts = await drill(server, { options: { limitMs: 1_500, connect: refuse } });
    expect(facts.status).toBe('failed');
    expect(facts.reason).toContain('no entry with ***');
    expect(left(server.world)).toEqual([]);
  });
});

describe('nothing is made', () => {
  const anything = { DBInstanceClass: undefined } as const;

  test.each([
    ['without a subnet group', { DBSubnetGroup: undefined }, 'subnet group'],
    ['without security groups', { VpcSecurityGroups: [] }, 'security groups'],
    ['without a parameter group', { DBParameterGroups: [] }, 'parameter group'],
    ['without an instance class', anything, 'instance class'],
  ])('%s', async (_, change, reason) => {
    await using server = await startAwsServer();
    const resource = instanceFacts({ ...server.world.instances[0], ...change });
    const facts = await drill(server, { resource });
    expect(facts).toMatchObject({ status: 'failed', created: [] });
    expect(facts.reason).toContain(reason);
    expect(server.calls).toEqual([]);
  });

  test('from a snapshot of another database, or one that is not finished', async () => {
    await using server = await startAwsServer();
    const snapshot = snapshotIn(server.world);
    const other = await drill(server, { what: { snapshot: { ...snapshot, resourceId: 'db-OTHER' } } });
    expect(other).toMatchObject({ status: 'failed', created: [] });
    const unfinished = await drill(server, { what: { snapshot: { ...snapshot, status: 'creating' } } });
    expect(unfinished).toMatchObject({ status: 'failed', created: [] });
    expect(server.calls).toEqual([]);
  });

  test('where it could not be seen afterwards', async () => {
    await using server = await startAwsServer();
    server.fault({ action: 'DescribeDBInstances', kind: 'accessDenied' });
    expect(await drill(server)).toMatchObject({ status: 'failed', created: [] });
    expect(actions(server)).not.toContain('RestoreDBInstanceFromDBSnapshot');
  });

  test('where the ledger cannot be written', async () => {
    await using server = await startAwsServer();
    const facts = await drill(server, { options: { stateFolder: '/dev/null/nowhere' } });
    expect(facts).toMatchObject({ status: 'failed' });
    expect(actions(server)).not.toContain('RestoreDBInstanceFromDBSnapshot');
  });

  test('when it was interrupted before', async () => {
    await using server = await startAwsServer();
    expect(await drill(server, { signal: AbortSignal.abort() })).toMatchObject({ status: 'interrupted', created: [] });
    expect(actions(server)).not.toContain('RestoreDBInstanceFromDBSnapshot');
  });

  test('where AWS refuses it: at once', async () => {
    await using server = await startAwsServer();
    server.fault({ action: 'RestoreDBInstanceFromDBSnapshot', kind: 'accessDenied' });
    const facts = await drill(server, { options: { pace: { ...FAST, unseenMs: 60_000 } } });
    expect(facts).toMatchObject({ status: 'failed', created: [] });
    expect(facts.totalMs).toBeLessThan(30_000);
    expect(await readdir(stateFolder)).toEqual([]);
  });
});

test('the ledger is on disk before anything is asked for', async () => {
  await using server = await startAwsServer({ world: restoringTo(aWorld()) });
  server.fault({ action: 'RestoreDBInstanceFromDBSnapshot', kind: 'hang' });
  const controller = new AbortController();
  const drilling = drill(server, { signal: controller.signal });
  while (!actions(server).includes('RestoreDBInstanceFromDBSnapshot')) await sleep(2);
  const [name = ''] = await readdir(stateFolder);
  const ledger = JSON.parse(await readFile(join(stateFolder, name), 'utf8')) as {
    things: { id: string }[];
    nonce: string;
  };
  expect(ledger.things[0]?.id).toBe(inputOf(server, 'RestoreDBInstanceFromDBSnapshot')['DBInstanceIdentifier']);
  expect(name).toBe(`drill-${ledger.nonce}.json`);
  controller.abort();
  await drilling;
});

describe('Ctrl-C', () => {
  test.each([
    ['while it is asked for', 'RestoreDBInstanceFromDBSnapshot'],
    ['while it is waited for', 'DescribeDBInstances:2'],
    ['while the password is set', 'ModifyDBInstance'],
  ])('%s: everything is deleted', async (_, point) => {
    const [action = '', count = '1'] = point.split(':');
    await using server = await startAwsServer({ world: restoringTo(aWorld({ restorePolls: 3, deletePolls: 2 })) });
    const controller = new AbortController();
    const drilling = drill(server, { signal: controller.signal });
    while (server.calls.filter((call) => call.action === action).length < Number(count)) await sleep(1);
    controller.abort();
    const facts = await drilling;
    expect(facts.status).toBe('interrupted');
    expectHonest(server, facts, ['shop available']);
    expect(left(server.world)).toEqual([]);
    expect(await readdir(stateFolder)).toEqual([]);
  });

  test('while it is verified: everything is deleted, also where the verification does not listen', async () => {
    await using server = await startAwsServer({ world: restoringTo(aWorld()) });
    const controller = new AbortController();
    const verify = (): Promise<never> => {
      controller.abort();
      return new Promise(() => {});
    };
    const facts = await drill(server, { signal: controller.signal, options: { verify } });
    expect(facts).toMatchObject({ status: 'interrupted' });
    expect(left(server.world)).toEqual([]);
  });

  test('while Aurora’s instance is made: cluster and instance are deleted', async () => {
    await using server = await startAwsServer({ world: restoringTo(anAuroraWorld({ deletePolls: 2 })) });
    const controller = new AbortController();
    const drilling = drill(server, { signal: controller.signal });
    while (!actions(server).includes('CreateDBInstance')) await sleep(1);
    controller.abort();
    const facts = await drilling;
    expect(facts.status).toBe('interrupted');
    expect(left(server.world)).toEqual([]);
    expectHonest(server, facts, ['orders available', 'orders-1 available']);
  });
});

test('takes no longer than its limit, and then deletes', async () => {
  await using server = await startAwsServer({ world: restoringTo(aWorld({ restorePolls: 1e6 })) });
  const facts = await drill(server, { options: { limitMs: 600 } });
  expect(facts).toMatchObject({ status: 'failed' });
  expect(facts.reason).toContain('time limit');
  expect(left(server.world)).toEqual([]);
});

test('what cannot be deleted is named, stays on the ledger, and nothing has passed', async () => {
  await using server = await startAwsServer({ world: restoringTo(aWorld()) });
  server.fault({ action: 'DeleteDBInstance', kind: 'accessDenied' });
  const facts = await drill(server);
  expect(facts.status).toBe('failed');
  expect(facts.created).toEqual([{ kind: 'instance', id: left(server.world)[0], deleted: false }]);
  expect(facts.reason).toContain('still exists');
  expect(await readdir(stateFolder)).toHaveLength(1);
});

test('one that lost its tag under our hands is not deleted, but named', async () => {
  const world = restoringTo(aWorld());
  await using server = await startAwsServer({ world });
  const verify: DrillOptions['verify'] = () => {
    for (const it of world.instances) if (it.DBInstanceIdentifier !== 'shop') it.TagList = [{ Key: 'a', Value: 'b' }];
    return Promise.resolve([{ what: 'all', ok: true, detail: '' }]);
  };
  const facts = await drill(server, { options: { verify } });
  expect(facts).toMatchObject({ status: 'failed', created: [{ deleted: false }] });
  expect(actions(server)).not.toContain('DeleteDBInstance');
});

describe('every fault on every call', () => {
  const calls = [
    'DescribeDBInstances',
    'DescribeDBClusters',
    'RestoreDBClusterFromSnapshot',
    'CreateDBInstance',
    'ModifyDBCluster',
    'DeleteDBInstance',
    'DeleteDBCluster',
  ];
  test.concurrent.each(
    calls.flatMap((action) =>
      ALL_FAULTS.flatMap((kind) => [
        { action, kind, times: 1, after: 1 },
        { action, kind, times: Number.POSITIVE_INFINITY, after: 1 },
        { action, kind, times: Number.POSITIVE_INFINITY, after: 0 },
      ]),
    ),
  )('$kind on $action after $after, $times times', async ({ action, kind, times, after }) => {
    await using server = await startAwsServer({
      world: restoringTo(anAuroraWorld({ restorePolls: 1, deletePolls: 1 })),
    });
    server.fault({ action, kind, after, ...(Number.isFinite(times) && { times }) });
    const isOnce = Number.isFinite(times);
    const limits = isOnce ? { limitMs: 30_000, deleteLimitMs: 20_000 } : { limitMs: 1_500, deleteLimitMs: 600 };
    const folder = await mkdtemp(join(stateFolders, 'state-'));
    const facts = await drill(server, { options: { stateFolder: folder, ...limits } });
    expect(facts.totalMs).toBeLessThan(limits.limitMs + 2 * limits.deleteLimitMs + 20_000);
    expect(facts.status === 'passed' || !isOnce || !mayPass(kind), facts.reason).toBe(true);
    expectHonest(server, facts, ['orders available', 'orders-1 available', 'orders-2 available']);
    const isClean = left(server.world).length === 0 && facts.created.every(({ deleted }) => deleted);
    expect(facts.status !== 'passed' || isClean).toBe(true);
  });
});

test.each([
  ['a session of ours', false],
  ['a read-only session as to production', true],
])('verifying finds what amcheck finds, and estimates what takes too long to count: %s', async (_, isReadOnly) => {
  const target = await createDatabase(postgres, `verify ${isReadOnly}`);
  const { connectionString } = target;
  const open = (): Promise<Database> =>
    isReadOnly
      ? connectProduction({ ...target, tls: { mode: 'off' } }, { applicationName: 'pgrehearse drill' })
      : connect(connectionString, { applicationName: 'pgrehearse test' });
  await using database = await connect(connectionString, { applicationName: 'pgrehearse test' });
  await database.script(`
    create schema "My shop"; create table "My shop"."Big one" (id int primary key, t text);
    insert into "My shop"."Big one" select i, i::text from generate_series(1, 50000) i;
    create index on "My shop"."Big one" (t); analyze "My shop"."Big one"`);
  const expected = { serverMajor: postgres.major, amcheckLimitMs: 60_000, countLimitMs: 60_000 };
  const big = { relation: '"My shop"."Big one"', atLeast: 50_000 };
  await using session = await open();
  expect(await verifyRestored(session, { ...expected, tables: [big, { ...big, isLarge: true }] }, never)).toEqual([
    { what: 'server major', ok: true, detail: `PostgreSQL ${postgres.major}` },
    { what: 'rows of "My shop"."Big one"', ok: true, detail: '50000 rows' },
    { what: 'rows of "My shop"."Big one"', ok: true, detail: 'about 50000 rows (estimated)' },
    { what: 'amcheck', ok: true, detail: expect.stringMatching(/^\d+ indexes checked$/) },
  ]);

  await using other = await connect(connectionString, { applicationName: 'pgrehearse test' });
  await other.script('begin; lock table "My shop"."Big one" in access exclusive mode');
  const slow = verifyRestored(session, { ...expected, amcheckLimitMs: 300, countLimitMs: 300, tables: [] }, never);
  const [, amcheck] = await slow;
  expect(amcheck).toMatchObject({ what: 'amcheck' });
  expect(amcheck?.detail).toContain('then time was up');
  await other.script('rollback');

  // An index that says nothing of rows that are there.
  await database.script(`
    set allow_system_table_mods = on;
    create table public.bad (id int, t text collate "C"); create index bad_t on public.bad (t);
    insert into public.bad select i, chr(65 + i % 26) || i from generate_series(1, 5000) i`);
  await database.script(
    `update pg_catalog.pg_index set indcollation = (select oid::text from pg_collation where collname = 'ucs_basic' limit 1)::oidvector,
       indoption = '3' where indexrelid = 'public.bad_t'::regclass`,
  );
  await using fresh = await open();
  const found = await verifyRestored(fresh, { ...expected, tables: [] }, never);
  expect(found.at(-1)).toMatchObject({ what: 'amcheck', ok: false });
  expect(found.at(-1)?.detail).toContain('bad_t');
});

test('verifying compares the schema object by object', async () => {
  await using database = await connect(postgres.target('shop').connectionString, {
    applicationName: 'pgrehearse test',
  });
  const expected = {
    sha256: 'a',
    objects: { 'table public.users': '1', 'table public.gone': '2', 'view public.v': '3' },
  };
  const read = (): Promise<{ sha256: string; objects: Record<string, string> }> =>
    Promise.resolve({
      sha256: 'b',
      objects: { 'table public.users': 'X', 'table public.new': '9', 'view public.v': '3' },
    });
  const [, schema] = await verifyRestored(
    database,
    { serverMajor: postgres.major, tables: [], schema: { expected, read } },
    never,
  );
  expect(schema).toEqual({
    what: 'schema',
    ok: false,
    detail:
      'differs from what is expected: table public.gone is missing, table public.new is new, table public.users is different',
  });
});
