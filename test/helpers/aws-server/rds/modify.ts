import type { DBCluster, DBInstance, ModifyDBClusterMessage, ModifyDBInstanceMessage } from '@aws-sdk/client-rds';

import type { Context, Operations } from '../progress.ts';
import { notFound, refused } from '../wire/aws-error.ts';
import { originOf } from './come.ts';
import { same } from './pages.ts';

export const modify = {
  ModifyDBInstance(context, input: ModifyDBInstanceMessage) {
    const id = input.DBInstanceIdentifier;
    const instance = context.resources.instances.find((it) => same(it.DBInstanceIdentifier, id));
    if (instance === undefined) throw notFound('DBInstanceNotFound', `DBInstance ${id}`);
    if (input.MasterUserPassword !== undefined && instance.DBClusterIdentifier !== undefined) {
      const why = `The master user password of a member is set for its DB cluster ${instance.DBClusterIdentifier}.`;
      throw refused('InvalidParameterCombination', why);
    }
    if (instance.DBInstanceStatus !== 'available') {
      throw refused('InvalidDBInstanceState', `Database instance ${id} is not in available state.`);
    }
    checkPassword(input.MasterUserPassword);
    Object.assign(instance, changesOf(input));
    if (input.MasterUserPassword !== undefined) {
      const hook = context.settings.onModify?.(originOf(instance, 'instance', id ?? ''), { ...input });
      resetPassword(context, instance, (status) => (instance.DBInstanceStatus = status), hook);
    }
    return { DBInstance: structuredClone(instance) };
  },

  ModifyDBCluster(context, input: ModifyDBClusterMessage) {
    const id = input.DBClusterIdentifier;
    const cluster = context.resources.clusters.find((it) => same(it.DBClusterIdentifier, id));
    if (cluster === undefined) throw notFound('DBClusterNotFoundFault', `DBCluster ${id}`);
    if (cluster.Status !== 'available') {
      throw refused('InvalidDBClusterStateFault', `DB cluster ${id} is not in available state.`);
    }
    checkPassword(input.MasterUserPassword);
    Object.assign(cluster, changesOf(input));
    if (input.MasterUserPassword !== undefined) {
      const hook = context.settings.onModify?.(originOf(cluster, 'cluster', id ?? ''), { ...input });
      resetPassword(context, cluster, (status) => (cluster.Status = status), hook);
    }
    return { DBCluster: structuredClone(cluster) };
  },
} satisfies Operations;

function checkPassword(password: string | undefined): void {
  if (password === undefined || /^(?=.{8,128}$)[!-~]*$/.test(password.replaceAll(/[/@"' ]/g, '\n'))) return;
  const rule = "Only printable ASCII characters besides '/', '@', '\"', ' ' may be used.";
  throw refused('InvalidParameterValue', `The parameter MasterUserPassword is not a valid password. ${rule}`);
}

/**
 * The first describe after the call still says `available`, with the password among the pending values; then the status
 * is `resetting-master-credentials`, then `available` again and nothing pending.
 */
function resetPassword(
  { settings, progress }: Context,
  resource: Pick<DBInstance & DBCluster, 'PendingModifiedValues'>,
  setStatus: (status: string) => void,
  hook: Promise<void> | undefined,
): void {
  resource.PendingModifiedValues = { ...resource.PendingModifiedValues, MasterUserPassword: '****' };
  progress.start(resource, {
    get polls() {
      return settings.modifyPolls;
    },
    step: (fraction) => setStatus(fraction < 0.5 ? 'available' : 'resetting-master-credentials'),
    done: () => {
      setStatus('available');
      const { MasterUserPassword: _done, ...pending } = resource.PendingModifiedValues ?? {};
      resource.PendingModifiedValues = pending;
    },
    ...(hook !== undefined && { waitFor: hook }),
  });
}

/** Those that the server applies, all at once. */
function changesOf(input: ModifyDBInstanceMessage | ModifyDBClusterMessage): object {
  const { BackupRetentionPeriod, DeletionProtection, CopyTagsToSnapshot, EnableIAMDatabaseAuthentication } = input;
  return {
    ...(BackupRetentionPeriod !== undefined && { BackupRetentionPeriod }),
    ...(DeletionProtection !== undefined && { DeletionProtection }),
    ...(CopyTagsToSnapshot !== undefined && { CopyTagsToSnapshot }),
    ...(EnableIAMDatabaseAuthentication !== undefined && {
      IAMDatabaseAuthenticationEnabled: EnableIAMDatabaseAuthentication,
    }),
    ...('PubliclyAccessible' in input && { PubliclyAccessible: input.PubliclyAccessible }),
  };
}
