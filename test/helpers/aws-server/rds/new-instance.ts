import type { CreateDBInstanceMessage, DBInstance } from '@aws-sdk/client-rds';

import type { Context } from '../progress.ts';
import { refused } from '../wire/aws-error.ts';
import { come, type Place } from './come.ts';
import { checkIdentifier } from './identifiers.ts';
import { same } from './pages.ts';
import { checkQuota } from './quotas.ts';

/** What an instance takes over from where it comes from: a snapshot, an instance, a cluster or nothing. */
export type Origin = Pick<
  DBInstance,
  | 'Engine'
  | 'EngineVersion'
  | 'AllocatedStorage'
  | 'MasterUsername'
  | 'DBInstanceClass'
  | 'StorageType'
  | 'StorageEncrypted'
  | 'StorageEncryptionType'
  | 'KmsKeyId'
  | 'BackupRetentionPeriod'
  | 'DBClusterIdentifier'
> & {
  readonly id: string;
  readonly port: number;
  /** Where it is, when that is decided already, as for a member of a cluster. */
  readonly place?: Promise<Place | undefined> | undefined;
  readonly onAvailable?: (place: Place) => void;
};

/** Parameters that the calls making an instance share. */
export type InstanceWishes = Omit<
  Partial<CreateDBInstanceMessage>,
  'DBInstanceIdentifier' | 'Engine' | 'AllocatedStorage'
>;

/** Makes an instance that begins as `creating`. What is not asked for gets the defaults of AWS, also the unsafe ones. */
export function newInstance(
  context: Context,
  given: string | undefined,
  origin: Origin,
  wishes: InstanceWishes,
): DBInstance {
  const { resources } = context;
  const id = checkIdentifier(given, 'DBInstanceIdentifier', 63);
  if (resources.instances.some((it) => same(it.DBInstanceIdentifier, id))) {
    throw refused('DBInstanceAlreadyExists', 'DB instance already exists');
  }
  checkQuota(resources, 'DBInstances', 'InstanceQuotaExceeded');
  const instance = describe(context, id, origin, wishes);
  resources.instances.push(instance);
  const isMember = instance.DBClusterIdentifier !== undefined;
  const backsUp = !isMember && instance.BackupRetentionPeriod !== 0;
  come(context, {
    resource: instance,
    restored: { kind: 'instance', identifier: id, source: origin.id, input: { ...wishes } },
    backsUp,
    port: wishes.Port ?? origin.port,
    place: origin.place,
    status: (status) => {
      instance.DBInstanceStatus = status;
    },
    available: (place) => {
      instance.Endpoint = { Address: place.address, Port: place.port, HostedZoneId: 'Z29XKXDKYMONMX' };
      if (backsUp) instance.LatestRestorableTime = context.settings.now();
      origin.onAvailable?.(place);
    },
  });
  return instance;
}

function describe(context: Context, id: string, origin: Origin, wishes: InstanceWishes): DBInstance {
  const { region, settings } = context;
  const { id: _source, port: _port, place: _place, onAvailable: _onAvailable, ...taken } = origin;
  const subnets = wishes.DBSubnetGroupName ?? 'default';
  const major = origin.EngineVersion?.split('.')[0] ?? '';
  return {
    ...taken,
    DBInstanceIdentifier: id,
    DBInstanceArn: `arn:aws:rds:${region}:${settings.account}:db:${id}`,
    DbiResourceId: `db-${randomResourceId()}`,
    DBInstanceStatus: 'creating',
    DBInstanceClass: wishes.DBInstanceClass ?? origin.DBInstanceClass,
    BackupRetentionPeriod: wishes.BackupRetentionPeriod ?? origin.BackupRetentionPeriod,
    InstanceCreateTime: settings.now(),
    MultiAZ: wishes.MultiAZ ?? false,
    ...networkOf(subnets, wishes.VpcSecurityGroupIds),
    PubliclyAccessible: wishes.PubliclyAccessible ?? subnets === 'default',
    DBParameterGroups: [
      {
        DBParameterGroupName: wishes.DBParameterGroupName ?? `default.${origin.Engine}${major}`,
        ParameterApplyStatus: 'in-sync',
      },
    ],
    AutoMinorVersionUpgrade: wishes.AutoMinorVersionUpgrade ?? true,
    CopyTagsToSnapshot: wishes.CopyTagsToSnapshot ?? false,
    DeletionProtection: wishes.DeletionProtection ?? false,
    IAMDatabaseAuthenticationEnabled: wishes.EnableIAMDatabaseAuthentication ?? false,
    StorageType: wishes.StorageType ?? origin.StorageType,
    PendingModifiedValues: {},
    ReadReplicaDBInstanceIdentifiers: [],
    TagList: wishes.Tags ?? [],
  };
}

const networkOf = (
  subnetGroup: string,
  securityGroups: readonly string[] | undefined,
): Pick<DBInstance, 'DBSubnetGroup' | 'VpcSecurityGroups'> => ({
  DBSubnetGroup: { DBSubnetGroupName: subnetGroup, SubnetGroupStatus: 'Complete', VpcId: 'vpc-0123456789abcdef0' },
  VpcSecurityGroups: (securityGroups ?? ['sg-default']).map((id) => ({ VpcSecurityGroupId: id, Status: 'active' })),
});

export const randomResourceId = (): string =>
  Array.from({ length: 26 }, () => LETTERS[Math.floor(Math.random() * LETTERS.length)]).join('');

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
