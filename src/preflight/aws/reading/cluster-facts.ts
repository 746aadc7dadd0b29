import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';

import type { MemberFacts, ResourceFacts, ResourceKind } from '../../facts/aws.ts';
import { pendingModifications, securityGroupIds, storageFacts } from './instance-facts.ts';
import { isoTime, told } from './optional.ts';

/** Of a cluster and its members. What only instances have (class, certificate, volume) is its writer's. */
export function clusterFacts(cluster: DBCluster, all: readonly DBInstance[], kind: ResourceKind): ResourceFacts {
  const members = membersOf(cluster, all);
  const writer = members.find(({ facts }) => facts.isWriter)?.instance;
  return {
    kind,
    identifier: cluster.DBClusterIdentifier ?? '',
    resourceId: cluster.DbClusterResourceId ?? '',
    arn: cluster.DBClusterArn ?? '',
    engine: cluster.Engine ?? '',
    engineVersion: cluster.EngineVersion ?? '',
    status: cluster.Status ?? 'unknown',
    members: members.map(({ facts }) => facts),
    pendingModifications: [
      ...pendingModifications(cluster.PendingModifiedValues),
      ...members.flatMap(({ facts, instance }) =>
        pendingModifications(instance?.PendingModifiedValues).map((text) => `${facts.identifier}: ${text}`),
      ),
    ],
    securityGroups: securityGroupIds(cluster.VpcSecurityGroups),
    ...(kind === 'multi-az-cluster' && writer && storageFacts(writer)),
    ...ownFacts(cluster, kind),
    ...told({
      certificateValidTill: earliest(members.map(({ instance }) => instance?.CertificateDetails?.ValidTill)),
      instanceClass: cluster.DBClusterInstanceClass ?? writer?.DBInstanceClass,
    }),
  };
}

const ownFacts = (cluster: DBCluster, kind: ResourceKind) =>
  told({
    createdAt: isoTime(cluster.ClusterCreateTime),
    retentionDays: cluster.BackupRetentionPeriod,
    pendingRetentionDays: cluster.PendingModifiedValues?.BackupRetentionPeriod,
    earliestRestorableAt: isoTime(cluster.EarliestRestorableTime),
    latestRestorableAt: isoTime(cluster.LatestRestorableTime),
    backupWindow: cluster.PreferredBackupWindow,
    maintenanceWindow: cluster.PreferredMaintenanceWindow,
    multiAz: cluster.MultiAZ,
    deletionProtection: cluster.DeletionProtection,
    encrypted: cluster.StorageEncrypted,
    encryptionType: cluster.StorageEncryptionType,
    kmsKeyId: cluster.KmsKeyId,
    // Aurora's volume grows by itself; the field holds 1 there.
    allocatedGib: kind === 'multi-az-cluster' ? cluster.AllocatedStorage : undefined,
    storageType: cluster.StorageType,
    replicaOf: cluster.ReplicationSourceIdentifier,
    globalCluster: cluster.GlobalClusterIdentifier,
    secretStatus: cluster.MasterUserSecret?.SecretStatus,
    backupRecoveryPointArn: cluster.AwsBackupRecoveryPointArn,
    subnetGroup: cluster.DBSubnetGroup,
    parameterGroup: cluster.DBClusterParameterGroup,
    port: cluster.Port,
    iamAuthentication: cluster.IAMDatabaseAuthenticationEnabled,
    masterUser: cluster.MasterUsername,
  });

interface Member {
  readonly facts: MemberFacts;
  readonly instance: DBInstance | undefined;
}

const membersOf = (cluster: DBCluster, all: readonly DBInstance[]): readonly Member[] =>
  (cluster.DBClusterMembers ?? []).map(({ DBInstanceIdentifier: identifier = '', IsClusterWriter }) => {
    const instance = all.find(({ DBInstanceIdentifier: id }) => id === identifier);
    return {
      instance,
      facts: {
        identifier,
        isWriter: IsClusterWriter === true,
        status: instance?.DBInstanceStatus ?? 'unknown',
        ...told({
          arn: instance?.DBInstanceArn,
          resourceId: instance?.DbiResourceId,
          instanceClass: instance?.DBInstanceClass,
        }),
      },
    };
  });

function earliest(dates: readonly (Date | undefined)[]): string | undefined {
  const times = dates.flatMap((date) => (date === undefined ? [] : date.getTime()));
  return times.length === 0 ? undefined : new Date(Math.min(...times)).toISOString();
}
