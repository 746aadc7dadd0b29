import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';

import type { EndpointMatch, ResourceKind } from '../../facts/aws.ts';

/** Databases that the name is an endpoint of. */
export function matchEndpoint(
  name: string,
  instances: readonly DBInstance[],
  clusters: readonly DBCluster[],
): readonly EndpointMatch[] {
  const ofClusters = clusters.flatMap((cluster) => {
    const endpoint = endpointOfCluster(name, cluster);
    return endpoint === undefined ? [] : [clusterMatch(cluster, endpoint)];
  });
  const ofInstances = instances
    .filter(({ Endpoint, ListenerEndpoint }) => [Endpoint?.Address, ListenerEndpoint?.Address].some(isName(name)))
    .flatMap((instance) => leadFrom(instance, clusters));
  return [...ofClusters, ...ofInstances];
}

/** The cluster where the instance is a member of one; nothing where that cluster is not known. */
function leadFrom(instance: DBInstance, clusters: readonly DBCluster[]): readonly EndpointMatch[] {
  const { DBClusterIdentifier: clusterName, DBInstanceIdentifier: member = '' } = instance;
  if (clusterName === undefined) return [instanceMatch(instance)];
  return clusters
    .filter(({ DBClusterIdentifier }) => DBClusterIdentifier === clusterName)
    .map((cluster) => ({ ...clusterMatch(cluster, 'instance'), member }));
}

export const instanceMatch = (
  { DBInstanceIdentifier = '', DbiResourceId = '', DBInstanceArn = '' }: DBInstance,
  endpoint: EndpointMatch['endpoint'] = 'instance',
): EndpointMatch => ({
  kind: 'instance',
  identifier: DBInstanceIdentifier,
  resourceId: DbiResourceId,
  arn: DBInstanceArn,
  endpoint,
});

export const clusterMatch = (cluster: DBCluster, endpoint: EndpointMatch['endpoint']): EndpointMatch => ({
  kind: kindOf(cluster),
  identifier: cluster.DBClusterIdentifier ?? '',
  resourceId: cluster.DbClusterResourceId ?? '',
  arn: cluster.DBClusterArn ?? '',
  endpoint,
});

const kindOf = ({ Engine }: DBCluster): ResourceKind =>
  Engine?.startsWith('aurora') === true ? 'aurora-cluster' : 'multi-az-cluster';

function endpointOfCluster(name: string, cluster: DBCluster): EndpointMatch['endpoint'] | undefined {
  const is = isName(name);
  if (is(cluster.Endpoint)) return 'writer';
  if (is(cluster.ReaderEndpoint)) return 'reader';
  return cluster.CustomEndpoints?.some(is) === true ? 'custom' : undefined;
}

export const isName =
  (name: string) =>
  (address: string | undefined): boolean =>
    address?.toLowerCase() === name;
