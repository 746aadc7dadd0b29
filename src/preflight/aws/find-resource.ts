import type { EndpointMatch, HostMatch, ResourceFacts } from '../facts/aws.ts';
import { isKnown, known, unknown, type Reading } from '../reading.ts';
import type { Aws } from './aws.ts';
import { regionOfDatabaseHost } from './endpoint-host.ts';
import { lookBehindProxies } from './reading/behind-proxy.ts';
import { clusterFacts } from './reading/cluster-facts.ts';
import { followNames, type Names } from './reading/follow-names.ts';
import { instanceFacts } from './reading/instance-facts.ts';
import { listCustomEndpoints, takeInventory, type Inventory } from './reading/inventory.ts';
import { clusterMatch, isName, matchEndpoint } from './reading/match-endpoint.ts';

export interface FoundResource {
  readonly match: Reading<HostMatch>;
  readonly resource: Reading<ResourceFacts>;
  readonly inventory: Inventory;
}

/**
 * The database that a host leads to: by endpoint over instances, clusters and proxies, following CNAMEs; never by a name
 * that looks alike. `resource` is unknown unless it is exactly one, of PostgreSQL. Rejects only when interrupted.
 */
export async function findResource(aws: Aws, host: string, signal: AbortSignal, names?: Names): Promise<FoundResource> {
  const [chain, inventory] = await Promise.all([followNames(host, signal, names), takeInventory(aws, signal)]);
  const found = await findMatches(aws, chain, inventory, signal);
  if (!isKnown(found)) return { match: found, resource: found, inventory };
  const region = chain.map(regionOfDatabaseHost).find((name) => name !== undefined);
  const match = { host, names: chain, ...(region !== undefined && { region }), ...found.value };
  return { match: known(match), resource: resourceOf(match, inventory), inventory };
}

type Matches = Pick<HostMatch, 'matches' | 'compared'>;

async function findMatches(
  aws: Aws,
  chain: readonly string[],
  inventory: Inventory,
  signal: AbortSignal,
): Promise<Reading<Matches>> {
  // Only a look at everything says that there is one, and no other.
  if (!isKnown(inventory.clusters)) return inventory.clusters;
  if (!isKnown(inventory.instances)) return inventory.instances;
  const { instances, clusters } = listed(inventory);
  const compared = instances.length + clusters.length;
  for (const name of chain) {
    const matches = matchEndpoint(name, instances, clusters);
    if (matches.length > 0) return known({ matches, compared });
  }
  const [custom, proxied] = await Promise.all([
    matchCustomEndpoints(aws, chain, inventory, signal),
    lookBehindProxies(aws, chain, { instances, clusters }, signal),
  ]);
  for (const reading of [custom, proxied]) if (isKnown(reading) && reading.value.matches.length > 0) return reading;
  if (!isKnown(custom)) return custom;
  if (!isKnown(proxied)) return proxied;
  return known({ matches: [], compared: compared + custom.value.compared + proxied.value.compared });
}

async function matchCustomEndpoints(
  aws: Aws,
  chain: readonly string[],
  inventory: Inventory,
  signal: AbortSignal,
): Promise<Reading<Matches>> {
  const { clusters } = listed(inventory);
  if (clusters.length === 0) return known({ matches: [], compared: 0 });
  const endpoints = await listCustomEndpoints(aws, signal);
  if (!isKnown(endpoints)) return endpoints;
  const ours = endpoints.value.filter(({ address }) => chain.some((name) => isName(name)(address)));
  const owners = new Set(ours.map(({ cluster }) => cluster));
  const matches = clusters
    .filter(({ DBClusterIdentifier: id }) => id !== undefined && owners.has(id))
    .map((cluster) => clusterMatch(cluster, 'custom'));
  return known({ matches, compared: endpoints.value.length });
}

function resourceOf({ host, matches, compared }: HostMatch, inventory: Inventory): Reading<ResourceFacts> {
  const [match, ...others] = matches;
  if (match === undefined) return unknown(`${host} is no endpoint of the ${compared} databases and proxies on AWS`);
  if (others.length > 0) return unknown(`${host} leads to ${matches.length} databases on AWS`);
  const facts = match.kind === 'instance' ? ofInstance(match, inventory) : ofCluster(match, inventory);
  if (!isKnown(facts)) return facts;
  const { engine, identifier, resourceId, arn } = facts.value;
  if (!ENGINES.has(engine)) return unknown(`${identifier} is ${engine || 'of an unnamed engine'}, not PostgreSQL`);
  if (resourceId === '' || arn === '') return unknown(`AWS gives no resource id or ARN for ${identifier}`);
  return facts;
}

/** Others share the API: MySQL, Oracle, DocumentDB, Neptune, RDS Custom. */
const ENGINES: ReadonlySet<string> = new Set(['postgres', 'aurora-postgresql']);

function ofInstance({ arn }: EndpointMatch, { instances }: Inventory): Reading<ResourceFacts> {
  if (!isKnown(instances)) return instances;
  const instance = instances.value.find(({ DBInstanceArn }) => DBInstanceArn === arn);
  return instance === undefined ? unknown(`AWS no longer lists ${arn}`) : known(instanceFacts(instance));
}

function ofCluster({ arn, kind }: EndpointMatch, { instances, clusters }: Inventory): Reading<ResourceFacts> {
  if (!isKnown(clusters)) return clusters;
  // The states of the members are half of a cluster's.
  if (!isKnown(instances)) return instances;
  const cluster = clusters.value.find(({ DBClusterArn }) => DBClusterArn === arn);
  return cluster === undefined
    ? unknown(`AWS no longer lists ${arn}`)
    : known(clusterFacts(cluster, instances.value, kind));
}

const listed = ({ instances, clusters }: Inventory) => ({
  instances: isKnown(instances) ? instances.value : [],
  clusters: isKnown(clusters) ? clusters.value : [],
});
