import type { DeleteDBClusterMessage, DeleteDBInstanceMessage } from '@aws-sdk/client-rds';

import type { Context, Operations } from '../progress.ts';
import { notFound, refused } from '../wire/aws-error.ts';
import { originOf } from './come.ts';
import { same } from './pages.ts';
import { releaseQuota } from './quotas.ts';

export const remove = {
  DeleteDBInstance(context, input: DeleteDBInstanceMessage) {
    const { resources } = context;
    const id = input.DBInstanceIdentifier ?? '';
    const instance = resources.instances.find((it) => same(it.DBInstanceIdentifier, id));
    if (instance === undefined) throw notFound('DBInstanceNotFound', `DBInstance ${id}`);
    if (instance.DBInstanceStatus === 'deleting') {
      throw refused('InvalidDBInstanceState', `Instance ${id} is already being deleted.`);
    }
    checkDeletable('DB Instance', instance.DeletionProtection);
    const cluster = resources.clusters.find((it) => same(it.DBClusterIdentifier, instance.DBClusterIdentifier));
    if (instance.DBClusterIdentifier === undefined) checkFinalSnapshot(input);
    instance.DBInstanceStatus = 'deleting';
    goAway(context, instance, context.settings.onDelete?.(originOf(instance, 'instance', id)), () => {
      takeOut(resources.instances, instance);
      releaseQuota(resources, 'DBInstances');
      if (cluster !== undefined) {
        const left = cluster.DBClusterMembers?.filter((it) => !same(it.DBInstanceIdentifier, id));
        cluster.DBClusterMembers = left;
      }
      // Automated snapshots go with the instance, manual ones stay.
      for (const snapshot of resources.snapshots.filter((it) => it.DbiResourceId === instance.DbiResourceId)) {
        if (snapshot.SnapshotType === 'automated') takeOut(resources.snapshots, snapshot);
      }
      for (const backup of resources.automatedBackups.filter((it) => it.DbiResourceId === instance.DbiResourceId)) {
        if (input.DeleteAutomatedBackups === false) backup.Status = 'retained';
        else takeOut(resources.automatedBackups, backup);
      }
    });
    return { DBInstance: { ...instance } };
  },

  DeleteDBCluster(context, input: DeleteDBClusterMessage) {
    const { resources } = context;
    const id = input.DBClusterIdentifier ?? '';
    const cluster = resources.clusters.find((it) => same(it.DBClusterIdentifier, id));
    if (cluster === undefined) throw notFound('DBClusterNotFoundFault', `DBCluster ${id}`);
    if (cluster.Status === 'deleting') {
      throw refused('InvalidDBClusterStateFault', `Cluster ${id} is already being deleted.`);
    }
    checkDeletable('Cluster', cluster.DeletionProtection);
    checkFinalSnapshot(input);
    const members = resources.instances.filter((it) => same(it.DBClusterIdentifier, id));
    const isMultiAz = cluster.DBClusterInstanceClass !== undefined;
    if (!isMultiAz && members.some(({ DBInstanceStatus: status }) => status !== 'deleting')) {
      const why = 'Cluster cannot be deleted, it still contains DB instances in non-deleting state.';
      throw refused('InvalidDBClusterStateFault', why);
    }
    cluster.Status = 'deleting';
    goAway(context, cluster, context.settings.onDelete?.(originOf(cluster, 'cluster', id)), () => {
      takeOut(resources.clusters, cluster);
      releaseQuota(resources, 'DBClusters');
      for (const member of members) takeOut(resources.instances, member);
    });
    return { DBCluster: { ...cluster } };
  },
} satisfies Operations;

function checkDeletable(kind: string, isProtected: boolean | undefined): void {
  if (isProtected !== true) return;
  const what = `Cannot delete protected ${kind}, please disable deletion protection and try again.`;
  throw refused('InvalidParameterCombination', what);
}

function checkFinalSnapshot(
  wish: Pick<DeleteDBInstanceMessage, 'SkipFinalSnapshot' | 'FinalDBSnapshotIdentifier'>,
): void {
  const { SkipFinalSnapshot: skip = false, FinalDBSnapshotIdentifier: id } = wish;
  if (skip === (id === undefined)) return;
  const why = skip
    ? 'FinalDBSnapshotIdentifier can not be specified when deleting with SkipFinalSnapshot.'
    : 'FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.';
  throw refused('InvalidParameterCombination', why);
}

function goAway(
  { settings, progress }: Context,
  resource: object,
  hook: Promise<void> | undefined,
  gone: () => void,
): void {
  progress.start(resource, {
    get polls() {
      return settings.deletePolls;
    },
    done: gone,
    ...(hook !== undefined && { waitFor: hook }),
  });
}

function takeOut<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}
