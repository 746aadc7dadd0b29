import type { DBCluster, DBInstance, DBProxyTarget } from '@aws-sdk/client-rds';

import type { EndpointMatch } from '../../facts/aws.ts';
import { isKnown, known, type Reading } from '../../reading.ts';
import type { Aws } from '../aws.ts';
import { listProxies, listProxyEndpoints, listProxyTargets } from './inventory.ts';
import { clusterMatch, instanceMatch, isName } from './match-endpoint.ts';

interface Databases {
  readonly instances: readonly DBInstance[];
  readonly clusters: readonly DBCluster[];
}

/** Whether one of the names is a proxy's, and the databases behind it. */
export async function lookBehindProxies(
  aws: Aws,
  names: readonly string[],
  databases: Databases,
  signal: AbortSignal,
): Promise<Reading<{ readonly matches: readonly EndpointMatch[]; readonly compared: number }>> {
  const [proxies, endpoints] = await Promise.all([listProxies(aws, signal), listProxyEndpoints(aws, signal)]);
  const isOurs = (address: string | undefined): boolean => names.some((name) => isName(name)(address));
  const proxy = isKnown(proxies) ? proxies.value.find(({ Endpoint }) => isOurs(Endpoint)) : undefined;
  const endpoint = isKnown(endpoints) ? endpoints.value.find(({ Endpoint }) => isOurs(Endpoint)) : undefined;
  const name = proxy?.DBProxyName ?? endpoint?.DBProxyName;
  if (name === undefined) {
    if (!isKnown(proxies)) return proxies;
    if (!isKnown(endpoints)) return endpoints;
    return known({ matches: [], compared: proxies.value.length + endpoints.value.length });
  }
  const targets = await listProxyTargets(aws, name, signal);
  if (!isKnown(targets)) return targets;
  const kind = proxy === undefined && endpoint?.TargetRole === 'READ_ONLY' ? 'reader' : 'proxy';
  const found = targets.value.flatMap((target) => databasesBehind(target, databases, kind));
  return known({ matches: distinct(found), compared: 1 });
}

/** RDS itself names the target here, by identifier or ARN; nothing is guessed from a name of ours. */
function databasesBehind(
  { TrackedClusterId, RdsResourceId, TargetArn, Type }: DBProxyTarget,
  { instances, clusters }: Databases,
  endpoint: EndpointMatch['endpoint'],
): readonly EndpointMatch[] {
  const clusterName = TrackedClusterId ?? (Type === 'TRACKED_CLUSTER' ? RdsResourceId : undefined);
  if (clusterName !== undefined) return ofCluster(clusterName, clusters, endpoint);
  const instance = instances.find(
    ({ DBInstanceIdentifier: id, DBInstanceArn: arn }) =>
      (id !== undefined && id === RdsResourceId) || (arn !== undefined && arn === TargetArn),
  );
  if (instance === undefined) return [];
  const { DBClusterIdentifier: owner } = instance;
  return owner === undefined ? [instanceMatch(instance, endpoint)] : ofCluster(owner, clusters, endpoint);
}

const ofCluster = (
  identifier: string,
  clusters: readonly DBCluster[],
  endpoint: EndpointMatch['endpoint'],
): readonly EndpointMatch[] =>
  clusters
    .filter(({ DBClusterIdentifier }) => DBClusterIdentifier === identifier)
    .map((cluster) => clusterMatch(cluster, endpoint));

/** A proxy lists a cluster and each of its members. */
const distinct = (matches: readonly EndpointMatch[]): readonly EndpointMatch[] => [
  ...new Map(matches.map((match) => [match.arn, match])).values(),
];
