import type { Aws } from '../../preflight/aws/aws.ts';
import { clusterFacts } from '../../preflight/aws/reading/cluster-facts.ts';
import { instanceFacts } from '../../preflight/aws/reading/instance-facts.ts';
import { takeInventory, type Inventory } from '../../preflight/aws/reading/inventory.ts';
import { clusterMatch } from '../../preflight/aws/reading/match-endpoint.ts';
import type { ResourceFacts } from '../../preflight/facts/aws.ts';
import { didYouMean } from '../../support/did-you-mean.ts';
import { PgrehearseError } from '../../support/errors.ts';
import type { RdsServerSpec } from '../provider.ts';
import { orAwsUnavailable } from './explain.ts';

type Listed<Kind extends keyof Inventory> = Extract<Inventory[Kind], { readonly value: unknown }>['value'][number];
type DBCluster = Listed<'clusters'>;
type DBInstance = Listed<'instances'>;

/** The database that is rehearsed on a copy of. */
export interface RdsSource {
  /** With what the config wants in place of its own. */
  readonly resource: ResourceFacts;
  /** Every address that leads to it. Nothing that has one is logged in to. */
  readonly addresses: readonly string[];
  /** Made with the server; perhaps not the one that matters. */
  readonly firstDatabase?: string;
}

/**
 * By its identifier, which the user has written down; a member of a cluster stands for the cluster.
 *
 * @throws {PgrehearseError} `CONFIG_INVALID`, `AWS_UNAVAILABLE`
 */
export async function findSource(aws: Aws, spec: RdsServerSpec, signal: AbortSignal): Promise<RdsSource> {
  const inventory = await takeInventory(aws, signal);
  const instances = orAwsUnavailable(inventory.instances);
  const clusters = orAwsUnavailable(inventory.clusters);
  const wanted = spec.identifier.toLowerCase();
  const instance = instances.find(({ DBInstanceIdentifier: id }) => id?.toLowerCase() === wanted);
  const clusterId = instance === undefined ? wanted : instance.DBClusterIdentifier;
  const cluster = clusters.find(({ DBClusterIdentifier: id }) => id !== undefined && id.toLowerCase() === clusterId);
  if (cluster !== undefined) return sourceOfCluster(cluster, instances, spec);
  if (instance !== undefined && clusterId === undefined) return sourceOfInstance(instance, spec);
  const known = [
    ...instances.map(({ DBInstanceIdentifier: id = '' }) => id),
    ...clusters.map(({ DBClusterIdentifier: id = '' }) => id),
  ];
  throw notFound(spec.identifier, aws.region, known);
}

function sourceOfCluster(cluster: DBCluster, instances: readonly DBInstance[], spec: RdsServerSpec): RdsSource {
  const { kind } = clusterMatch(cluster, 'writer');
  const members = new Set((cluster.DBClusterMembers ?? []).map(({ DBInstanceIdentifier: id }) => id));
  const ofMembers = instances.filter(({ DBInstanceIdentifier: id }) => members.has(id));
  return {
    resource: ofPostgres({ ...clusterFacts(cluster, instances, kind), ...instead(spec) }),
    addresses: given([
      cluster.Endpoint,
      cluster.ReaderEndpoint,
      ...(cluster.CustomEndpoints ?? []),
      ...ofMembers.map(({ Endpoint }) => Endpoint?.Address),
    ]),
    ...(cluster.DatabaseName !== undefined && { firstDatabase: cluster.DatabaseName }),
  };
}

const sourceOfInstance = (instance: DBInstance, spec: RdsServerSpec): RdsSource => ({
  resource: ofPostgres({ ...instanceFacts(instance), ...instead(spec) }),
  addresses: given([instance.Endpoint?.Address, instance.ListenerEndpoint?.Address]),
  ...(instance.DBName !== undefined && { firstDatabase: instance.DBName }),
});

const instead = ({
  instanceClass,
  subnetGroup,
  securityGroups,
  parameterGroup,
}: RdsServerSpec): Partial<ResourceFacts> => ({
  ...(instanceClass !== undefined && { instanceClass }),
  ...(subnetGroup !== undefined && { subnetGroup }),
  ...(securityGroups && { securityGroups }),
  ...(parameterGroup !== undefined && { parameterGroup }),
});

const given = (addresses: readonly (string | undefined)[]): readonly string[] =>
  addresses.flatMap((address) => (address === undefined || address === '' ? [] : [address.toLowerCase()]));

function ofPostgres(resource: ResourceFacts): ResourceFacts {
  const { engine, identifier } = resource;
  if (engine === 'postgres' || engine === 'aurora-postgresql') return resource;
  throw new PgrehearseError('CONFIG_INVALID', `${identifier} is ${engine}, not PostgreSQL.`, {
    hint: 'Name another instance or cluster in `server.rds.identifier`.',
  });
}

function notFound(identifier: string, region: string, known: readonly string[]): PgrehearseError {
  const near = didYouMean(identifier, known);
  const message = `There is no instance or cluster ${identifier} in ${region}.`;
  const some = known.slice(0, SHOWN).join(', ');
  return new PgrehearseError('CONFIG_INVALID', message, {
    hint:
      near === undefined
        ? `Check \`server.rds.identifier\` and the region; there are: ${some || 'none'}${known.length > SHOWN ? ' …' : ''}.`
        : `Did you mean ${near}?`,
  });
}

const SHOWN = 10;
