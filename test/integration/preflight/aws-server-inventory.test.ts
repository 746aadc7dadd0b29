import { RDS } from '@aws-sdk/client-rds';
import { describe, expect, it } from 'vitest';

import { clientOptions } from '../../helpers/aws-server/client-options.ts';
import { startAwsServer, type AwsServer } from '../../helpers/aws-server/index.ts';
import { anAuroraWorld, aWorld } from '../../helpers/aws-server/world/a-world.ts';
import { aMultiAzCluster, membersOf } from '../../helpers/aws-server/world/clusters.ts';
import { aClusterAutomatedBackup, aClusterSnapshot } from '../../helpers/aws-server/world/snapshots.ts';

describe('What surrounds databases on the test server of AWS', () => {
  it('has proxies with endpoints, groups and targets', async () => {
    const DBProxyName = 'front';
    const proxies = [
      { DBProxyName, Endpoint: 'front.proxy-abc.eu-west-1.rds.amazonaws.com', EngineFamily: 'POSTGRESQL' },
    ];
    const proxyEndpoints = [
      { DBProxyName, DBProxyEndpointName: 'read', Endpoint: 'read.example', TargetRole: 'READ_ONLY' as const },
    ];
    const proxyTargetGroups = [{ DBProxyName, TargetGroupName: 'default', IsDefault: true }];
    const proxyTargets = { [DBProxyName]: [{ RdsResourceId: 'shop', Type: 'RDS_INSTANCE' as const, Port: 5432 }] };
    await using server = await startAwsServer({
      world: aWorld({ proxies, proxyEndpoints, proxyTargetGroups, proxyTargets }),
    });
    const rds = rdsOf(server);
    expect((await rds.describeDBProxies()).DBProxies).toEqual(proxies);
    expect((await rds.describeDBProxyEndpoints({ DBProxyName })).DBProxyEndpoints).toEqual(proxyEndpoints);
    expect((await rds.describeDBProxyTargetGroups({ DBProxyName })).TargetGroups).toEqual(proxyTargetGroups);
    expect((await rds.describeDBProxyTargets({ DBProxyName })).Targets).toEqual(proxyTargets[DBProxyName]);
    await expect(rds.describeDBProxyTargets({ DBProxyName: 'nobody' })).rejects.toMatchObject({
      name: 'DBProxyNotFoundFault',
    });
  });

  it('has endpoints of clusters, global databases and backups of deleted clusters', async () => {
    const clusterEndpoints = [
      {
        DBClusterIdentifier: 'orders',
        Endpoint: 'reports.cluster-custom-abc',
        EndpointType: 'CUSTOM',
        StaticMembers: ['orders-2'],
      },
    ];
    const member = { DBClusterArn: 'arn:aws:rds:eu-west-1:123456789012:cluster:orders', IsWriter: true, Readers: [] };
    const globalClusters = [{ GlobalClusterIdentifier: 'world', GlobalClusterMembers: [member] }];
    const clusterAutomatedBackups = [aClusterAutomatedBackup()];
    await using server = await startAwsServer({
      world: anAuroraWorld({ clusterEndpoints, globalClusters, clusterAutomatedBackups }),
    });
    const rds = rdsOf(server);
    expect((await rds.describeDBClusterEndpoints({ DBClusterIdentifier: 'ORDERS' })).DBClusterEndpoints).toEqual(
      clusterEndpoints,
    );
    expect((await rds.describeGlobalClusters()).GlobalClusters).toEqual(globalClusters);
    expect((await rds.describeDBClusterAutomatedBackups()).DBClusterAutomatedBackups).toEqual(clusterAutomatedBackups);
    await expect(rds.describeDBClusterAutomatedBackups({ DbClusterResourceId: 'cluster-X' })).rejects.toMatchObject({
      name: 'DBClusterAutomatedBackupNotFoundFault',
    });
  });

  it('has deployments, exports and maintenance, found by what they are of', async () => {
    const Source = 'arn:aws:rds:eu-west-1:123456789012:db:shop';
    const blueGreen = [
      { BlueGreenDeploymentIdentifier: 'bgd-1', Source, Status: 'AVAILABLE', Tasks: [], SwitchoverDetails: [] },
    ];
    const exports = [
      { ExportTaskIdentifier: 'nightly', SourceArn: Source, Status: 'IN_PROGRESS', ExportOnly: ['shop'] },
    ];
    const PendingMaintenanceActionDetails = [
      { Action: 'os-upgrade', ForcedApplyDate: new Date('2026-12-01T03:00:00Z') },
    ];
    const maintenance = [{ ResourceIdentifier: Source, PendingMaintenanceActionDetails }];
    await using server = await startAwsServer({ world: aWorld({ blueGreen, exports, maintenance }) });
    const rds = rdsOf(server);
    const sourceIs = (Value: string) => ({ Filters: [{ Name: 'source', Values: [Value] }] });
    expect((await rds.describeBlueGreenDeployments(sourceIs(Source))).BlueGreenDeployments).toEqual(blueGreen);
    expect((await rds.describeBlueGreenDeployments(sourceIs(`${Source}-2`))).BlueGreenDeployments).toEqual([]);
    expect((await rds.describeExportTasks({ SourceArn: Source })).ExportTasks).toEqual(exports);
    const ofShop = { Filters: [{ Name: 'db-instance-id', Values: ['shop'] }] };
    expect((await rds.describePendingMaintenanceActions(ofShop)).PendingMaintenanceActions).toEqual(maintenance);
    const ofOrders = { Filters: [{ Name: 'db-cluster-id', Values: ['shop'] }] };
    expect((await rds.describePendingMaintenanceActions(ofOrders)).PendingMaintenanceActions).toEqual([]);
  });

  it('shares snapshots of clusters, and adds tags by ARN', async () => {
    await using server = await startAwsServer({
      world: anAuroraWorld({ sharedWith: { 'orders-before-release': ['all'] } }),
    });
    const rds = rdsOf(server);
    const DBClusterSnapshotIdentifier = 'orders-before-release';
    const { DBClusterSnapshotAttributesResult: shared } = await rds.describeDBClusterSnapshotAttributes({
      DBClusterSnapshotIdentifier,
    });
    expect(shared?.DBClusterSnapshotAttributes).toEqual([{ AttributeName: 'restore', AttributeValues: ['all'] }]);
    const ResourceName = server.world.clusters[0]?.DBClusterArn;
    await rds.addTagsToResource({ ResourceName, Tags: [{ Key: 'run', Value: '1' }] });
    expect((await rds.listTagsForResource({ ResourceName })).TagList).toEqual([
      { Key: 'env', Value: 'production' },
      { Key: 'run', Value: '1' },
    ]);
    await expect(rds.listTagsForResource({ ResourceName: `${ResourceName}-2` })).rejects.toMatchObject({
      name: 'DBClusterNotFoundFault',
    });
  });
});

describe('Multi-AZ DB clusters on the test server of AWS', () => {
  it('are restored with their three instances, or as one instance', async () => {
    const cluster = aMultiAzCluster();
    const snapshot = aClusterSnapshot({
      DBClusterSnapshotIdentifier: 'ledger-snap',
      DBClusterIdentifier: 'ledger',
      Engine: 'postgres',
    });
    const world = aWorld({ clusters: [cluster], instances: membersOf(cluster), clusterSnapshots: [snapshot] });
    await using server = await startAwsServer({ world });
    const rds = rdsOf(server);
    const restore = { DBClusterIdentifier: 'drill', SnapshotIdentifier: 'ledger-snap', Engine: 'postgres' };
    await expect(rds.restoreDBClusterFromSnapshot(restore)).rejects.toMatchObject({
      name: 'InvalidParameterCombination',
    });
    await rds.restoreDBClusterFromSnapshot({ ...restore, DBClusterInstanceClass: 'db.m6gd.large' });
    const members = { Filters: [{ Name: 'db-cluster-id', Values: ['drill'] }] };
    expect((await rds.describeDBInstances(members)).DBInstances).toHaveLength(3);
    await rds.deleteDBCluster({ DBClusterIdentifier: 'drill', SkipFinalSnapshot: true });
    for (let poll = 0; poll < 2; poll++) await rds.describeDBClusters();
    expect((await rds.describeDBInstances(members)).DBInstances).toEqual([]);
    const { DBInstance: single } = await rds.restoreDBInstanceFromDBSnapshot({
      DBInstanceIdentifier: 'single',
      DBClusterSnapshotIdentifier: 'ledger-snap',
    });
    expect(single).toMatchObject({ Engine: 'postgres', StorageEncrypted: true });
  });

  it('have a master password of their own, and points in time', async () => {
    await using server = await startAwsServer({ world: anAuroraWorld() });
    const rds = rdsOf(server);
    const MasterUserPassword = 'long-enough';
    const ofMember = { DBInstanceIdentifier: 'orders-1', MasterUserPassword };
    await expect(rds.modifyDBInstance(ofMember)).rejects.toMatchObject({ name: 'InvalidParameterCombination' });
    await rds.modifyDBCluster({ DBClusterIdentifier: 'orders', MasterUserPassword });
    const statuses = [];
    for (let poll = 0; poll < 3; poll++) statuses.push((await rds.describeDBClusters()).DBClusters?.[0]?.Status);
    expect(statuses).toEqual(['available', 'resetting-master-credentials', 'available']);
    const clone = { DBClusterIdentifier: 'clone', SourceDBClusterIdentifier: 'orders', RestoreType: 'copy-on-write' };
    await expect(
      rds.restoreDBClusterToPointInTime({ ...clone, RestoreToTime: new Date(Date.now() - 600_000) }),
    ).rejects.toMatchObject({ name: 'InvalidParameterCombination' });
    const { DBCluster: made } = await rds.restoreDBClusterToPointInTime({ ...clone, UseLatestRestorableTime: true });
    expect(made).toMatchObject({ DBClusterIdentifier: 'clone', Status: 'creating', DBClusterMembers: [] });
  });
});

const rdsOf = (server: AwsServer): RDS => new RDS(clientOptions(server));
