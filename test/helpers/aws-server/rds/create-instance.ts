import type { CreateDBInstanceMessage, DBCluster } from '@aws-sdk/client-rds';

import type { Context, Operations } from '../progress.ts';
import { notFound, refused } from '../wire/aws-error.ts';
import { placeOf, type Place } from './come.ts';
import { newInstance } from './new-instance.ts';
import { same } from './pages.ts';

export const createInstance = {
  CreateDBInstance(context, input: CreateDBInstanceMessage) {
    if (input.DBClusterIdentifier !== undefined) return { DBInstance: { ...newMember(context, input) } };
    for (const parameter of ['AllocatedStorage', 'MasterUsername', 'MasterUserPassword'] as const) {
      if (input[parameter] !== undefined) continue;
      throw refused('InvalidParameterValue', `The parameter ${parameter} must be provided and must not be blank.`);
    }
    const origin = {
      id: '',
      port: 5432,
      Engine: input.Engine,
      EngineVersion: input.EngineVersion ?? '16.9',
      AllocatedStorage: input.AllocatedStorage,
      MasterUsername: input.MasterUsername,
      StorageType: 'gp2',
      StorageEncrypted: input.StorageEncrypted ?? false,
      BackupRetentionPeriod: 1,
    };
    return { DBInstance: { ...newInstance(context, input.DBInstanceIdentifier, origin, input) } };
  },
} satisfies Operations;

/** A member of a cluster. The first one is its writer and makes its endpoint answer. */
function newMember(context: Context, input: CreateDBInstanceMessage) {
  const cluster = context.resources.clusters.find((it) => same(it.DBClusterIdentifier, input.DBClusterIdentifier));
  if (cluster === undefined) throw notFound('DBClusterNotFoundFault', `DBCluster ${input.DBClusterIdentifier}`);
  checkMember(input, cluster);
  const member = newInstance(context, input.DBInstanceIdentifier, originOfMember(cluster), {
    ...input,
    DBSubnetGroupName: cluster.DBSubnetGroup,
    VpcSecurityGroupIds: (cluster.VpcSecurityGroups ?? []).map(({ VpcSecurityGroupId: id = '' }) => id),
  });
  const members = cluster.DBClusterMembers ?? [];
  cluster.DBClusterMembers = [
    ...members,
    {
      DBInstanceIdentifier: member.DBInstanceIdentifier,
      IsClusterWriter: members.every(({ IsClusterWriter }) => IsClusterWriter !== true),
      PromotionTier: input.PromotionTier ?? 1,
      DBClusterParameterGroupStatus: 'in-sync',
    },
  ];
  return member;
}

function checkMember(input: CreateDBInstanceMessage, cluster: DBCluster): void {
  if (input.Engine !== cluster.Engine) {
    throw refused(
      'InvalidParameterCombination',
      `The engine name requested (${input.Engine}) does not match ${cluster.Engine}.`,
    );
  }
  for (const parameter of [
    'MasterUserPassword',
    'MasterUsername',
    'BackupRetentionPeriod',
    'AllocatedStorage',
  ] as const) {
    if (input[parameter] === undefined) continue;
    const why = `The requested DB Instance will be a member of a DB Cluster. Set ${parameter} for the DB Cluster.`;
    throw refused('InvalidParameterCombination', why);
  }
}

const originOfMember = (cluster: DBCluster) => ({
  id: cluster.DBClusterIdentifier ?? '',
  port: cluster.Port ?? 5432,
  DBClusterIdentifier: cluster.DBClusterIdentifier,
  Engine: cluster.Engine,
  EngineVersion: cluster.EngineVersion,
  AllocatedStorage: 1,
  StorageType: cluster.StorageType,
  MasterUsername: cluster.MasterUsername,
  StorageEncrypted: cluster.StorageEncrypted,
  StorageEncryptionType: cluster.StorageEncryptionType,
  KmsKeyId: cluster.KmsKeyId,
  BackupRetentionPeriod: cluster.BackupRetentionPeriod,
  place: placeOf(cluster),
  onAvailable: ({ address, port }: Place) => {
    cluster.Endpoint = address;
    cluster.Port = port;
  },
});
