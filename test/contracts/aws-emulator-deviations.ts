import type { Question } from './aws-emulator-clients.ts';
import { ONE, SNAP, name } from './aws-emulator-inputs.ts';

/** What AWS documents is the last value; moto's is kept so that a newer moto that has learned it is noticed. */
export const DEVIATIONS: readonly [name: string, question: Question, ofMoto: unknown, ofAws: unknown][] = [
  [
    'a snapshot is available at once',
    async ({ rds }) => (await rds.createDBSnapshot({ ...SNAP, DBSnapshotIdentifier: 'quick' })).DBSnapshot?.Status,
    'available',
    'creating',
  ],
  [
    'a snapshot has no progress',
    async ({ rds }) =>
      (await rds.describeDBSnapshots({ DBSnapshotIdentifier: 'quick' })).DBSnapshots?.[0]?.PercentProgress,
    undefined,
    100,
  ],
  [
    'every instance has the same resource id',
    async ({ rds }) => {
      const { DBInstances: all = [] } = await rds.describeDBInstances();
      return new Set(all.map(({ DbiResourceId }) => DbiResourceId)).size === all.length;
    },
    false,
    true,
  ],
  [
    'snapshots are not looked up by resource id',
    async ({ rds }) => ((await rds.describeDBSnapshots({ DbiResourceId: 'db-NOBODY' })).DBSnapshots ?? []).length > 0,
    true,
    false,
  ],
  [
    'an instance without backups can be restored to a point in time',
    async ({ rds }) => {
      const { DBInstance: made } = await rds.createDBInstance({
        ...ONE,
        DBInstanceIdentifier: 'no-backups',
        BackupRetentionPeriod: 0,
      });
      await rds.describeDBInstances({ DBInstanceIdentifier: made?.DBInstanceIdentifier });
      const { DBInstances: [instance] = [] } = await rds.describeDBInstances({ DBInstanceIdentifier: 'no-backups' });
      return instance?.LatestRestorableTime !== undefined;
    },
    true,
    false,
  ],
  [
    'a point in time far ahead can be restored',
    async ({ rds }) =>
      name(
        await rds.restoreDBInstanceToPointInTime({
          SourceDBInstanceIdentifier: 'one',
          TargetDBInstanceIdentifier: 'from-the-future',
          RestoreTime: new Date('2099-01-01'),
        }),
      ),
    'from-the-future',
    'InvalidParameterValue',
  ],
  [
    'a member of a cluster has snapshots of its own',
    async ({ rds }) =>
      (await rds.createDBSnapshot({ DBInstanceIdentifier: 'orders-1', DBSnapshotIdentifier: 'member' })).DBSnapshot
        ?.DBSnapshotIdentifier,
    'member',
    'InvalidParameterValue',
  ],
  [
    'cluster snapshots have no resource id',
    async ({ rds }) =>
      (await rds.describeDBClusterSnapshots({ DBClusterSnapshotIdentifier: 'orders-snap' })).DBClusterSnapshots?.[0]
        ?.DbClusterResourceId !== undefined,
    false,
    true,
  ],
  [
    'an instance is deleted without a word on the final snapshot',
    async ({ rds }) =>
      (await rds.deleteDBInstance({ DBInstanceIdentifier: 'no-backups' })).DBInstance?.DBInstanceStatus,
    'deleting',
    'InvalidParameterCombination',
  ],
  [
    'pending maintenance is not known, which is an HTML page',
    async ({ rds }) => (await rds.describePendingMaintenanceActions()).PendingMaintenanceActions,
    'Error',
    [],
  ],
  ['quotas are not known', async ({ rds }) => (await rds.describeAccountAttributes()).AccountQuotas, 'Error', []],
];
