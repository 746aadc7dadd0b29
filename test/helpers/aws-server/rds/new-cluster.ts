import type { DBCluster, RestoreDBClusterFromSnapshotMessage } from '@aws-sdk/client-rds';

import type { Context } from '../progress.ts';
import { refused } from '../wire/aws-error.ts';
import { come, placeOf } from './come.ts';
import { checkIdentifier } from './identifiers.ts';
import { newInstance, randomResourceId } from './new-instance.ts';
import { same } from './pages.ts';
import { checkQuota } from './quotas.ts';

/** What a cluster takes over from the snapshot or cluster that it is made from. */
export type ClusterOrigin = Pick<
  DBCluster,
  | 'Engine'
  | 'EngineVersion'
  | 'MasterUsername'
  | 'Port'
  | 'StorageType'
  | 'AllocatedStorage'
  | 'StorageEncrypted'
  | 'StorageEncryptionType'
  | 'KmsKeyId'
> & { readonly id: string };

/** Parameters that the calls making a cluster share. */
export type ClusterWishes = Omit<
  Partial<RestoreDBClusterFromSnapshotMessage>,
  'DBClusterIdentifier' | 'SnapshotIdentifier' | 'Engine'
>;

/** A cluster of Aurora has an endpoint at once, and no instances, so that nothing answers there; a Multi-AZ DB cluster makes its three. */
export function newCluster(
  context: Context,
  given: string | undefined,
  origin: ClusterOrigin,
  wishes: ClusterWishes,
): DBCluster {
  const { resources } = context;
  const id = checkIdentifier(given, 'DBClusterIdentifier', 63);
  if (resources.clusters.some((it) => same(it.DBClusterIdentifier, id))) {
    throw refused('DBClusterAlreadyExistsFault', 'DB Cluster already exists');
  }
  if (origin.Engine === 'postgres' && wishes.DBClusterInstanceClass === undefined) {
    throw refused('InvalidParameterCombination', 'DBClusterInstanceClass is required for a Multi-AZ DB cluster.');
  }
  checkQuota(resources, 'DBClusters', 'DBClusterQuotaExceededFault');
  const cluster = describe(context, id, origin, wishes);
  resources.clusters.push(cluster);
  come(context, {
    resource: cluster,
    restored: { kind: 'cluster', identifier: id, source: origin.id, input: { ...wishes } },
    backsUp: true,
    port: wishes.Port ?? origin.Port ?? 5432,
    status: (status) => {
      cluster.Status = status;
    },
    available: (place) => {
      cluster.EarliestRestorableTime = context.settings.now();
      cluster.LatestRestorableTime = context.settings.now();
      if (origin.Engine !== 'postgres') return;
      cluster.Endpoint = place.address;
      cluster.Port = place.port;
    },
  });
  if (origin.Engine === 'postgres') addMembers(context, cluster, wishes);
  return cluster;
}

function describe(context: Context, id: string, origin: ClusterOrigin, wishes: ClusterWishes): DBCluster {
  const { region, settings } = context;
  const { id: _source, ...taken } = origin;
  const major = origin.EngineVersion?.split('.')[0] ?? '';
  return {
    ...taken,
    DBClusterIdentifier: id,
    DBClusterArn: `arn:aws:rds:${region}:${settings.account}:cluster:${id}`,
    DbClusterResourceId: `cluster-${randomResourceId()}`,
    Status: 'creating',
    Endpoint: `${id}.cluster-abcdefghijkl.${region}.rds.amazonaws.com`,
    ReaderEndpoint: `${id}.cluster-ro-abcdefghijkl.${region}.rds.amazonaws.com`,
    ClusterCreateTime: settings.now(),
    Port: wishes.Port ?? origin.Port,
    BackupRetentionPeriod: 1,
    DBClusterMembers: [],
    DBSubnetGroup: wishes.DBSubnetGroupName ?? 'default',
    DBClusterParameterGroup: wishes.DBClusterParameterGroupName ?? `default.${origin.Engine}${major}`,
    VpcSecurityGroups: (wishes.VpcSecurityGroupIds ?? ['sg-default']).map((group) => ({
      VpcSecurityGroupId: group,
      Status: 'active',
    })),
    MultiAZ: origin.Engine === 'postgres',
    DeletionProtection: wishes.DeletionProtection ?? false,
    CopyTagsToSnapshot: wishes.CopyTagsToSnapshot ?? false,
    IAMDatabaseAuthenticationEnabled: wishes.EnableIAMDatabaseAuthentication ?? false,
    ...(wishes.DBClusterInstanceClass !== undefined && { DBClusterInstanceClass: wishes.DBClusterInstanceClass }),
    ...(origin.Engine === 'postgres' && {
      PubliclyAccessible: wishes.PubliclyAccessible ?? (wishes.DBSubnetGroupName ?? 'default') === 'default',
    }),
    TagList: wishes.Tags ?? [],
  };
}

function addMembers(context: Context, cluster: DBCluster, { DBClusterInstanceClass, Tags }: ClusterWishes): void {
  const origin = {
    id: cluster.DBClusterIdentifier ?? '',
    port: cluster.Port ?? 5432,
    DBClusterIdentifier: cluster.DBClusterIdentifier,
    Engine: cluster.Engine,
    EngineVersion: cluster.EngineVersion,
    BackupRetentionPeriod: cluster.BackupRetentionPeriod,
    place: placeOf(cluster) ?? Promise.resolve(undefined),
  };
  for (const number of [1, 2, 3]) {
    const name = `${cluster.DBClusterIdentifier}-instance-${number}`;
    newInstance(context, name, origin, {
      DBInstanceClass: DBClusterInstanceClass,
      DBSubnetGroupName: cluster.DBSubnetGroup,
      PubliclyAccessible: cluster.PubliclyAccessible,
      ...(Tags !== undefined && { Tags }),
    });
    cluster.DBClusterMembers?.push({ DBInstanceIdentifier: name, IsClusterWriter: number === 1, PromotionTier: 1 });
  }
}
