import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { connect } from '../../../src/postgres/connect.ts';
import { quoteLiteral } from '../../../src/postgres/identifiers.ts';
import type { EphemeralServer, RdsServerSpec, ServerNews, ServerSpec } from '../../../src/server/provider.ts';
import { rdsServer } from '../../../src/server/rds/rds-server.ts';
import { isPgrehearseError, type PgrehearseError } from '../../../src/support/errors.ts';
import type { FaultKind } from '../../helpers/aws-server/faults.ts';
import { startAwsServer, type AwsServer } from '../../helpers/aws-server/index.ts';
import { aWorld, anAuroraWorld } from '../../helpers/aws-server/world/a-world.ts';
import type { World } from '../../helpers/aws-server/world/world.ts';
import { ALL_FAULTS, mayPass } from '../../helpers/aws-writing.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';

/** One server stands for everything that is restored here: what is looked at is how a start ends, not what is in it. */
let postgres: EphemeralServer;
let folders: string;
let stateFolder: string;
let aws: AwsServer | undefined;
beforeAll(async () => {
  folders = await mkdtemp(join(tmpdir(), 'pgrehearse-test-rds-start-'));
  postgres = await startTestServer();
  await createDatabase(postgres, 'shop');
  await sql('create role master login createrole createdb; alter database shop owner to master');
});
afterAll(async () => {
  await postgres[Symbol.asyncDispose]();
  await rm(folders, { recursive: true });
});
beforeEach(async () => {
  stateFolder = await mkdtemp(join(folders, 'state-'));
});
afterEach(async () => {
  await aws?.[Symbol.asyncDispose]();
  aws = undefined;
});

async function sql(text: string): Promise<void> {
  await using session = await connect(postgres.target('postgres').connectionString, { applicationName: 'AWS' });
  await session.script(text);
}

async function serve(world: World): Promise<AwsServer> {
  const { host, port } = postgres.target('shop');
  for (const it of [...world.instances, ...world.clusters, ...world.snapshots, ...world.clusterSnapshots])
    Object.assign(it, { MasterUsername: 'master', EngineVersion: postgres.version });
  world.onRestore ??= () => Promise.resolve({ address: host, port });
  world.onModify = (_, { MasterUserPassword: password }) =>
    typeof password === 'string' ? sql(`alter role master password ${quoteLiteral(password)}`) : Promise.resolve();
  aws = await startAwsServer({ world });
  return aws;
}

const specOf = (server: AwsServer, change: Partial<RdsServerSpec> = {}): ServerSpec => ({
  settings: {},
  projectFolder: folders,
  rds: {
    identifier: server.world.clusters.length > 0 ? 'orders' : 'shop',
    database: 'shop',
    maxHours: 0.1,
    pollSeconds: 0.01,
    patienceSeconds: 2,
    allowCustomEndpoint: true,
    production: [],
    stateFolder,
    env: server.env,
    ...change,
  },
});

const never = new AbortController().signal;

async function failureOf(spec: ServerSpec, signal = never): Promise<PgrehearseError> {
  const started = await rdsServer.start(spec, signal).then(
    async (server) => {
      await server[Symbol.asyncDispose]();
      return server;
    },
    (error: unknown) => error,
  );
  if (isPgrehearseError(started)) return started;
  throw new Error('It started.', { cause: started });
}

const left = ({ world }: AwsServer): readonly string[] =>
  [
    ...world.instances.map(({ DBInstanceIdentifier: id = '' }) => id),
    ...world.clusters.map(({ DBClusterIdentifier: id = '' }) => id),
  ].filter((id) => id.startsWith('pgrehearse-'));

const writes = ({ calls }: AwsServer): readonly string[] =>
  calls.map(({ action }) => action).filter((action) => !/^(?:Describe|Get|List)/.test(action));

describe('what cannot be rehearsed is said before anything is made', () => {
  const noSnapshots = (): World => aWorld({ snapshots: [] });
  const keyIs = (state: 'PendingDeletion' | 'Disabled'): World => {
    const world = aWorld();
    for (const key of world.keys) key.KeyState = state;
    return world;
  };

  test.each<[string, World, Partial<RdsServerSpec>, string, RegExp, RegExp]>([
    [
      'another name',
      aWorld(),
      { identifier: 'shopp' },
      'CONFIG_INVALID',
      /no instance or cluster shopp in eu-west-1/,
      /Did you mean shop\?/,
    ],
    [
      'a name that is like none',
      aWorld(),
      { identifier: 'warehouse' },
      'CONFIG_INVALID',
      /warehouse/,
      /there are: shop/,
    ],
    ['no snapshot', noSnapshots(), {}, 'BACKUP_NOT_FOUND', /no usable snapshot of shop/, /latest-time/],
    [
      'another snapshot',
      aWorld(),
      { from: 'shop-before-releas' },
      'BACKUP_NOT_FOUND',
      /no snapshot shop-before-releas/,
      /Did you mean shop-before-release\?/,
    ],
    [
      'a key that is gone',
      keyIs('PendingDeletion'),
      {},
      'BACKUP_UNREADABLE',
      /key of snapshot .* is PendingDeletion/,
      /key/,
    ],
    ['a key that is off', keyIs('Disabled'), {}, 'BACKUP_UNREADABLE', /is Disabled/, /Enable/],
    [
      'a clone of no cluster',
      aWorld(),
      { from: 'clone' },
      'CONFIG_INVALID',
      /shop is no Aurora cluster/,
      /latest-snapshot/,
    ],
    [
      'another engine',
      aWorld({ instances: aWorld().instances.map((one) => ({ ...one, Engine: 'mysql' })) }),
      {},
      'CONFIG_INVALID',
      /mysql, not PostgreSQL/,
      /identifier/,
    ],
    [
      'an endpoint that is not AWS',
      aWorld(),
      { allowCustomEndpoint: false },
      'AWS_UNAVAILABLE',
      /which is not AWS/,
      /allow-custom-endpoint/,
    ],
    [
      'no backups at all',
      aWorld({ instances: aWorld().instances.map(({ LatestRestorableTime: _none, ...one }) => one) }),
      { from: 'latest-time' },
      'BACKUP_NOT_FOUND',
      /no latest restorable time/,
      /automated backups/,
    ],
  ])('%s', async (_, world, change, code, message, hint) => {
    const server = await serve(world);
    const failure = await failureOf(specOf(server, change));
    expect(failure).toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(hint) as string,
    });
    expect(writes(server)).toEqual([]);
    expect(await readdir(stateFolder)).toEqual([]);
  });

  test('a permission that is missing is named', async () => {
    const server = await serve(aWorld());
    server.fault({ action: 'DescribeDBSnapshots', kind: 'accessDenied' });
    expect(await failureOf(specOf(server))).toMatchObject({
      code: 'AWS_UNAVAILABLE',
      message: expect.stringContaining('rds:DescribeDBSnapshots') as string,
      hint: expect.stringContaining('Allow rds:DescribeDBSnapshots') as string,
    });
  });

  test('no credentials', async () => {
    const server = await serve(aWorld());
    const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...env } = server.env;
    expect(await failureOf(specOf(server, { env }))).toMatchObject({ code: 'AWS_UNAVAILABLE' });
  });
});

describe('what AWS refuses is explained, and nothing stays', () => {
  test('a quota that is used up', async () => {
    const world = aWorld();
    for (const quota of world.quotas) quota.Used = quota.Max;
    const server = await serve(world);
    const failure = await failureOf(specOf(server));
    expect(failure).toMatchObject({ code: 'SERVER_UNAVAILABLE', hint: expect.stringContaining('quota') as string });
    expect(failure.message).toContain('InstanceQuotaExceeded');
    expect(await readdir(stateFolder)).toEqual([]);
  });

  test('a restore that fails', async () => {
    const server = await serve(aWorld({ nextRestoreFails: true }));
    expect((await failureOf(specOf(server))).message).toContain('incompatible-restore');
    expect(left(server)).toEqual([]);
  });

  test('an action that is not allowed is named with the whole policy', async () => {
    const server = await serve(aWorld());
    server.fault({ action: 'RestoreDBInstanceFromDBSnapshot', kind: 'accessDenied' });
    const failure = await failureOf(specOf(server));
    expect(failure.message).toContain('rds:RestoreDBInstanceFromDBSnapshot');
    expect(failure.hint).toContain('--print-iam-policy drill');
    expect(left(server)).toEqual([]);
  });

  test('another database than there is', async () => {
    const server = await serve(aWorld());
    expect(await failureOf(specOf(server, { database: 'shopp' }))).toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringMatching(/one of: .*shop/) as string,
    });
    expect(left(server)).toEqual([]);
  });

  test('a time that is too short', async () => {
    const server = await serve(aWorld({ restorePolls: 100_000 }));
    const failure = await failureOf(specOf(server, { maxHours: 1 / 3_600 }));
    expect(failure).toMatchObject({ code: 'SERVER_UNAVAILABLE', hint: expect.stringContaining('maxHours') as string });
    expect(left(server)).toEqual([]);
  });
});

describe('production is never entered', () => {
  test('an address of the source', async () => {
    const world = aWorld();
    const { host, port } = postgres.target('shop');
    for (const instance of world.instances) instance.Endpoint = { Address: host, Port: port };
    const server = await serve(world);
    expect(await failureOf(specOf(server))).toMatchObject({ code: 'SERVER_REFUSED' });
    expect(writes(server).filter((action) => action.startsWith('Modify'))).toEqual([]);
    expect(left(server)).toEqual([]);
  });

  test('the host of preflight.url, also under another name', async () => {
    const server = await serve(aWorld());
    const { port } = postgres.target('shop');
    const failure = await failureOf(specOf(server, { production: [`localhost:${port}`] }));
    expect(failure).toMatchObject({ code: 'SERVER_REFUSED' });
    expect(writes(server).filter((action) => action.startsWith('Modify'))).toEqual([]);
    expect(left(server)).toEqual([]);
  });

  test.each([
    ['without our tag', [{ Key: 'env', Value: 'production' }]],
    ['with the tag of another run', [{ Key: 'pgrehearse:nonce', Value: 'f'.repeat(32) }]],
  ])('one of our name %s is neither entered nor deleted', async (_, TagList) => {
    const world = aWorld({ restorePolls: 20 });
    const server = await serve(world);
    world.onRestore = ({ identifier }) => {
      setTimeout(() => {
        for (const one of world.instances) if (one.DBInstanceIdentifier === identifier) one.TagList = TagList;
      }, 20);
      const { host, port } = postgres.target('shop');
      return Promise.resolve({ address: host, port });
    };
    const failure = await failureOf(specOf(server));
    expect(failure.code).toBe('SERVER_NOT_REMOVED');
    expect(failure.message).toContain('still exists');
    expect(writes(server)).toEqual(['RestoreDBInstanceFromDBSnapshot']);
  });
});

const CALLS: Readonly<Record<string, readonly string[]>> = {
  instance: [
    'DescribeDBInstances',
    'DescribeDBSnapshots',
    'RestoreDBInstanceFromDBSnapshot',
    'ModifyDBInstance',
    'DeleteDBInstance',
  ],
  cluster: [
    'DescribeDBClusters',
    'RestoreDBClusterFromSnapshot',
    'CreateDBInstance',
    'ModifyDBCluster',
    'DeleteDBCluster',
  ],
};

/** For ever only where the limit of a start ends it: deleting has one of its own, which is long. */
const timesOf = (fault: FaultKind, action: string): readonly number[] => {
  if (fault === 'accessDenied') return [1, Infinity];
  return ['lostResponse', 'hang'].includes(fault) && !/^(?:Describe|Delete)/.test(action) ? [1, Infinity] : [1];
};

/** A question of the beginning that hangs has used up its time, and an answer that is none is one; later ones are asked again. */
const mustWork = (fault: FaultKind, action: string, times: number): boolean =>
  times === 1 &&
  mayPass(fault) &&
  !(action.startsWith('Describe') && ['hang', 'neverEnds', 'malformed'].includes(fault));

const cases = Object.entries(CALLS).flatMap(([kind, actions]) =>
  actions.flatMap((action) =>
    ALL_FAULTS.flatMap((fault) => timesOf(fault, action).map((times) => [kind, fault, action, times] as const)),
  ),
);

test.each(cases)(
  '%s: %s on %s, %d times: a server that works, or a reason; nothing stays unnamed',
  async (kind, fault, action, times) => {
    const server = await serve(kind === 'cluster' ? anAuroraWorld() : aWorld());
    const isAtOnce = /^(?:Describe)/.test(action);
    server.fault({ action, kind: fault, times, ...(isAtOnce && times !== 1 && { after: 1 }) });
    const said: ServerNews[] = [];
    const outcome = await rdsServer
      .start(specOf(server, { maxHours: 20 / 3_600 }), AbortSignal.timeout(60_000), (news) => said.push(news))
      .then(async (started) => {
        await using session = await connect(started.target('shop').connectionString, { applicationName: 'test' });
        await session.query('select 1');
        await session[Symbol.asyncDispose]();
        return started[Symbol.asyncDispose]().then(() => 'worked' as const);
      })
      .catch((error: unknown) => error);
    if (outcome !== 'worked' && !isPgrehearseError(outcome)) throw outcome;
    expect(outcome === 'worked' || !mustWork(fault, action, times), String(outcome)).toBe(true);
    const text = outcome === 'worked' ? '' : `${outcome.message} ${outcome.hint}`;
    expect(left(server).filter((id) => !text.includes(id))).toEqual([]);
    for (const id of left(server)) expect(text).toContain(`identifier ${id} --skip-final-snapshot`);
    // What stays is on the ledger, and what is gone is not.
    expect((await readdir(stateFolder)).length).toBe(left(server).length > 0 ? 1 : 0);
  },
);

test('examine says what is there, and makes nothing', async () => {
  const server = await serve(aWorld());
  const found = await rdsServer.examine?.(specOf(server), never);
  expect(found?.map(({ name, state }) => [name, state])).toEqual([
    ['AWS SDK', 'found'],
    ['AWS credentials', 'found'],
    ['RDS shop', 'found'],
    ['server.rds.from: latest-snapshot', 'found'],
  ]);
  const lacking = await rdsServer.examine?.(specOf(server, { identifier: 'shopp', allowCustomEndpoint: false }), never);
  expect(lacking?.find(({ state }) => state === 'missing')).toMatchObject({
    name: 'RDS shopp',
    mend: 'Did you mean shop?',
  });
  expect(writes(server)).toEqual([]);
});
