import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { aWorld, anAuroraWorld } from '../../helpers/aws-server/world/a-world.ts';
import { aMultiAzCluster, membersOf } from '../../helpers/aws-server/world/clusters.ts';
import { aClusterSnapshot } from '../../helpers/aws-server/world/snapshots.ts';
import type { World } from '../../helpers/aws-server/world/world.ts';
import { aProject, type ProjectParts } from '../../helpers/project.ts';
import { anRdsRig, RDS_SEED, type RdsRig } from '../../helpers/rds-rig.ts';
import { findingLines, rehearseFolder, type Rehearsed } from '../../helpers/rehearse-folder.ts';

/** One that is well, ones that lose data in several ways, and one after which the database has to be built anew. */
const MIGRATIONS: ProjectParts['migrations'] = {
  '1_city': ['alter table customers add column city text', 'alter table customers drop column city'],
  '2_lower': ['update customers set email = lower(email)', 'select 1'],
  '3_drop_phone': ['alter table customers drop column phone', 'alter table customers add column phone text'],
  '4_few_orders': [
    'delete from orders where id > 40',
    'insert into orders select n, 1, n from generate_series(41, 45) n',
  ],
  '5_log': ['create table if not exists log (line int); insert into log values (1)', 'select 1'],
};

let folder: string;
let dump: string;
let local: Rehearsed;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pgrehearse-test-rds-'));
  dump = join(folder, 'production.dump.sql');
  writeFileSync(dump, RDS_SEED);
  using project = aProject({ seed: RDS_SEED, migrations: MIGRATIONS });
  local = await rehearseFolder(project.folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

let rig: RdsRig | undefined;
afterEach(async () => {
  await rig?.[Symbol.asyncDispose]();
  rig = undefined;
});

const ROLES = 'create role shop login';

const config = (identifier: string, more = ''): string => `
server:
  provider: rds
  rds: { identifier: ${identifier}, database: shop, pollSeconds: 0.02, patienceSeconds: 20, allowCustomEndpoint: true, maxHours: 1${more} }
backup: { maxAgeHours: 26 }
migrations: { tool: sql }
`;

async function rehearse(world: World, identifier: string, more = ''): Promise<Rehearsed> {
  rig = await anRdsRig({ world, roles: ROLES, dump });
  using project = aProject({ migrations: MIGRATIONS, config: config(identifier, more) });
  return await rehearseFolder(project.folder, { env: { ...rig.env } });
}

const inputsOf = (action: string): readonly Record<string, unknown>[] =>
  rig?.aws.calls.filter((call) => call.action === action).map(({ input }) => input) ?? [];

function aMultiAzWorld(): World {
  const cluster = aMultiAzCluster();
  const { DbClusterResourceId, Engine, ClusterCreateTime } = cluster;
  const snapshot = aClusterSnapshot({
    ...(DbClusterResourceId !== undefined && { DbClusterResourceId }),
    ...(Engine !== undefined && { Engine }),
    ...(ClusterCreateTime && { ClusterCreateTime }),
    DBClusterIdentifier: 'ledger',
  });
  return aWorld({ instances: membersOf(cluster), clusters: [cluster], snapshots: [], clusterSnapshots: [snapshot] });
}

test.each<[what: string, format: string, world: () => World, identifier: string, more: string]>([
  ['the newest snapshot of an instance', 'snapshot', aWorld, 'shop', ''],
  ['an instance at its latest time', 'point-in-time', aWorld, 'shop', ', from: latest-time'],
  ['the newest snapshot of an Aurora cluster', 'snapshot', anAuroraWorld, 'orders', ''],
  ['a clone of an Aurora cluster', 'clone', anAuroraWorld, 'orders-1', ', from: clone'],
  ['a snapshot of a Multi-AZ cluster', 'snapshot', aMultiAzWorld, 'ledger', ''],
])(
  '%s: what is found is what the local provider finds in a dump of the same',
  async (_, format, world, identifier, more) => {
    const { verdict, recording } = await rehearse(world(), identifier, more);
    expect(findingLines(verdict)).toEqual(findingLines(local.verdict));
    expect(findingLines(verdict)).toContain('down-loses-data 4_few_orders');
    expect(verdict.notJudged).toEqual(local.verdict.notJudged);
    expect(recording.steps.map(({ status }) => status)).toEqual(local.recording.steps.map(({ status }) => status));
    expect(recording.steps.some(({ rebuilt }) => rebuilt !== undefined)).toBe(true);
    expect(recording.backup).toMatchObject({
      format,
      rows: local.recording.backup.rows,
      serverMajor: recording.server.major,
    });
    expect(Date.parse(recording.backup.createdAt ?? '')).toBeLessThanOrEqual(Date.now());
    // As its owner and with its rights, which are not a superuser's.
    expect(recording.server).toMatchObject({ provider: 'rds', migrationRole: 'shop' });
    expect(recording.observerFailures.map(({ observer }) => observer)).toEqual(['statements']);
    expect(rig?.left()).toEqual([]);
    expect(rig?.ledgers()).toEqual([]);
    expect(rig?.running.size).toBe(0);
  },
);

test('a second restore is of the same moment, though there is a later one by then', async () => {
  const world = aWorld();
  const moments = [new Date(Date.now() - 600_000), new Date(Date.now() - 300_000), new Date(Date.now() - 60_000)];
  rig = await anRdsRig({ world, roles: ROLES, dump });
  const { onRestore } = world;
  const latest = (): void => {
    const [moment = new Date()] = moments.splice(0, 1);
    for (const instance of world.instances) instance.LatestRestorableTime = moment;
  };
  latest();
  const [first] = world.instances.map(({ LatestRestorableTime }) => LatestRestorableTime);
  world.onRestore = (restored) => {
    latest();
    return onRestore?.(restored) ?? Promise.resolve(undefined);
  };
  using project = aProject({ migrations: MIGRATIONS, config: config('shop', ', from: latest-time') });
  const { recording } = await rehearseFolder(project.folder, { env: { ...rig.env } });
  const restored = inputsOf('RestoreDBInstanceToPointInTime').map(({ RestoreTime }) =>
    new Date(String(RestoreTime)).getTime(),
  );
  expect(restored.length).toBeGreaterThan(1);
  expect(new Set(restored).size).toBe(1);
  expect(new Date(restored[0] ?? 0).toISOString().slice(0, 19)).toBe(first?.toISOString().slice(0, 19));
  expect(recording.backup.createdAt).toBe(first?.toISOString());
});

test('an old snapshot is stale, as an old dump is', async () => {
  rig = await anRdsRig({ world: aWorld(), roles: ROLES, dump });
  using project = aProject({
    migrations: { '1_city': ['alter table customers add column city text', 'alter table customers drop column city'] },
    config: config('shop', ', from: shop-before-release').replace('maxAgeHours: 26', 'maxAgeHours: 2'),
  });
  const stale = await rehearseFolder(project.folder, { env: { ...rig.env } });
  expect(findingLines(stale.verdict)).toContain('backup-stale -');
});

test('a database called postgres is rehearsed on as well', async () => {
  rig = await anRdsRig({ world: aWorld(), roles: ROLES, dump, database: 'postgres' });
  using project = aProject({
    migrations: { '1_city': ['alter table customers add column city text', 'alter table customers drop column city'] },
    config: config('shop').replace('database: shop', 'database: postgres'),
  });
  const { verdict, recording } = await rehearseFolder(project.folder, { env: { ...rig.env } });
  expect(verdict.outcome).toBe('safe');
  expect(recording.backup).toMatchObject({ tables: 2, rows: 52 });
});

test('what is asked for is safe: not public, no backups, no deletion protection, no tags of production', async () => {
  await rehearse(aWorld(), 'shop', ', from: shop-before-release, instanceClass: db.t4g.large');
  const [asked] = inputsOf('RestoreDBInstanceFromDBSnapshot');
  expect(asked).toMatchObject({
    DBSnapshotIdentifier: 'shop-before-release',
    DBInstanceIdentifier: expect.stringMatching(/^pgrehearse-drill-shop-/) as string,
    DBInstanceClass: 'db.t4g.large',
    DBSubnetGroupName: 'shop-private',
    DBParameterGroupName: 'shop-postgres16',
    VpcSecurityGroupIds: ['sg-0a1b2c3d4e5f60718'],
    PubliclyAccessible: false,
    MultiAZ: false,
    DeletionProtection: false,
    CopyTagsToSnapshot: false,
    BackupRetentionPeriod: 0,
  });
  const tags = (asked?.['Tags'] ?? []) as { Key: string }[];
  expect(tags.map(({ Key }) => Key).toSorted()).toEqual([
    'pgrehearse:created-at',
    'pgrehearse:nonce',
    'pgrehearse:run',
    'pgrehearse:source',
  ]);
  const changed = ['ModifyDBInstance', 'DeleteDBInstance'].flatMap(inputsOf);
  expect(
    changed.map(({ DBInstanceIdentifier: id }) => String(id)).filter((id) => !id.startsWith('pgrehearse-drill-')),
  ).toEqual([]);
});
