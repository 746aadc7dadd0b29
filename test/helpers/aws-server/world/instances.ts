import type { DBInstance } from '@aws-sdk/client-rds';

import { ACCOUNT, REGION, minutes } from './constants.ts';

/** `shop`, PostgreSQL 16 on one machine, in good health: backups on, latest restorable time two minutes before `now`. */
export function anInstance(overrides: Partial<DBInstance> = {}, now: Date = new Date()): DBInstance {
  const id = overrides.DBInstanceIdentifier ?? 'shop';
  return {
    DBInstanceIdentifier: id,
    DBInstanceArn: `arn:aws:rds:${REGION}:${ACCOUNT}:db:${id}`,
    DbiResourceId: resourceId('db', id),
    DBInstanceClass: 'db.t4g.medium',
    DBInstanceStatus: 'available',
    Engine: 'postgres',
    EngineVersion: '16.9',
    EngineLifecycleSupport: 'open-source-rds-extended-support-disabled',
    MasterUsername: 'postgres',
    DBName: 'shop',
    Endpoint: { Address: endpointAddress(id), Port: 5432, HostedZoneId: 'Z29XKXDKYMONMX' },
    AllocatedStorage: 100,
    MaxAllocatedStorage: 200,
    StorageType: 'gp3',
    Iops: 3000,
    StorageThroughput: 125,
    InstanceCreateTime: new Date(now.getTime() - minutes(60 * 24 * 90)),
    LatestRestorableTime: new Date(now.getTime() - minutes(2)),
    BackupRetentionPeriod: 7,
    BackupTarget: 'region',
    PreferredBackupWindow: awayFrom(now, 6),
    PreferredMaintenanceWindow: weeklyAwayFrom(now),
    MultiAZ: true,
    AvailabilityZone: `${REGION}a`,
    SecondaryAvailabilityZone: `${REGION}b`,
    ...network(),
    DBParameterGroups: [{ DBParameterGroupName: 'shop-postgres16', ParameterApplyStatus: 'in-sync' }],
    OptionGroupMemberships: [{ OptionGroupName: 'default:postgres-16', Status: 'in-sync' }],
    PubliclyAccessible: false,
    AutoMinorVersionUpgrade: true,
    LicenseModel: 'postgresql-license',
    StorageEncrypted: true,
    StorageEncryptionType: 'sse-kms',
    KmsKeyId: `arn:aws:kms:${REGION}:${ACCOUNT}:key/0f0e0d0c-0b0a-4908-8706-050403020100`,
    CACertificateIdentifier: 'rds-ca-rsa2048-g1',
    CertificateDetails: {
      CAIdentifier: 'rds-ca-rsa2048-g1',
      ValidTill: new Date(now.getTime() + minutes(60 * 24 * 300)),
    },
    CopyTagsToSnapshot: true,
    MonitoringInterval: 0,
    IAMDatabaseAuthenticationEnabled: false,
    DeletionProtection: true,
    PendingModifiedValues: {},
    ReadReplicaDBInstanceIdentifiers: [],
    DBSecurityGroups: [],
    DomainMemberships: [],
    AssociatedRoles: [],
    TagList: [{ Key: 'env', Value: 'production' }],
    ...overrides,
  };
}

/** Where the default names lead: `shop` → `shop.abcdefghijkl.eu-west-1.rds.amazonaws.com`. */
export const endpointAddress = (id: string): string => `${id}.abcdefghijkl.${REGION}.rds.amazonaws.com`;

export const resourceId = (kind: 'db' | 'cluster', id: string): string =>
  `${kind}-${id.replaceAll('-', '').toUpperCase().padEnd(26, 'X').slice(0, 26)}`;

const network = (): Pick<DBInstance, 'VpcSecurityGroups' | 'DBSubnetGroup' | 'NetworkType'> => ({
  VpcSecurityGroups: [{ VpcSecurityGroupId: 'sg-0a1b2c3d4e5f60718', Status: 'active' }],
  DBSubnetGroup: {
    DBSubnetGroupName: 'shop-private',
    DBSubnetGroupDescription: 'Private subnets',
    VpcId: 'vpc-0123456789abcdef0',
    SubnetGroupStatus: 'Complete',
    Subnets: [
      { SubnetIdentifier: 'subnet-01', SubnetAvailabilityZone: { Name: `${REGION}a` }, SubnetStatus: 'Active' },
      { SubnetIdentifier: 'subnet-02', SubnetAvailabilityZone: { Name: `${REGION}b` }, SubnetStatus: 'Active' },
    ],
  },
  NetworkType: 'IPV4',
});

/** A window of 30 minutes that begins `hours` after `now`: `05:10-05:40`, UTC. */
export function awayFrom(now: Date, hours: number): string {
  const from = new Date(now.getTime() + minutes(60 * hours));
  return `${from.toISOString().slice(11, 16)}-${new Date(from.getTime() + minutes(30)).toISOString().slice(11, 16)}`;
}

/** Half a week after `now`: `sat:05:10-sat:05:40`, UTC. */
export function weeklyAwayFrom(now: Date): string {
  const from = new Date(now.getTime() + minutes(60 * 84));
  const to = new Date(from.getTime() + minutes(30));
  const at = (time: Date): string => `${DAYS[time.getUTCDay()]}:${time.toISOString().slice(11, 16)}`;
  return `${at(from)}-${at(to)}`;
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
