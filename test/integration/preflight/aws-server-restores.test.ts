import { RDS, type DBInstance } from '@aws-sdk/client-rds';
import { describe, expect, it } from 'vitest';

import { anAuroraWorld, aWorld } from '../../helpers/aws-server/world/a-world.ts';
import { clientOptions } from '../../helpers/aws-server/client-options.ts';
import { startAwsServer, type AwsServer } from '../../helpers/aws-server/index.ts';

describe('Databases that come and go on the test server of AWS', () => {
  it('restores a snapshot with the unsafe defaults of AWS', async () => {
    await using server = await startAwsServer({ world: aWorld({ notFoundPolls: 1 }) });
    const rds = rdsOf(server);
    const input = { DBInstanceIdentifier: 'Drill-1', DBSnapshotIdentifier: 'shop-before-release' };
    const { DBInstance: made } = await rds.restoreDBInstanceFromDBSnapshot(input);
    expect(made).toMatchObject({
      DBInstanceIdentifier: 'drill-1',
      PubliclyAccessible: true,
      DeletionProtection: false,
      TagList: [{ Key: 'env', Value: 'production' }],
      DBParameterGroups: [{ DBParameterGroupName: 'default.postgres16' }],
      VpcSecurityGroups: [{ VpcSecurityGroupId: 'sg-default' }],
    });
    expect(made?.Endpoint).toBeUndefined();
    await expect(instance(rds, 'drill-1')).rejects.toMatchObject({ name: 'DBInstanceNotFoundFault' });
    expect(await statuses(rds, 'drill-1', 3)).toEqual(['creating', 'backing-up', 'available']);
    await expect(rds.restoreDBInstanceFromDBSnapshot(input)).rejects.toMatchObject({
      name: 'DBInstanceAlreadyExistsFault',
    });
  });

  it('keeps what a restore asked for', async () => {
    await using server = await startAwsServer();
    const { DBInstance: made } = await rdsOf(server).restoreDBInstanceToPointInTime({
      SourceDBInstanceIdentifier: 'shop',
      TargetDBInstanceIdentifier: 'drill-2',
      UseLatestRestorableTime: true,
      DBSubnetGroupName: 'drills',
      VpcSecurityGroupIds: ['sg-1', 'sg-2'],
      PubliclyAccessible: false,
      BackupRetentionPeriod: 0,
      Tags: [{ Key: 'run', Value: '1' }],
    });
    expect(made).toMatchObject({
      PubliclyAccessible: false,
      BackupRetentionPeriod: 0,
      TagList: [{ Key: 'run', Value: '1' }],
      VpcSecurityGroups: [{ VpcSecurityGroupId: 'sg-1' }, { VpcSecurityGroupId: 'sg-2' }],
    });
  });

  it('refuses a point in time that the backups do not reach', async () => {
    await using server = await startAwsServer();
    const rds = rdsOf(server);
    const input = { SourceDBInstanceIdentifier: 'shop', TargetDBInstanceIdentifier: 'drill-3' };
    await expect(
      rds.restoreDBInstanceToPointInTime({ ...input, RestoreTime: new Date('2099-01-01') }),
    ).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
    await expect(rds.restoreDBInstanceToPointInTime(input)).rejects.toMatchObject({
      name: 'InvalidParameterCombination',
    });
    (server.world.instances[0] as DBInstance).BackupRetentionPeriod = 0;
    await expect(rds.restoreDBInstanceToPointInTime({ ...input, UseLatestRestorableTime: true })).rejects.toMatchObject(
      { name: 'PointInTimeRestoreNotEnabledFault' },
    );
  });

  it('is where the test says, no sooner than that is known', async () => {
    let ready = (_place: { address: string; port: number }): void => undefined;
    const place = new Promise<{ address: string; port: number }>((resolve) => (ready = resolve));
    const asked: unknown[] = [];
    const deleted: unknown[] = [];
    await using server = await startAwsServer();
    server.world.onRestore = (restored) => (asked.push(restored), place);
    server.world.onDelete = async (gone) => void deleted.push(gone.identifier);
    const rds = rdsOf(server);
    await rds.restoreDBInstanceFromDBSnapshot({
      DBInstanceIdentifier: 'drill',
      DBSnapshotIdentifier: 'shop-before-release',
    });
    expect(asked).toMatchObject([{ kind: 'instance', identifier: 'drill', source: 'shop-before-release' }]);
    expect(await statuses(rds, 'drill', 5)).not.toContain('available');
    ready({ address: '127.0.0.1', port: 5555 });
    expect((await instance(rds, 'drill'))?.Endpoint).toMatchObject({ Address: '127.0.0.1', Port: 5555 });
    await rds.deleteDBInstance({ DBInstanceIdentifier: 'drill', SkipFinalSnapshot: true });
    expect(await statuses(rds, 'drill', 1)).toEqual(['deleting']);
    await expect(instance(rds, 'drill')).rejects.toMatchObject({ name: 'DBInstanceNotFoundFault' });
    expect(deleted).toEqual(['drill']);
  });

  it('restores an Aurora cluster, which answers once it has an instance', async () => {
    await using server = await startAwsServer({ world: anAuroraWorld() });
    server.world.onRestore = () => Promise.resolve({ address: '127.0.0.1', port: 5556 });
    const rds = rdsOf(server);
    const cluster = async () => (await rds.describeDBClusters({ DBClusterIdentifier: 'drill' })).DBClusters?.[0];
    await rds.restoreDBClusterFromSnapshot({
      DBClusterIdentifier: 'drill',
      SnapshotIdentifier: 'orders-before-release',
      Engine: 'aurora-postgresql',
    });
    for (let poll = 0; poll < 2; poll++) await cluster();
    expect(await cluster()).toMatchObject({ Status: 'available', DBClusterMembers: [] });
    expect((await cluster())?.Endpoint).not.toBe('127.0.0.1');
    const member = { DBInstanceIdentifier: 'drill-1', DBClusterIdentifier: 'drill', DBInstanceClass: 'db.r6g.large' };
    await rds.createDBInstance({ ...member, Engine: 'aurora-postgresql' });
    expect(await statuses(rds, 'drill-1', 3)).toEqual(['creating', 'modifying', 'available']);
    expect(await cluster()).toMatchObject({
      Endpoint: '127.0.0.1',
      Port: 5556,
      DBClusterMembers: [{ IsClusterWriter: true }],
    });
    const gone = { DBClusterIdentifier: 'drill', SkipFinalSnapshot: true };
    await expect(rds.deleteDBCluster(gone)).rejects.toMatchObject({ name: 'InvalidDBClusterStateFault' });
    await rds.deleteDBInstance({ DBInstanceIdentifier: 'drill-1' });
    await rds.deleteDBCluster(gone);
    for (let poll = 0; poll < 1; poll++) await cluster();
    await expect(cluster()).rejects.toMatchObject({ name: 'DBClusterNotFoundFault' });
  });

  it('sets a new master password, which takes polls', async () => {
    await using server = await startAwsServer();
    const rds = rdsOf(server);
    const input = { DBInstanceIdentifier: 'shop', ApplyImmediately: true };
    await expect(rds.modifyDBInstance({ ...input, MasterUserPassword: 'with@sign' })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
    const { DBInstance: modified } = await rds.modifyDBInstance({ ...input, MasterUserPassword: 'long-enough' });
    expect(modified).toMatchObject({
      DBInstanceStatus: 'available',
      PendingModifiedValues: { MasterUserPassword: '****' },
    });
    expect(await statuses(rds, 'shop', 3)).toEqual(['available', 'resetting-master-credentials', 'available']);
    expect((await instance(rds, 'shop'))?.PendingModifiedValues).toEqual({});
  });

  it('does not delete what is protected, or without a word on the final snapshot', async () => {
    await using server = await startAwsServer();
    const rds = rdsOf(server);
    const input = { DBInstanceIdentifier: 'shop', SkipFinalSnapshot: true };
    await expect(rds.deleteDBInstance(input)).rejects.toMatchObject({ name: 'InvalidParameterCombination' });
    await rds.modifyDBInstance({ DBInstanceIdentifier: 'shop', DeletionProtection: false });
    await expect(rds.deleteDBInstance({ DBInstanceIdentifier: 'shop' })).rejects.toMatchObject({
      name: 'InvalidParameterCombination',
    });
    await rds.deleteDBInstance(input);
    await expect(rds.deleteDBInstance(input)).rejects.toMatchObject({ name: 'InvalidDBInstanceStateFault' });
    await instance(rds, 'shop');
    await expect(instance(rds, 'shop')).rejects.toThrow('not found');
    expect((await rds.describeDBSnapshots()).DBSnapshots?.map(({ SnapshotType }) => SnapshotType)).toEqual(['manual']);
  });
});

const instance = async (rds: RDS, id: string): Promise<DBInstance | undefined> =>
  (await rds.describeDBInstances({ DBInstanceIdentifier: id })).DBInstances?.[0];

async function statuses(rds: RDS, id: string, polls: number): Promise<(string | undefined)[]> {
  const seen = [];
  for (let poll = 0; poll < polls; poll++) seen.push((await instance(rds, id))?.DBInstanceStatus);
  return seen;
}

const rdsOf = (server: AwsServer): RDS => new RDS(clientOptions(server));
