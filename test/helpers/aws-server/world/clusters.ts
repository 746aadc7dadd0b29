import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';

import { ACCOUNT, REGION, hours, minutes } from './constants.ts';
import { anInstance, awayFrom, resourceId, weeklyAwayFrom } from './instances.ts';

/** `orders`, Aurora PostgreSQL with writer `orders-1` and reader `orders-2`; their instances come from `membersOf`. */
export function aCluster(overrides: Partial<DBCluster> = {}, now: Date = new Date()): DBCluster {
  const id = overrides.DBClusterIdentifier ?? 'orders';
  return {
    DBClusterIdentifier: id,
    DBClusterArn: `arn:aws:rds:${REGION}:${ACCOUNT}:cluster:${id}`,
    DbClusterResourceId: resourceId('cluster', id),
    Engine: 'aurora-postgresql',
    EngineVersion: '16.8',
    EngineMode: 'provisioned',
    Status: 'available',
    Endpoint: `${id}.cluster-abcdefghijkl.${REGION}.rds.amazonaws.com`,
    ReaderEndpoint: `${id}.cluster-ro-abcdefghijkl.${REGION}.rds.amazonaws.com`,
    Port: 5432,
    MultiAZ: true,
    MasterUsername: 'postgres',
    DatabaseName: 'orders',
    AllocatedStorage: 1,
    StorageType: 'aurora',
    ClusterCreateTime: new Date(now.getTime() - hours(24 * 90)),
    EarliestRestorableTime: new Date(now.getTime() - hours(24 * 7)),
    LatestRestorableTime: new Date(now.getTime() - minutes(2)),
    BackupRetentionPeriod: 7,
    PreferredBackupWindow: awayFrom(now, 6),
    PreferredMaintenanceWindow: weeklyAwayFrom(now),
    DBClusterMembers: [
      {
        DBInstanceIdentifier: `${id}-1`,
        IsClusterWriter: true,
        PromotionTier: 1,
        DBClusterParameterGroupStatus: 'in-sync',
      },
      {
        DBInstanceIdentifier: `${id}-2`,
        IsClusterWriter: false,
        PromotionTier: 1,
        DBClusterParameterGroupStatus: 'in-sync',
      },
    ],
    DBSubnetGroup: 'shop-private',
    DBClusterParameterGroup: 'orders-aurora16',
    VpcSecurityGroups: [{ VpcSecurityGroupId: 'sg-0a1b2c3d4e5f60718', Status: 'active' }],
    AvailabilityZones: [`${REGION}a`, `${REGION}b`, `${REGION}c`],
    StorageEncrypted: true,
    StorageEncryptionType: 'sse-kms',
    KmsKeyId: `arn:aws:kms:${REGION}:${ACCOUNT}:key/0f0e0d0c-0b0a-4908-8706-050403020100`,
    IAMDatabaseAuthenticationEnabled: false,
    DeletionProtection: true,
    CopyTagsToSnapshot: true,
    ReadReplicaIdentifiers: [],
    AssociatedRoles: [],
    CustomEndpoints: [],
    HttpEndpointEnabled: false,
    TagList: [{ Key: 'env', Value: 'production' }],
    ...overrides,
  };
}

/** `ledger`, a Multi-AZ DB cluster: engine `postgres`, one writer and two readers. */
export const aMultiAzCluster = (overrides: Partial<DBCluster> = {}, now: Date = new Date()): DBCluster => {
  const id = overrides.DBClusterIdentifier ?? 'ledger';
  const base = aCluster({ DBClusterIdentifier: id, Engine: 'postgres', EngineVersion: '16.9', DatabaseName: id }, now);
  return {
    ...base,
    DBClusterMembers: [1, 2, 3].map((number) => ({
      DBInstanceIdentifier: `${id}-instance-${number}`,
      IsClusterWriter: number === 1,
      PromotionTier: 1,
      DBClusterParameterGroupStatus: 'in-sync',
    })),
    DBClusterInstanceClass: 'db.m6gd.large',
    DBClusterParameterGroup: 'ledger-postgres16',
    StorageType: 'io1',
    Iops: 1000,
    AllocatedStorage: 100,
    ...overrides,
  };
};

/** The instances of a cluster. They have no restorable times: those are the cluster's. */
export const membersOf = (cluster: DBCluster, now: Date = new Date()): DBInstance[] =>
  (cluster.DBClusterMembers ?? []).map(({ DBInstanceIdentifier: id = '' }) => {
    const {
      LatestRestorableTime: _pitr,
      MaxAllocatedStorage: _max,
      ...base
    } = anInstance({ DBInstanceIdentifier: id }, now);
    return {
      ...base,
      DBClusterIdentifier: cluster.DBClusterIdentifier,
      Engine: cluster.Engine,
      EngineVersion: cluster.EngineVersion,
      DBInstanceClass: cluster.DBClusterInstanceClass ?? 'db.r6g.large',
      StorageType: cluster.StorageType,
      AllocatedStorage: cluster.AllocatedStorage,
      MultiAZ: false,
      DeletionProtection: false,
    };
  });
