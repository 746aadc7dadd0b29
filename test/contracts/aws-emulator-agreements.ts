import { expect } from 'vitest';

import type { Question } from './aws-emulator-clients.ts';
import { CLUSTER_SNAP, MEMBER, OF_NOBODY, ONE, ORDERS, RESTORE, SNAP, name } from './aws-emulator-inputs.ts';

/** In order: each builds on what those before have made. */
export const AGREED: readonly [name: string, question: Question, expected: unknown][] = [
  ['who calls', async ({ sts }) => /^\d{12}$/.test((await sts.getCallerIdentity({})).Account ?? ''), true],
  ['an instance is made, its name in lowercase', async ({ rds }) => name(await rds.createDBInstance(ONE)), 'one'],
  ['not twice', ({ rds }) => rds.createDBInstance(ONE), 'DBInstanceAlreadyExistsFault'],
  [
    'it is described by its name in any case',
    async ({ rds }) => (await rds.describeDBInstances({ DBInstanceIdentifier: 'ONE' })).DBInstances?.length,
    1,
  ],
  [
    'nobody is not found',
    ({ rds }) => rds.describeDBInstances({ DBInstanceIdentifier: 'nobody' }),
    'DBInstanceNotFoundFault',
  ],
  ['a snapshot is made', async ({ rds }) => (await rds.createDBSnapshot(SNAP)).DBSnapshot?.SnapshotType, 'manual'],
  ['not twice, a snapshot', ({ rds }) => rds.createDBSnapshot(SNAP), 'DBSnapshotAlreadyExistsFault'],
  [
    'not of nobody',
    ({ rds }) => rds.createDBSnapshot({ DBInstanceIdentifier: 'nobody', DBSnapshotIdentifier: 'x' }),
    'DBInstanceNotFoundFault',
  ],
  [
    'not with two hyphens',
    ({ rds }) => rds.createDBSnapshot({ ...SNAP, DBSnapshotIdentifier: 'a--b' }),
    'InvalidParameterValue',
  ],
  [
    'its tags come back',
    async ({ rds }) => (await rds.describeDBSnapshots({ DBSnapshotIdentifier: 'snap' })).DBSnapshots?.[0]?.TagList,
    [{ Key: 'run', Value: 'true' }],
  ],
  [
    'tags are added, the same key replaced',
    async ({ rds }) => {
      const arn = 'arn:aws:rds:eu-west-1:123456789012:snapshot:snap';
      await rds.addTagsToResource({ ResourceName: arn, Tags: [{ Key: 'run', Value: '2' }] });
      return (await rds.listTagsForResource({ ResourceName: arn })).TagList;
    },
    [{ Key: 'run', Value: '2' }],
  ],
  ['snapshots of nobody: none', async ({ rds }) => (await rds.describeDBSnapshots(OF_NOBODY)).DBSnapshots, []],
  [
    'a snapshot that is not there',
    ({ rds }) => rds.describeDBSnapshots({ DBSnapshotIdentifier: 'nobody' }),
    'DBSnapshotNotFoundFault',
  ],
  [
    'a snapshot is shared with nobody',
    async ({ rds }) =>
      (await rds.describeDBSnapshotAttributes({ DBSnapshotIdentifier: 'snap' })).DBSnapshotAttributesResult
        ?.DBSnapshotAttributes,
    [{ AttributeName: 'restore', AttributeValues: [] }],
  ],
  ['it is restored', async ({ rds }) => name(await rds.restoreDBInstanceFromDBSnapshot(RESTORE)), 'two'],
  ['not twice, a restore', ({ rds }) => rds.restoreDBInstanceFromDBSnapshot(RESTORE), 'DBInstanceAlreadyExistsFault'],
  [
    'not from a snapshot that is not there',
    ({ rds }) => rds.restoreDBInstanceFromDBSnapshot({ DBInstanceIdentifier: 'three', DBSnapshotIdentifier: 'nobody' }),
    'DBSnapshotNotFoundFault',
  ],
  [
    'to a point in time',
    async ({ rds }) =>
      name(
        await rds.restoreDBInstanceToPointInTime({
          SourceDBInstanceIdentifier: 'one',
          TargetDBInstanceIdentifier: 'four',
          UseLatestRestorableTime: true,
        }),
      ),
    'four',
  ],
  [
    'a protected instance is not deleted',
    async ({ rds }) => {
      await rds.modifyDBInstance({ DBInstanceIdentifier: 'one', DeletionProtection: true });
      return rds.deleteDBInstance({ DBInstanceIdentifier: 'one', SkipFinalSnapshot: true });
    },
    'InvalidParameterCombination',
  ],
  [
    'another is, and is gone',
    async ({ rds }) => {
      const id = { DBInstanceIdentifier: 'two' };
      const { DBInstance: deleted } = await rds.deleteDBInstance({ ...id, SkipFinalSnapshot: true });
      expect(deleted?.DBInstanceStatus).toBe('deleting');
      return rds.describeDBInstances(id);
    },
    'DBInstanceNotFoundFault',
  ],
  [
    'nobody is not deleted',
    ({ rds }) => rds.deleteDBInstance({ DBInstanceIdentifier: 'nobody', SkipFinalSnapshot: true }),
    'DBInstanceNotFoundFault',
  ],
  [
    'the first member of a cluster is its writer',
    async ({ rds }) => {
      await rds.createDBInstance(MEMBER);
      const { DBClusters: [cluster] = [] } = await rds.describeDBClusters(ORDERS);
      return cluster?.DBClusterMembers?.map((member) => [member.DBInstanceIdentifier, member.IsClusterWriter]);
    },
    [['orders-1', true]],
  ],
  [
    'a cluster that is not there',
    ({ rds }) => rds.describeDBClusters({ DBClusterIdentifier: 'nobody' }),
    'DBClusterNotFoundFault',
  ],
  [
    'a cluster snapshot is made',
    async ({ rds }) => (await rds.createDBClusterSnapshot(CLUSTER_SNAP)).DBClusterSnapshot?.SnapshotType,
    'manual',
  ],
  [
    'not twice, one of a cluster',
    ({ rds }) => rds.createDBClusterSnapshot(CLUSTER_SNAP),
    'DBClusterSnapshotAlreadyExistsFault',
  ],
  [
    'a restored cluster has no instances',
    async ({ rds }) => {
      const { DBClusterSnapshotIdentifier: SnapshotIdentifier } = CLUSTER_SNAP;
      await rds.describeDBClusterSnapshots({ DBClusterSnapshotIdentifier: SnapshotIdentifier });
      const restore = { DBClusterIdentifier: 'orders-2', SnapshotIdentifier, Engine: 'aurora-postgresql' };
      return (await rds.restoreDBClusterFromSnapshot(restore)).DBCluster?.DBClusterMembers;
    },
    [],
  ],
  [
    'a cluster with an instance is not deleted',
    ({ rds }) => rds.deleteDBCluster({ ...ORDERS, SkipFinalSnapshot: true }),
    'InvalidDBClusterStateFault',
  ],
  ['no proxies: an empty list', async ({ rds }) => (await rds.describeDBProxies()).DBProxies, []],
  ['no exports: an empty list', async ({ rds }) => (await rds.describeExportTasks()).ExportTasks, []],
  [
    'no deployments: an empty list',
    async ({ rds }) => (await rds.describeBlueGreenDeployments()).BlueGreenDeployments,
    [],
  ],
  [
    'a key that is not there',
    ({ kms }) => kms.describeKey({ KeyId: '0f0e0d0c-0b0a-4908-8706-0504030201ff' }),
    'NotFoundException',
  ],
];
