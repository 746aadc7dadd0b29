import type { DBInstance } from '@aws-sdk/client-rds';

import type { ResourceFacts } from '../../facts/aws.ts';
import { isoTime, told } from './optional.ts';

/** Of an instance that is no member of a cluster. */
export const instanceFacts = (instance: DBInstance): ResourceFacts => ({
  kind: 'instance',
  identifier: instance.DBInstanceIdentifier ?? '',
  resourceId: instance.DbiResourceId ?? '',
  arn: instance.DBInstanceArn ?? '',
  engine: instance.Engine ?? '',
  engineVersion: instance.EngineVersion ?? '',
  status: instance.DBInstanceStatus ?? 'unknown',
  members: [],
  pendingModifications: pendingModifications(instance.PendingModifiedValues),
  securityGroups: securityGroupIds(instance.VpcSecurityGroups),
  ...storageFacts(instance),
  ...told({
    createdAt: isoTime(instance.InstanceCreateTime),
    retentionDays: instance.BackupRetentionPeriod,
    pendingRetentionDays: instance.PendingModifiedValues?.BackupRetentionPeriod,
    latestRestorableAt: isoTime(instance.LatestRestorableTime),
    backupWindow: instance.PreferredBackupWindow,
    maintenanceWindow: instance.PreferredMaintenanceWindow,
    multiAz: instance.MultiAZ,
    deletionProtection: instance.DeletionProtection,
    encrypted: instance.StorageEncrypted,
    encryptionType: instance.StorageEncryptionType,
    kmsKeyId: instance.KmsKeyId,
    replicaOf: instance.ReadReplicaSourceDBInstanceIdentifier ?? instance.ReadReplicaSourceDBClusterIdentifier,
    secretStatus: instance.MasterUserSecret?.SecretStatus,
    backupRecoveryPointArn: instance.AwsBackupRecoveryPointArn,
    certificateValidTill: isoTime(instance.CertificateDetails?.ValidTill),
    instanceClass: instance.DBInstanceClass,
    subnetGroup: instance.DBSubnetGroup?.DBSubnetGroupName,
    parameterGroup: instance.DBParameterGroups?.[0]?.DBParameterGroupName,
    port: instance.Endpoint?.Port,
    iamAuthentication: instance.IAMDatabaseAuthenticationEnabled,
    masterUser: instance.MasterUsername,
  }),
  replicatedBackupArns: (instance.DBInstanceAutomatedBackupsReplications ?? []).flatMap(
    ({ DBInstanceAutomatedBackupsArn: arn }) => arn ?? [],
  ),
});

/** Of an instance with a volume of its own, which a member of Aurora has not. */
export function storageFacts(
  instance: DBInstance,
): Pick<ResourceFacts, 'allocatedGib' | 'maxAllocatedGib' | 'storageType' | 'storageOperation'> {
  const { StorageOperationStatus: status, StorageOperationPercentProgress: percent } = instance;
  return told({
    allocatedGib: instance.AllocatedStorage,
    maxAllocatedGib: instance.MaxAllocatedStorage,
    storageType: instance.StorageType,
    storageOperation: status === undefined || status === '' ? undefined : { status, ...told({ percent }) },
  });
}

export const securityGroupIds = (groups: DBInstance['VpcSecurityGroups']): readonly string[] =>
  (groups ?? []).flatMap(({ VpcSecurityGroupId: id }) => id ?? []);

/** `EngineVersion 17.5`, without the password that may be among them. */
export const pendingModifications = (values: object | undefined): readonly string[] =>
  Object.entries(values ?? {})
    .filter(([name, value]) => name !== 'MasterUserPassword' && value !== undefined)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
