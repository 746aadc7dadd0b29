import type {
  DBClusterAutomatedBackup,
  DBClusterSnapshot,
  DBInstanceAutomatedBackup,
  DBSnapshot,
} from '@aws-sdk/client-rds';

import { aCluster } from './clusters.ts';
import { ACCOUNT, REGION, hours, minutes } from './constants.ts';
import { anInstance } from './instances.ts';

/** A manual snapshot of `anInstance()`, made three hours before `now`. */
export function aSnapshot(overrides: Partial<DBSnapshot> = {}, now: Date = new Date()): DBSnapshot {
  const id = overrides.DBSnapshotIdentifier ?? 'shop-before-release';
  const at = new Date(now.getTime() - hours(3));
  const { DBInstanceIdentifier, DbiResourceId, InstanceCreateTime, Engine, EngineVersion, ...rest } = anInstance(
    {},
    now,
  );
  return {
    DBSnapshotIdentifier: id,
    DBSnapshotArn: `arn:aws:rds:${REGION}:${ACCOUNT}:snapshot:${id}`,
    SnapshotType: 'manual',
    Status: 'available',
    PercentProgress: 100,
    SnapshotCreateTime: at,
    OriginalSnapshotCreateTime: at,
    SnapshotDatabaseTime: new Date(at.getTime() - minutes(1)),
    SnapshotTarget: 'region',
    DBInstanceIdentifier,
    DbiResourceId,
    InstanceCreateTime,
    Engine,
    EngineVersion,
    MasterUsername: rest.MasterUsername,
    AvailabilityZone: rest.AvailabilityZone,
    AllocatedStorage: rest.AllocatedStorage,
    StorageType: rest.StorageType,
    Port: 5432,
    VpcId: 'vpc-0123456789abcdef0',
    Encrypted: true,
    StorageEncryptionType: 'sse-kms',
    KmsKeyId: rest.KmsKeyId,
    OptionGroupName: 'default:postgres-16',
    LicenseModel: 'postgresql-license',
    IAMDatabaseAuthenticationEnabled: false,
    ProcessorFeatures: [],
    TagList: [{ Key: 'env', Value: 'production' }],
    ...overrides,
  };
}

/** `rds:shop-2026-11-25-04-05`, of this morning's backup window. */
export function anAutomatedSnapshot(overrides: Partial<DBSnapshot> = {}, now: Date = new Date()): DBSnapshot {
  const at = new Date(now.getTime() - hours(8));
  const id = `rds:shop-${at.toISOString().slice(0, 16).replaceAll(/[T:]/g, '-')}`;
  const times = { SnapshotCreateTime: at, OriginalSnapshotCreateTime: at, SnapshotDatabaseTime: at };
  return aSnapshot({ DBSnapshotIdentifier: id, SnapshotType: 'automated', ...times, ...overrides }, now);
}

/** A manual snapshot of `aCluster()`; cluster snapshots have neither an original nor a database time. */
export function aClusterSnapshot(
  overrides: Partial<DBClusterSnapshot> = {},
  now: Date = new Date(),
): DBClusterSnapshot {
  const id = overrides.DBClusterSnapshotIdentifier ?? 'orders-before-release';
  const cluster = aCluster({}, now);
  return {
    DBClusterSnapshotIdentifier: id,
    DBClusterSnapshotArn: `arn:aws:rds:${REGION}:${ACCOUNT}:cluster-snapshot:${id}`,
    SnapshotType: 'manual',
    Status: 'available',
    PercentProgress: 100,
    SnapshotCreateTime: new Date(now.getTime() - hours(3)),
    DBClusterIdentifier: cluster.DBClusterIdentifier,
    DbClusterResourceId: cluster.DbClusterResourceId,
    ClusterCreateTime: cluster.ClusterCreateTime,
    Engine: cluster.Engine,
    EngineVersion: cluster.EngineVersion,
    MasterUsername: cluster.MasterUsername,
    AllocatedStorage: 1,
    Port: 5432,
    VpcId: 'vpc-0123456789abcdef0',
    AvailabilityZones: cluster.AvailabilityZones,
    StorageEncrypted: true,
    StorageEncryptionType: 'sse-kms',
    KmsKeyId: cluster.KmsKeyId,
    StorageType: 'aurora',
    LicenseModel: 'postgresql-license',
    IAMDatabaseAuthenticationEnabled: false,
    TagList: [{ Key: 'env', Value: 'production' }],
    ...overrides,
  };
}

export function anAutomatedClusterSnapshot(
  overrides: Partial<DBClusterSnapshot> = {},
  now: Date = new Date(),
): DBClusterSnapshot {
  const at = new Date(now.getTime() - hours(8));
  const id = `rds:orders-${at.toISOString().slice(0, 16).replaceAll(/[T:]/g, '-')}`;
  return aClusterSnapshot(
    { DBClusterSnapshotIdentifier: id, SnapshotType: 'automated', SnapshotCreateTime: at, ...overrides },
    now,
  );
}

/** What point-in-time recovery of `anInstance()` can reach. */
export function anAutomatedBackup(
  overrides: Partial<DBInstanceAutomatedBackup> = {},
  now: Date = new Date(),
): DBInstanceAutomatedBackup {
  const instance = anInstance({}, now);
  return {
    DBInstanceAutomatedBackupsArn: `arn:aws:rds:${REGION}:${ACCOUNT}:auto-backup:ab-${'shop'.padEnd(32, 'x')}`,
    DBInstanceArn: instance.DBInstanceArn,
    DbiResourceId: instance.DbiResourceId,
    DBInstanceIdentifier: instance.DBInstanceIdentifier,
    Region: REGION,
    Status: 'active',
    RestoreWindow: {
      EarliestTime: new Date(now.getTime() - hours(24 * 7)),
      LatestTime: new Date(now.getTime() - minutes(2)),
    },
    BackupRetentionPeriod: 7,
    BackupTarget: 'region',
    AllocatedStorage: 100,
    Port: 5432,
    Engine: 'postgres',
    EngineVersion: instance.EngineVersion,
    InstanceCreateTime: instance.InstanceCreateTime,
    Encrypted: true,
    KmsKeyId: instance.KmsKeyId,
    StorageType: 'gp3',
    ...overrides,
  };
}

/** AWS documents this one for deleted clusters only (`retained`). */
export function aClusterAutomatedBackup(
  overrides: Partial<DBClusterAutomatedBackup> = {},
  now: Date = new Date(),
): DBClusterAutomatedBackup {
  const cluster = aCluster({}, now);
  return {
    DBClusterAutomatedBackupsArn: `arn:aws:rds:${REGION}:${ACCOUNT}:cluster-auto-backup:ab-${'orders'.padEnd(32, 'x')}`,
    DBClusterArn: cluster.DBClusterArn,
    DbClusterResourceId: cluster.DbClusterResourceId,
    DBClusterIdentifier: cluster.DBClusterIdentifier,
    Region: REGION,
    Status: 'retained',
    RestoreWindow: {
      EarliestTime: new Date(now.getTime() - hours(24 * 7)),
      LatestTime: new Date(now.getTime() - minutes(2)),
    },
    BackupRetentionPeriod: 7,
    Engine: cluster.Engine,
    EngineVersion: cluster.EngineVersion,
    ClusterCreateTime: cluster.ClusterCreateTime,
    StorageEncrypted: true,
    KmsKeyId: cluster.KmsKeyId,
    ...overrides,
  };
}
