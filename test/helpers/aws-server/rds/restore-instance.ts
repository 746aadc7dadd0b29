import type {
  DBInstance,
  DBSnapshot,
  RestoreDBInstanceFromDBSnapshotMessage,
  RestoreDBInstanceToPointInTimeMessage,
} from '@aws-sdk/client-rds';

import type { Context, Operations } from '../progress.ts';
import { notFound, refused } from '../wire/aws-error.ts';
import { newInstance, type Origin } from './new-instance.ts';
import { isNamed, same } from './pages.ts';
import { checkPointInTime } from './point-in-time.ts';
import { tagsOrThoseOf } from './tags.ts';

export const restoreInstance = {
  RestoreDBInstanceFromDBSnapshot(context, input: RestoreDBInstanceFromDBSnapshotMessage) {
    const snapshot = findSnapshot(context, input);
    if (snapshot.Status !== 'available') {
      throw refused('InvalidDBSnapshotState', `The snapshot ${snapshot.DBSnapshotIdentifier} is not available.`);
    }
    if (snapshot.SnapshotType === 'shared' && snapshot.Encrypted === true) {
      throw refused('InvalidParameterValue', 'An encrypted shared snapshot cannot be restored. Copy it first.');
    }
    const wishes = { ...input, Tags: tagsOrThoseOf(input.Tags, snapshot) };
    return {
      DBInstance: { ...newInstance(context, input.DBInstanceIdentifier, ofSnapshot(snapshot, context), wishes) },
    };
  },

  RestoreDBInstanceToPointInTime(context, input: RestoreDBInstanceToPointInTimeMessage) {
    const source = findSource(context, input);
    if ((source.BackupRetentionPeriod ?? 0) === 0) {
      throw refused(
        'PointInTimeRestoreNotEnabled',
        `Point-in-time restore is not enabled for ${source.DBInstanceIdentifier}.`,
      );
    }
    const window = context.resources.automatedBackups.find(
      ({ DbiResourceId }) => DbiResourceId === source.DbiResourceId,
    );
    checkPointInTime({
      time: input.RestoreTime,
      useLatest: input.UseLatestRestorableTime,
      earliest: window?.RestoreWindow?.EarliestTime,
      latest: source.LatestRestorableTime,
      parameter: 'RestoreTime',
    });
    const wishes = { ...input, Tags: tagsOrThoseOf(input.Tags, source) };
    const { id, port, ...taken } = ofInstance(source);
    return {
      DBInstance: { ...newInstance(context, input.TargetDBInstanceIdentifier, { id, port, ...taken }, wishes) },
    };
  },
} satisfies Operations;

function findSnapshot({ resources }: Context, input: RestoreDBInstanceFromDBSnapshotMessage): DBSnapshot {
  const { DBSnapshotIdentifier: id, DBClusterSnapshotIdentifier: clusterId } = input;
  if ((id === undefined) === (clusterId === undefined)) {
    throw refused('InvalidParameterCombination', 'Specify either DBSnapshotIdentifier or DBClusterSnapshotIdentifier.');
  }
  if (clusterId !== undefined) return ofClusterSnapshot({ resources }, clusterId);
  const snapshot = resources.snapshots.find((it) => isNamed(id, it.DBSnapshotIdentifier, it.DBSnapshotArn));
  if (snapshot === undefined) throw notFound('DBSnapshotNotFound', `DBSnapshot ${id}`);
  return snapshot;
}

/** The snapshot of a Multi-AZ DB cluster can become a single instance; one of Aurora cannot. */
function ofClusterSnapshot({ resources }: Pick<Context, 'resources'>, id: string): DBSnapshot {
  const snapshot = resources.clusterSnapshots.find((it) =>
    isNamed(id, it.DBClusterSnapshotIdentifier, it.DBClusterSnapshotArn),
  );
  if (snapshot === undefined) throw notFound('DBClusterSnapshotNotFoundFault', `DBClusterSnapshot ${id}`);
  if (snapshot.Engine?.startsWith('aurora') === true) {
    throw refused('InvalidParameterValue', 'A DB instance cannot be restored from a snapshot of an Aurora DB cluster.');
  }
  const { StorageEncrypted, DBClusterSnapshotIdentifier, ...rest } = snapshot;
  return { ...rest, Encrypted: StorageEncrypted, DBSnapshotIdentifier: DBClusterSnapshotIdentifier };
}

const ofSnapshot = (it: DBSnapshot, { resources }: Context): Origin => {
  const original = resources.instances.find(({ DbiResourceId }) => DbiResourceId === it.DbiResourceId);
  return {
    id: it.DBSnapshotIdentifier ?? '',
    port: it.Port ?? 5432,
    Engine: it.Engine,
    EngineVersion: it.EngineVersion,
    AllocatedStorage: it.AllocatedStorage,
    MasterUsername: it.MasterUsername,
    StorageType: it.StorageType,
    StorageEncrypted: it.Encrypted,
    StorageEncryptionType: it.StorageEncryptionType,
    KmsKeyId: it.KmsKeyId,
    DBInstanceClass: original?.DBInstanceClass ?? 'db.t4g.medium',
    BackupRetentionPeriod: original?.BackupRetentionPeriod ?? 1,
  };
};

function findSource({ resources }: Context, input: RestoreDBInstanceToPointInTimeMessage): DBInstance {
  const { SourceDBInstanceIdentifier: id, SourceDbiResourceId: resourceId } = input;
  const source = resources.instances.find(
    (it) =>
      (id !== undefined && same(it.DBInstanceIdentifier, id)) ||
      (resourceId !== undefined && it.DbiResourceId === resourceId),
  );
  if (source === undefined) throw notFound('DBInstanceNotFound', `DBInstance ${id ?? resourceId}`);
  return source;
}

const ofInstance = (it: DBInstance): Origin => ({
  id: it.DBInstanceIdentifier ?? '',
  port: it.Endpoint?.Port ?? 5432,
  Engine: it.Engine,
  EngineVersion: it.EngineVersion,
  AllocatedStorage: it.AllocatedStorage,
  MasterUsername: it.MasterUsername,
  StorageType: it.StorageType,
  StorageEncrypted: it.StorageEncrypted,
  StorageEncryptionType: it.StorageEncryptionType,
  KmsKeyId: it.KmsKeyId,
  DBInstanceClass: it.DBInstanceClass,
  BackupRetentionPeriod: it.BackupRetentionPeriod,
});
