import type {
  DBCluster,
  DBClusterSnapshot,
  RestoreDBClusterFromSnapshotMessage,
  RestoreDBClusterToPointInTimeMessage,
} from '@aws-sdk/client-rds';

import type { Context, Operations } from '../progress.ts';
import { notFound, refused } from '../wire/aws-error.ts';
import { newCluster, type ClusterOrigin } from './new-cluster.ts';
import { isNamed, same } from './pages.ts';
import { checkPointInTime } from './point-in-time.ts';
import { tagsOrThoseOf } from './tags.ts';

export const restoreCluster = {
  RestoreDBClusterFromSnapshot(context, input: RestoreDBClusterFromSnapshotMessage) {
    const snapshot = findSnapshot(context, input.SnapshotIdentifier);
    if (snapshot.Status !== 'available') {
      throw refused('InvalidDBClusterSnapshotStateFault', `The snapshot ${input.SnapshotIdentifier} is not available.`);
    }
    if (input.Engine !== snapshot.Engine) {
      throw refused(
        'InvalidParameterCombination',
        `The engine ${input.Engine} is not that of the snapshot, ${snapshot.Engine}.`,
      );
    }
    const wishes = { ...input, Tags: tagsOrThoseOf(input.Tags, snapshot) };
    const origin = { id: snapshot.DBClusterSnapshotIdentifier ?? '', ...takenFrom(snapshot) };
    return { DBCluster: { ...newCluster(context, input.DBClusterIdentifier, origin, wishes) } };
  },

  /** A clone (`copy-on-write`) is of now only. */
  RestoreDBClusterToPointInTime(context, input: RestoreDBClusterToPointInTimeMessage) {
    const source = findSource(context, input);
    const isClone = input.RestoreType === 'copy-on-write';
    if (isClone && input.RestoreToTime !== undefined) {
      throw refused('InvalidParameterCombination', 'RestoreToTime cannot be specified with RestoreType copy-on-write.');
    }
    if (isClone && (source.DBClusterMembers ?? []).length === 0) {
      throw refused('InvalidDBClusterStateFault', 'A DB cluster without instances cannot be cloned.');
    }
    checkPointInTime({
      time: input.RestoreToTime,
      useLatest: input.UseLatestRestorableTime,
      earliest: source.EarliestRestorableTime,
      latest: source.LatestRestorableTime,
      parameter: 'RestoreToTime',
    });
    const wishes = { ...input, Tags: tagsOrThoseOf(input.Tags, source) };
    const origin = { id: source.DBClusterIdentifier ?? '', ...takenFrom(source) };
    return { DBCluster: { ...newCluster(context, input.DBClusterIdentifier, origin, wishes) } };
  },
} satisfies Operations;

function findSnapshot({ resources }: Context, id: string | undefined): DBClusterSnapshot {
  const snapshot = resources.clusterSnapshots.find((it) =>
    isNamed(id, it.DBClusterSnapshotIdentifier, it.DBClusterSnapshotArn),
  );
  if (snapshot === undefined) throw notFound('DBClusterSnapshotNotFoundFault', `DBClusterSnapshot ${id}`);
  return snapshot;
}

function findSource({ resources }: Context, input: RestoreDBClusterToPointInTimeMessage): DBCluster {
  const { SourceDBClusterIdentifier: id, SourceDbClusterResourceId: resourceId } = input;
  const source = resources.clusters.find(
    (it) =>
      (id !== undefined && isNamed(id, it.DBClusterIdentifier, it.DBClusterArn)) ||
      (resourceId !== undefined && same(it.DbClusterResourceId, resourceId)),
  );
  if (source === undefined) throw notFound('DBClusterNotFoundFault', `DBCluster ${id ?? resourceId}`);
  return source;
}

const takenFrom = (it: DBClusterSnapshot | DBCluster): Omit<ClusterOrigin, 'id'> => ({
  Engine: it.Engine,
  EngineVersion: it.EngineVersion,
  MasterUsername: it.MasterUsername,
  Port: it.Port ?? 5432,
  StorageType: it.StorageType,
  AllocatedStorage: it.AllocatedStorage,
  StorageEncrypted: it.StorageEncrypted,
  StorageEncryptionType: it.StorageEncryptionType,
  KmsKeyId: it.KmsKeyId,
});
