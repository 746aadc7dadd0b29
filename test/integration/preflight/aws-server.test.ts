import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { KMS } from '@aws-sdk/client-kms';
import { paginateDescribeDBInstances, RDS } from '@aws-sdk/client-rds';
import { SNS } from '@aws-sdk/client-sns';
import { STS } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';

import { clientOptions } from '../../helpers/aws-server/client-options.ts';
import { startAwsServer, type AwsServer } from '../../helpers/aws-server/index.ts';
import { anAuroraWorld, aWorld, noResources } from '../../helpers/aws-server/world/a-world.ts';
import { aMultiAzCluster, membersOf } from '../../helpers/aws-server/world/clusters.ts';
import { anInstance } from '../../helpers/aws-server/world/instances.ts';
import { aSnapshot } from '../../helpers/aws-server/world/snapshots.ts';

describe('The test server of AWS, asked by the real SDK', () => {
  it('gives instances, snapshots, backups and quotas of its world, to the millisecond', async () => {
    await using server = await startAwsServer();
    const { world } = server;
    const rds = rdsOf(server);
    expect((await rds.describeDBInstances()).DBInstances).toEqual(world.instances);
    expect((await rds.describeDBSnapshots({ DBInstanceIdentifier: 'SHOP' })).DBSnapshots).toEqual(world.snapshots);
    expect((await rds.describeDBInstanceAutomatedBackups()).DBInstanceAutomatedBackups).toEqual(world.automatedBackups);
    expect((await rds.describeAccountAttributes()).AccountQuotas).toEqual(world.quotas);
    expect((await rds.describeDBEngineVersions({ Engine: 'postgres' })).DBEngineVersions).toEqual(world.engineVersions);
  });

  it('gives clusters with members and snapshots', async () => {
    const multiAz = aMultiAzCluster();
    const world = anAuroraWorld();
    world.clusters.push(multiAz);
    world.instances.push(...membersOf(multiAz));
    await using server = await startAwsServer({ world });
    const rds = rdsOf(server);
    expect((await rds.describeDBClusters()).DBClusters).toEqual(world.clusters);
    expect((await rds.describeDBInstances()).DBInstances).toEqual(world.instances);
    const byResource = { DbClusterResourceId: world.clusters[0]?.DbClusterResourceId };
    expect((await rds.describeDBClusterSnapshots(byResource)).DBClusterSnapshots).toEqual(world.clusterSnapshots);
  });

  it('gives empty lists where there is nothing, in this region and in others', async () => {
    await using server = await startAwsServer({ world: aWorld(noResources()) });
    const elsewhere = new RDS(clientOptions(server, 'us-east-1'));
    for (const rds of [rdsOf(server), elsewhere]) {
      expect((await rds.describeDBInstances()).DBInstances).toEqual([]);
      expect((await rds.describeDBSnapshots()).DBSnapshots).toEqual([]);
      expect((await rds.describePendingMaintenanceActions()).PendingMaintenanceActions).toEqual([]);
      expect((await rds.describeBlueGreenDeployments()).BlueGreenDeployments).toEqual([]);
      expect((await rds.describeDBProxies()).DBProxies).toEqual([]);
    }
    server.world.in('us-east-1').instances.push(anInstance());
    expect((await elsewhere.describeDBInstances()).DBInstances).toHaveLength(1);
    expect((await rdsOf(server).describeDBInstances()).DBInstances).toHaveLength(0);
    expect(new Set(server.calls.map(({ region }) => region))).toEqual(new Set(['eu-west-1', 'us-east-1']));
  });

  it('pages, and a marker that never changes does not loop for ever', async () => {
    await using server = await startAwsServer();
    server.world.instances = Array.from({ length: 45 }, (_, index) =>
      anInstance({ DBInstanceIdentifier: `db-${index}` }),
    );
    server.world.pageSize = 20;
    const pages = async (): Promise<(number | undefined)[]> => {
      const seen = [];
      const options = { client: rdsOf(server), stopOnSameToken: true };
      for await (const page of paginateDescribeDBInstances(options, {})) seen.push(page.DBInstances?.length);
      return seen;
    };
    expect(await pages()).toEqual([20, 20, 5]);
    server.fault({ action: 'DescribeDBInstances', kind: 'constantMarker' });
    await expect(pages()).rejects.toThrow('Marker');
    server.clearFaults();
    await expect(rdsOf(server).describeDBInstances({ MaxRecords: 5 })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });

  it('gives snapshots of AWS Backup and shared ones only when asked, and filters', async () => {
    await using server = await startAwsServer();
    const { snapshots } = server.world;
    snapshots.push(aSnapshot({ DBSnapshotIdentifier: 'awsbackup:job-1', SnapshotType: 'awsbackup' }));
    snapshots.push(aSnapshot({ DBSnapshotIdentifier: 'of-another', SnapshotType: 'shared' }));
    snapshots.push(aSnapshot({ DBSnapshotIdentifier: 'of-a-predecessor', DbiResourceId: 'db-OLD' }));
    const rds = rdsOf(server);
    const ids = async (input: Parameters<typeof rds.describeDBSnapshots>[0]) =>
      (await rds.describeDBSnapshots(input)).DBSnapshots?.map(({ SnapshotType: type, DBSnapshotIdentifier: id }) => [
        type,
        id,
      ]);
    expect((await ids({}))?.map(([type]) => type)).toEqual(['automated', 'manual', 'manual']);
    expect(await ids({ SnapshotType: 'awsbackup' })).toEqual([['awsbackup', 'awsbackup:job-1']]);
    expect(await ids({ IncludeShared: true })).toHaveLength(4);
    expect(await ids({ DbiResourceId: 'db-OLD' })).toEqual([['manual', 'of-a-predecessor']]);
    const filters = [{ Name: 'dbi-resource-id', Values: ['db-OLD', 'db-OTHER'] }];
    expect(await ids({ Filters: filters })).toEqual([['manual', 'of-a-predecessor']]);
    await expect(ids({ Filters: [{ Name: 'colour', Values: ['red'] }] })).rejects.toThrow('Unrecognized filter name');
  });

  it('gives events of the last hour unless told otherwise', async () => {
    const at = new Date(Date.now() - 2 * 3_600_000);
    const event = {
      SourceIdentifier: 'shop',
      SourceType: 'db-instance' as const,
      Date: at,
      EventCategories: ['backup'],
    };
    await using server = await startAwsServer({ world: aWorld({ events: [event] }) });
    const rds = rdsOf(server);
    expect((await rds.describeEvents()).Events).toEqual([]);
    expect((await rds.describeEvents({ Duration: 1440 })).Events).toEqual([event]);
    expect((await rds.describeEvents({ StartTime: new Date(0), EventCategories: ['failure'] })).Events).toEqual([]);
    await expect(rds.describeEvents({ SourceIdentifier: 'shop' })).rejects.toMatchObject({
      name: 'InvalidParameterCombination',
    });
  });

  it('creates snapshots that take polls, with rules for names, state and quota', async () => {
    await using server = await startAwsServer();
    const { world } = server;
    const rds = rdsOf(server);
    const input = { DBInstanceIdentifier: 'shop', DBSnapshotIdentifier: 'Mine-1' };
    const made = await rds.createDBSnapshot({ ...input, Tags: [{ Key: 'a', Value: 'true' }] });
    expect(made.DBSnapshot).toMatchObject({ DBSnapshotIdentifier: 'mine-1', Status: 'creating', PercentProgress: 0 });
    expect(made.DBSnapshot?.SnapshotCreateTime).toBeUndefined();
    await expect(rds.createDBSnapshot(input)).rejects.toMatchObject({ name: 'DBSnapshotAlreadyExistsFault' });
    expect(await snapshotStatuses(rds, 'mine-1', 3)).toEqual([
      ['creating', 33],
      ['creating', 66],
      ['available', 100],
    ]);
    const tags = await rds.listTagsForResource({ ResourceName: made.DBSnapshot?.DBSnapshotArn });
    expect(tags.TagList).toEqual([{ Key: 'a', Value: 'true' }]);
    world.nextSnapshotFails = true;
    await rds.createDBSnapshot({ ...input, DBSnapshotIdentifier: 'mine-2' });
    expect((await snapshotStatuses(rds, 'mine-2', 3)).at(-1)).toEqual(['failed', 66]);
    for (const id of ['1st', 'a--b', 'ends-', 'x'.repeat(256)]) {
      await expect(rds.createDBSnapshot({ ...input, DBSnapshotIdentifier: id })).rejects.toThrow(
        'not a valid identifier',
      );
    }
    world.quotas = [{ AccountQuotaName: 'ManualSnapshots', Used: 100, Max: 100 }];
    const another = { ...input, DBSnapshotIdentifier: 'mine-3' };
    await expect(rds.createDBSnapshot(another)).rejects.toMatchObject({ name: 'SnapshotQuotaExceededFault' });
    Object.assign(world.instances[0] ?? {}, { DBInstanceStatus: 'backing-up' });
    await expect(rds.createDBSnapshot(another)).rejects.toMatchObject({ name: 'InvalidDBInstanceStateFault' });
    await expect(rds.describeDBSnapshots({ DBSnapshotIdentifier: 'nobody' })).rejects.toMatchObject({
      name: 'DBSnapshotNotFoundFault',
    });
  });

  it('knows identities, roles and regions of STS', async () => {
    const role = 'arn:aws:iam::123456789012:role/readers';
    await using server = await startAwsServer({ world: aWorld({ roles: [{ arn: role, externalId: 'x' }] }) });
    const sts = new STS(clientOptions(server));
    expect(await sts.getCallerIdentity({})).toMatchObject({ Account: '123456789012', Arn: server.world.callerArn });
    const input = { RoleArn: role, RoleSessionName: 'test' };
    await expect(sts.assumeRole(input)).rejects.toMatchObject({ name: 'AccessDenied' });
    const { Credentials: given } = await sts.assumeRole({ ...input, ExternalId: 'x' });
    const {
      AccessKeyId: accessKeyId = '',
      SecretAccessKey: secretAccessKey = '',
      SessionToken: sessionToken = '',
    } = given ?? {};
    const assumed = new STS({ ...clientOptions(server), credentials: { accessKeyId, secretAccessKey, sessionToken } });
    expect((await assumed.getCallerIdentity({})).Arn).toBe('arn:aws:sts::123456789012:assumed-role/readers/test');
  });

  it('gives metrics per period, and none for one that has no points', async () => {
    await using server = await startAwsServer();
    const query = (Id: string, MetricName: string) => {
      const Dimensions = [{ Name: 'DBInstanceIdentifier', Value: 'shop' }];
      const MetricStat = { Metric: { Namespace: 'AWS/RDS', MetricName, Dimensions }, Period: 60, Stat: 'Average' };
      return { Id, MetricStat };
    };
    const { MetricDataResults: results } = await new CloudWatch(clientOptions(server)).getMetricData({
      StartTime: new Date(Date.now() - 600_000),
      EndTime: new Date(),
      MetricDataQueries: [query('free', 'FreeStorageSpace'), query('local', 'NoSuchMetric')],
    });
    expect(results?.[0]).toMatchObject({ Id: 'free', StatusCode: 'Complete', Label: 'FreeStorageSpace' });
    expect(results?.[0]?.Values?.[0]).toBe(64 * 2 ** 30);
    expect(Date.now() - (results?.[0]?.Timestamps?.[0]?.getTime() ?? 0)).toBeLessThan(181_000);
    expect(results?.[1]).toMatchObject({ Timestamps: [], Values: [] });
  });

  it('gives alarms: composite ones only when asked', async () => {
    const alarms = ['shop-cpu', 'shop-disk', 'orders-cpu'].map((AlarmName) => ({
      AlarmName,
      StateValue: 'OK' as const,
    }));
    const compositeAlarms = [{ AlarmName: 'shop-down', StateValue: 'ALARM' as const }];
    await using server = await startAwsServer({ world: aWorld({ metricAlarms: alarms, compositeAlarms }) });
    const cloudwatch = new CloudWatch(clientOptions(server));
    const byPrefix = await cloudwatch.describeAlarms({ AlarmNamePrefix: 'shop-' });
    expect([byPrefix.MetricAlarms?.length, byPrefix.CompositeAlarms?.length]).toEqual([2, 0]);
    const both = { AlarmTypes: ['MetricAlarm' as const, 'CompositeAlarm' as const], MaxRecords: 2 };
    const first = await cloudwatch.describeAlarms(both);
    expect(first.MetricAlarms).toHaveLength(2);
    const second = await cloudwatch.describeAlarms({ ...both, NextToken: first.NextToken });
    expect([second.MetricAlarms?.length, second.CompositeAlarms?.length, second.NextToken]).toEqual([1, 1, undefined]);
  });

  it('knows keys, and records what is published', async () => {
    await using server = await startAwsServer();
    const kms = new KMS(clientOptions(server));
    const { KeyMetadata: key } = await kms.describeKey({ KeyId: server.world.instances[0]?.KmsKeyId });
    expect(key).toMatchObject({ KeyState: 'Enabled', CreationDate: new Date('2025-01-01T00:00:00Z') });
    await expect(kms.describeKey({ KeyId: 'nobody' })).rejects.toMatchObject({ name: 'NotFoundException' });
    const sns = new SNS(clientOptions(server));
    await sns.publish({ TopicArn: 'arn:aws:sns:eu-west-1:123456789012:deploys', Subject: 'S', Message: 'ä & <b>' });
    expect(server.world.published).toMatchObject([{ subject: 'S', message: 'ä & <b>', region: 'eu-west-1' }]);
  });
});

async function snapshotStatuses(rds: RDS, id: string, polls: number): Promise<unknown[]> {
  const seen = [];
  for (let poll = 0; poll < polls; poll++) {
    const { DBSnapshots: [snapshot] = [] } = await rds.describeDBSnapshots({ DBSnapshotIdentifier: id });
    seen.push([snapshot?.Status, snapshot?.PercentProgress]);
  }
  return seen;
}

const rdsOf = (server: AwsServer): RDS => new RDS(clientOptions(server));
