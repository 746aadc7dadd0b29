import type {
  CreateDBClusterSnapshotMessage,
  CreateDBSnapshotMessage,
  DBClusterSnapshot,
  DBInstance,
  DBSnapshot,
} from '@aws-sdk/client-rds';

import type { Context, Operations } from '../progress.ts';
import { notFound, refused } from '../wire/aws-error.ts';
import { checkIdentifier } from './identifiers.ts';
import { same } from './pages.ts';
import { checkQuota } from './quotas.ts';

export const createSnapshots = {
  CreateDBSnapshot(context, input: CreateDBSnapshotMessage) {
    const { resources } = context;
    const id = checkIdentifier(input.DBSnapshotIdentifier, 'DBSnapshotIdentifier', 255);
    const instance = resources.instances.find((it) => same(it.DBInstanceIdentifier, input.DBInstanceIdentifier));
    if (instance === undefined) throw notFound('DBInstanceNotFound', `DBInstance ${input.DBInstanceIdentifier}`);
    checkSource(instance);
    if (resources.snapshots.some((it) => it.DBSnapshotIdentifier === id)) {
      throw refused(
        'DBSnapshotAlreadyExists',
        `Cannot create the snapshot because a snapshot with the identifier ${id} already exists.`,
      );
    }
    checkQuota(resources, 'ManualSnapshots', 'SnapshotQuotaExceeded');
    const snapshot = snapshotOf(instance, id, input, context);
    resources.snapshots.push(snapshot);
    ripen(snapshot, context);
    return { DBSnapshot: { ...snapshot } };
  },

  CreateDBClusterSnapshot(context, input: CreateDBClusterSnapshotMessage) {
    const { resources } = context;
    const id = checkIdentifier(input.DBClusterSnapshotIdentifier, 'DBClusterSnapshotIdentifier', 63);
    const cluster = resources.clusters.find((it) => same(it.DBClusterIdentifier, input.DBClusterIdentifier));
    if (cluster === undefined) throw notFound('DBClusterNotFoundFault', `DBCluster ${input.DBClusterIdentifier}`);
    if (cluster.Status !== 'available') {
      throw refused('InvalidDBClusterStateFault', `DB cluster is not in available state: ${cluster.Status}`);
    }
    if (resources.clusterSnapshots.some((it) => it.DBClusterSnapshotIdentifier === id)) {
      throw refused(
        'DBClusterSnapshotAlreadyExistsFault',
        `Cannot create the snapshot because a snapshot with the identifier ${id} already exists.`,
      );
    }
    checkQuota(resources, 'ManualClusterSnapshots', 'SnapshotQuotaExceeded');
    const snapshot = {
      DBClusterSnapshotIdentifier: id,
      DBClusterSnapshotArn: arnOf(context, 'cluster-snapshot', id),
      DBClusterIdentifier: cluster.DBClusterIdentifier,
      DbClusterResourceId: cluster.DbClusterResourceId,
      ClusterCreateTime: cluster.ClusterCreateTime,
      Engine: cluster.Engine,
      EngineVersion: cluster.EngineVersion,
      MasterUsername: cluster.MasterUsername,
      AllocatedStorage: cluster.AllocatedStorage ?? 1,
      Port: cluster.Port ?? 5432,
      SnapshotType: 'manual',
      Status: 'creating',
      PercentProgress: 0,
      StorageEncrypted: cluster.StorageEncrypted,
      StorageEncryptionType: cluster.StorageEncryptionType,
      KmsKeyId: cluster.KmsKeyId,
      SnapshotCreateTime: context.settings.now(),
      TagList: input.Tags ?? [],
    } as DBClusterSnapshot;
    resources.clusterSnapshots.push(snapshot);
    ripen(snapshot, context);
    return { DBClusterSnapshot: { ...snapshot } };
  },
} satisfies Operations;

function checkSource(instance: DBInstance): void {
  if (instance.DBClusterIdentifier !== undefined) {
    throw refused(
      'InvalidParameterValue',
      'The specified instance is a member of a cluster and a snapshot cannot be created directly. Please use the CreateDBClusterSnapshot API instead.',
    );
  }
  if (!['available', 'storage-optimization'].includes(instance.DBInstanceStatus ?? '')) {
    throw refused(
      'InvalidDBInstanceState',
      `Cannot create a snapshot because the database instance ${instance.DBInstanceIdentifier} is not currently in the available state.`,
    );
  }
}

/** The times are set when it is done: the answer of the create call has none. */
const snapshotOf = (it: DBInstance, id: string, input: CreateDBSnapshotMessage, context: Context): DBSnapshot => ({
  DBSnapshotIdentifier: id,
  DBSnapshotArn: arnOf(context, 'snapshot', id),
  DBInstanceIdentifier: it.DBInstanceIdentifier,
  DbiResourceId: it.DbiResourceId,
  InstanceCreateTime: it.InstanceCreateTime,
  Engine: it.Engine,
  EngineVersion: it.EngineVersion,
  AllocatedStorage: it.AllocatedStorage,
  StorageType: it.StorageType,
  Port: it.Endpoint?.Port ?? 5432,
  MasterUsername: it.MasterUsername,
  Encrypted: it.StorageEncrypted,
  StorageEncryptionType: it.StorageEncryptionType,
  KmsKeyId: it.KmsKeyId,
  SnapshotType: 'manual',
  Status: 'creating',
  PercentProgress: 0,
  TagList: input.Tags ?? [],
});

/** Creating → available, or failed when the test asked for it. */
function ripen(snapshot: DBSnapshot | DBClusterSnapshot, { settings, progress }: Context): void {
  const fails = settings.nextSnapshotFails;
  settings.nextSnapshotFails = false;
  const startedAt = settings.now();
  progress.hide(snapshot, settings.notFoundPolls);
  progress.start(snapshot, {
    polls: settings.snapshotPolls,
    step: (fraction) => {
      snapshot.PercentProgress = Math.floor(fraction * 100);
    },
    done: () => {
      snapshot.Status = fails ? 'failed' : 'available';
      if (!fails) snapshot.PercentProgress = 100;
      if ('DBSnapshotIdentifier' in snapshot) finishTimes(snapshot, startedAt, settings.now());
    },
  });
}

function finishTimes(snapshot: DBSnapshot, startedAt: Date, now: Date): void {
  snapshot.SnapshotCreateTime = now;
  snapshot.OriginalSnapshotCreateTime = now;
  snapshot.SnapshotDatabaseTime = startedAt;
}

const arnOf = ({ region, settings }: Context, kind: string, id: string): string =>
  `arn:aws:rds:${region}:${settings.account}:${kind}:${id}`;
