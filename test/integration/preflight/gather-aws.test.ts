import { describe, expect, test } from 'vitest';

import { findResource } from '../../../src/preflight/aws/find-resource.ts';
import { gatherAws } from '../../../src/preflight/aws/gather-aws.ts';
import { chooseSnapshot } from '../../../src/preflight/checks/choose-snapshot.ts';
import { PREFLIGHT_CHECKS } from '../../../src/preflight/checks/index.ts';
import type { AwsFacts } from '../../../src/preflight/facts/aws.ts';
import type { Policy, PreflightFacts } from '../../../src/preflight/facts/index.ts';
import { known } from '../../../src/preflight/reading.ts';
import { openTestAws, somePolicy, unknownsOf, valueOf } from '../../helpers/aws-reading.ts';
import { startAwsServer, type AwsServer } from '../../helpers/aws-server/index.ts';
import { anAuroraWorld, aWorld } from '../../helpers/aws-server/world/a-world.ts';
import { aCluster, aMultiAzCluster, membersOf } from '../../helpers/aws-server/world/clusters.ts';
import { ACCOUNT, REGION } from '../../helpers/aws-server/world/constants.ts';
import { anInstance, endpointAddress } from '../../helpers/aws-server/world/instances.ts';
import {
  aClusterSnapshot,
  anAutomatedBackup,
  anAutomatedSnapshot,
  aSnapshot,
} from '../../helpers/aws-server/world/snapshots.ts';
import { someDatabaseFacts } from '../../helpers/database-facts.ts';
import { startDnsServer } from '../../helpers/dns-server.ts';
import { someFacts } from '../../helpers/preflight-facts.ts';

const never = new AbortController().signal;
const SHOP = endpointAddress('shop');
const ORDERS = `orders.cluster-abcdefghijkl.${REGION}.rds.amazonaws.com`;
const ORDERS_READER = `orders.cluster-ro-abcdefghijkl.${REGION}.rds.amazonaws.com`;

async function gather(server: AwsServer, host: string, policy: Partial<Policy> = {}): Promise<AwsFacts> {
  using aws = await openTestAws(server);
  return gatherAws(aws, { host, port: 5432 }, somePolicy(policy), never);
}

const preflight = (server: AwsServer, aws: AwsFacts, policy: Partial<Policy> = {}): PreflightFacts => ({
  ...someFacts({ aws, policy: somePolicy(policy), database: ON_16 }),
  takenAt: server.world.now().toISOString(),
});

/** The databases of the test server's world run 16. */
const { identity } = someDatabaseFacts();
const ON_16 = someDatabaseFacts({ identity: known({ ...valueOf(identity), versionNumber: 160_009 }) });

/** Answers of the checks of AWS that are neither pass nor skipped. */
const complaints = (facts: PreflightFacts): string[] =>
  PREFLIGHT_CHECKS.flatMap((check) =>
    [...check.ask(facts, check.limits)]
      .filter(({ answer }) => answer !== 'pass' && answer !== 'skipped')
      .map(({ answer, message }) => `${check.id}: ${answer}: ${message}`),
  ).filter((line) => AWS_CHECK.test(line));

const AWS_CHECK =
  /^(?:aws-|snapshot-|point-in|automated-|deletion-|backup-|maintenance-|storage-|blue-|export-|secret-|encryption-|local-|burst-|cpu-|modification-)/;

describe('every reading, of a database of which all is well', () => {
  test('an instance', async () => {
    await using server = await startAwsServer();
    const facts = await gather(server, SHOP);
    expect(unknownsOf(facts)).toEqual({});
    expect(valueOf(facts.resource)).toMatchObject({
      kind: 'instance',
      identifier: 'shop',
      engineVersion: '16.9',
      retentionDays: 7,
      allocatedGib: 100,
      encryptionType: 'sse-kms',
    });
    expect(
      valueOf(facts.snapshots)
        .map(({ type }) => type)
        .toSorted(),
    ).toEqual(['automated', 'manual']);
    expect(valueOf(facts.automatedBackups)).toMatchObject([{ status: 'active', region: REGION }]);
    expect(valueOf(facts.identity).account).toBe(ACCOUNT);
    expect(valueOf(facts.sharing)).toEqual({ 'shop-before-release': [] });
    expect(valueOf(facts.keys)).toMatchObject([{ state: 'Enabled' }]);
    expect(valueOf(facts.metrics)['FreeStorageSpace']?.value).toBeGreaterThan(0);
    expect(Math.abs(valueOf(facts.clockOffsetMs))).toBeLessThan(2_000);
    expect(facts).toMatchObject({ isAwsEndpoint: false, customEndpoints: [server.url.slice('http://'.length)] });
    expect(complaints(preflight(server, facts))).toEqual([
      `aws-account-differs: warn: The account is ${ACCOUNT}; no account is expected in the config.`,
      `aws-endpoint-custom: warn: NOT AWS: requests go to ${facts.endpoint}, as was allowed.`,
    ]);
  });

  test.each([
    [ORDERS, 'writer'],
    [ORDERS_READER, 'reader'],
  ])('an Aurora cluster by %s', async (host, endpoint) => {
    await using server = await startAwsServer({ world: anAuroraWorld() });
    const facts = await gather(server, host);
    expect(unknownsOf(facts)).toEqual({});
    expect(valueOf(facts.host).matches).toMatchObject([{ kind: 'aurora-cluster', identifier: 'orders', endpoint }]);
    const resource = valueOf(facts.resource);
    expect(resource.members.map(({ isWriter, status }) => [isWriter, status])).toEqual([
      [true, 'available'],
      [false, 'available'],
    ]);
    expect(resource).not.toHaveProperty('allocatedGib');
    expect(resource).toHaveProperty('earliestRestorableAt');
    expect(valueOf(facts.snapshots)).toHaveLength(2);
    const found = complaints(preflight(server, facts)).filter((line) => line.startsWith('aws-endpoint-not-writer'));
    expect(found).toHaveLength(endpoint === 'reader' ? 1 : 0);
  });

  test('a Multi-AZ cluster, by the endpoint of one of its members', async () => {
    const cluster = aMultiAzCluster();
    const instances = membersOf(cluster);
    const world = aWorld({
      clusters: [cluster],
      instances,
      snapshots: [],
      clusterSnapshots: [
        aClusterSnapshot({
          DbClusterResourceId: cluster.DbClusterResourceId,
          ClusterCreateTime: cluster.ClusterCreateTime,
          Engine: 'postgres',
          SnapshotType: 'awsbackup',
          AllocatedStorage: 100,
        }),
      ],
    });
    await using server = await startAwsServer({ world });
    const facts = await gather(server, instances[1]?.Endpoint?.Address ?? '');
    expect(valueOf(facts.host).matches).toMatchObject([
      { kind: 'multi-az-cluster', identifier: 'ledger', member: instances[1]?.DBInstanceIdentifier },
    ]);
    expect(valueOf(facts.resource)).toMatchObject({ kind: 'multi-az-cluster', engine: 'postgres' });
    // AWS Backup's are only told when asked for.
    expect(valueOf(facts.snapshots)).toMatchObject([{ type: 'awsbackup' }]);
    const found = complaints(preflight(server, facts)).filter((line) => line.startsWith('aws-endpoint-not-writer'));
    expect(found).toEqual([expect.stringContaining('fail: The endpoint is that of')]);
  });
});

describe('from the host to the database', () => {
  test('a deleted predecessor with the same name has snapshots that do not count', async () => {
    const predecessor = { DbiResourceId: 'db-GONE', InstanceCreateTime: new Date('2025-01-01T00:00:00Z') };
    const world = aWorld({ snapshots: [aSnapshot(predecessor), anAutomatedSnapshot(predecessor)] });
    await using server = await startAwsServer({ world });
    const facts = await gather(server, SHOP);
    expect(valueOf(facts.snapshots)).toEqual([]);
    expect(valueOf(chooseSnapshot(preflight(server, facts)))).toBeUndefined();
    expect(complaints(preflight(server, facts))).toContainEqual(expect.stringMatching(/^snapshot-missing: fail/));
  });

  test('CNAMEs are followed to the first name of RDS', async () => {
    await using server = await startAwsServer();
    await using dns = await startDnsServer({ 'db.shop.example': 'live.shop.example', 'live.shop.example': SHOP });
    using aws = await openTestAws(server);
    const found = await findResource(aws, 'DB.shop.example', never, dns.resolver);
    expect(valueOf(found.match)).toMatchObject({
      names: ['db.shop.example', 'live.shop.example', SHOP],
      region: REGION,
      matches: [{ identifier: 'shop', endpoint: 'instance' }],
    });
    expect(dns.asked).toEqual(['db.shop.example', 'live.shop.example']);
  });

  test('names that lead in a circle, or nowhere, are no match: that fails', async () => {
    await using server = await startAwsServer();
    await using dns = await startDnsServer({ 'a.example': 'b.example', 'b.example': 'a.example' });
    using aws = await openTestAws(server);
    for (const host of ['a.example', 'nowhere.example', '127.0.0.1', 'localhost']) {
      const facts = await gatherAws(aws, { host, port: 5432 }, somePolicy(), never, dns.resolver);
      expect(valueOf(facts.host).matches).toEqual([]);
      expect(facts.resource).toMatchObject({ unknown: expect.stringContaining('is no endpoint of') });
      expect(complaints(preflight(server, facts))).toContainEqual(
        expect.stringMatching(/^aws-database-not-found: fail/),
      );
    }
  });

  test('a look-alike name is not enough', async () => {
    await using server = await startAwsServer({
      world: aWorld({ instances: [anInstance({ DBInstanceIdentifier: 'shop-2' })] }),
    });
    const facts = await gather(server, SHOP);
    expect(valueOf(facts.host).matches).toEqual([]);
  });

  test('a database of another engine is not one of ours', async () => {
    await using server = await startAwsServer({ world: aWorld({ instances: [anInstance({ Engine: 'mysql' })] }) });
    const facts = await gather(server, SHOP);
    expect(facts.resource).toEqual({ unknown: 'shop is mysql, not PostgreSQL' });
  });

  test('a custom endpoint of Aurora', async () => {
    const custom = `reports.cluster-custom-abcdefghijkl.${REGION}.rds.amazonaws.com`;
    const world = anAuroraWorld({
      clusterEndpoints: [
        { DBClusterIdentifier: 'orders', Endpoint: custom, EndpointType: 'CUSTOM', CustomEndpointType: 'ANY' },
      ],
    });
    await using server = await startAwsServer({ world });
    const facts = await gather(server, custom);
    expect(valueOf(facts.host).matches).toMatchObject([{ identifier: 'orders', endpoint: 'custom' }]);
  });

  test.each([
    ['the proxy of an instance', aWorld(), 'shop', { Type: 'RDS_INSTANCE', RdsResourceId: 'shop' }],
    [
      'the proxy of a cluster',
      anAuroraWorld(),
      'orders',
      { Type: 'TRACKED_CLUSTER', RdsResourceId: 'orders', TrackedClusterId: 'orders' },
    ],
  ] as const)('%s leads to the database behind', async (_, world, identifier, target) => {
    const host = `pool.proxy-abcdefghijkl.${REGION}.rds.amazonaws.com`;
    const readOnly = `pool-ro.endpoint.proxy-abcdefghijkl.${REGION}.rds.amazonaws.com`;
    world.proxies = [
      { DBProxyName: 'pool', DBProxyArn: 'arn:p', Endpoint: host, Status: 'available', EngineFamily: 'POSTGRESQL' },
    ];
    world.proxyEndpoints = [
      {
        DBProxyEndpointName: 'pool-ro',
        DBProxyName: 'pool',
        Endpoint: readOnly,
        TargetRole: 'READ_ONLY',
        Status: 'available',
      },
    ];
    world.proxyTargets = { pool: [target] };
    await using server = await startAwsServer({ world });
    expect(valueOf((await gather(server, host)).host).matches).toMatchObject([{ identifier, endpoint: 'proxy' }]);
    expect(valueOf((await gather(server, readOnly)).host).matches).toMatchObject([{ identifier, endpoint: 'reader' }]);
  });
});

describe('what is special', () => {
  test('copies of automated backups are looked for in the region that the policy names', async () => {
    const arn = `arn:aws:rds:eu-central-1:${ACCOUNT}:auto-backup:ab-copy`;
    const world = aWorld({
      instances: [anInstance({ DBInstanceAutomatedBackupsReplications: [{ DBInstanceAutomatedBackupsArn: arn }] })],
    });
    world
      .in('eu-central-1')
      .automatedBackups.push(anAutomatedBackup({ DBInstanceAutomatedBackupsArn: arn, Region: REGION }));
    await using server = await startAwsServer({ world });
    const facts = await gather(server, SHOP, { backupRegion: 'eu-central-1' });
    expect(valueOf(facts.replicatedBackups)).toMatchObject([{ arn, region: 'eu-central-1' }]);
    expect(server.calls.filter(({ region }) => region === 'eu-central-1')).toHaveLength(1);
    const none = await gather(server, SHOP, { backupRegion: 'us-east-1' });
    expect(valueOf(none.replicatedBackups)).toEqual([]);
  });

  test('a copied snapshot of a cluster has no known age', async () => {
    const copy = aClusterSnapshot({ SourceDBClusterSnapshotArn: 'arn:aws:rds:eu-west-1:1:cluster-snapshot:old' });
    await using server = await startAwsServer({ world: anAuroraWorld({ clusterSnapshots: [copy] }) });
    const facts = await gather(server, ORDERS);
    expect(valueOf(facts.snapshots)[0]).not.toHaveProperty('dataTime');
    expect(complaints(preflight(server, facts))).toContainEqual(expect.stringMatching(/^snapshot-stale: unknown/));
  });

  test('a copy of an instance’s snapshot keeps the time of its data', async () => {
    const old = new Date(Date.now() - 72 * 3_600_000);
    const copy = aSnapshot({
      SnapshotDatabaseTime: old,
      OriginalSnapshotCreateTime: old,
      SnapshotCreateTime: new Date(),
    });
    await using server = await startAwsServer({ world: aWorld({ snapshots: [copy] }) });
    const facts = await gather(server, SHOP);
    expect(valueOf(facts.snapshots)).toMatchObject([{ isCopy: true, dataTime: old.toISOString() }]);
    expect(complaints(preflight(server, facts))).toContainEqual(expect.stringMatching(/^snapshot-stale: fail/));
  });

  test('the secondary of a global database is a replica', async () => {
    const arn = `arn:aws:rds:us-east-1:${ACCOUNT}:cluster:orders`;
    const cluster = aCluster({ GlobalClusterIdentifier: 'world' });
    const world = anAuroraWorld({
      clusters: [cluster],
      globalClusters: [
        { GlobalClusterIdentifier: 'world', GlobalClusterMembers: [{ DBClusterArn: arn, IsWriter: true }] },
      ],
    });
    await using server = await startAwsServer({ world });
    const facts = await gather(server, ORDERS);
    expect(valueOf(facts.globalPrimary)).toBe(arn);
    expect(complaints(preflight(server, facts))).toContainEqual(
      expect.stringMatching(/^aws-database-is-replica: fail/),
    );
  });

  test('a key that is gone is an answer, and a bad one', async () => {
    await using server = await startAwsServer({ world: aWorld({ keys: [] }) });
    const facts = await gather(server, SHOP);
    expect(valueOf(facts.keys)).toMatchObject([{ state: 'NotFound' }]);
  });

  test('events, maintenance, blue/green and exports of this database only', async () => {
    const arn = `arn:aws:rds:${REGION}:${ACCOUNT}:db:shop`;
    const details = [{ Action: 'os-upgrade', CurrentApplyDate: new Date(Date.now() + 60_000) }];
    const at = new Date(Date.now() - 3_600_000);
    const event = { SourceType: 'db-instance' as const, Date: at, EventCategories: ['failure'], Message: 'It failed.' };
    const world = aWorld({
      maintenance: [
        { ResourceIdentifier: arn, PendingMaintenanceActionDetails: details },
        { ResourceIdentifier: `${arn}-other`, PendingMaintenanceActionDetails: details },
      ],
      events: [
        { ...event, SourceIdentifier: 'shop' },
        { ...event, SourceIdentifier: 'other' },
        { ...event, SourceIdentifier: 'shop', Date: new Date(Date.now() - 30 * 3_600_000) },
      ],
      blueGreen: [
        { BlueGreenDeploymentName: 'ours', Source: arn, Status: 'AVAILABLE', Target: `${arn}-green` },
        { BlueGreenDeploymentName: 'other', Source: `${arn}-other`, Status: 'AVAILABLE' },
      ],
      exports: [
        {
          ExportTaskIdentifier: 'ours',
          SourceArn: `arn:aws:rds:${REGION}:${ACCOUNT}:snapshot:shop-before-release`,
          Status: 'IN_PROGRESS',
        },
        { ExportTaskIdentifier: 'done', SourceArn: arn, Status: 'COMPLETE' },
        { ExportTaskIdentifier: 'other', SourceArn: 'arn:other', Status: 'STARTING' },
      ],
    });
    world.instances.push(
      anInstance({ DBInstanceIdentifier: 'shop-green', DBInstanceArn: `${arn}-green`, EngineVersion: '17.5' }),
    );
    await using server = await startAwsServer({ world });
    const facts = await gather(server, SHOP);
    expect(valueOf(facts.maintenance)).toMatchObject([{ resource: arn, action: 'os-upgrade' }]);
    expect(valueOf(facts.events)).toMatchObject([{ source: 'shop', at: at.toISOString() }]);
    expect(valueOf(facts.blueGreen)).toMatchObject([{ name: 'ours', targetEngineVersion: '17.5' }]);
    expect(valueOf(facts.exports)).toEqual([{ id: 'ours', status: 'IN_PROGRESS' }]);
  });
});

test('1,000 snapshots and 200 instances: at most two calls at once, and no more of them than pages', async () => {
  const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `shop-${index}`);
  const world = aWorld({
    snapshots: many(1_000).map((id) => aSnapshot({ DBSnapshotIdentifier: id })),
    instances: [...many(199).map((id) => anInstance({ DBInstanceIdentifier: id })), anInstance()],
    latencyMs: 20,
  });
  await using server = await startAwsServer({ world });
  const facts = await gather(server, SHOP);
  // A hundred a page.
  expect(server.calls.filter(({ action }) => action === 'DescribeDBInstances')).toHaveLength(2);
  expect(server.calls.filter(({ action }) => action === 'DescribeDBSnapshots').length).toBeLessThanOrEqual(11);
  expect(unknownsOf(facts)).toEqual({});
  expect(valueOf(facts.snapshots)).toHaveLength(1_000);
  expect(valueOf(facts.host).compared).toBe(200);
  expect(server.mostInFlight).toBe(2);
});
