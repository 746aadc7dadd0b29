import type { AwsFacts, ResourceFacts } from '../facts/aws.ts';
import type { Policy } from '../facts/index.ts';
import { isKnown, unknown } from '../reading.ts';
import type { Aws } from './aws.ts';
import { findResource, type FoundResource } from './find-resource.ts';
import { readClock, readGlobalPrimary, readIdentity, readQuotas } from './reading/account.ts';
import { readBlueGreen, readEvents, readExports, readMaintenance } from './reading/activity.ts';
import { readAutomatedBackups, readReplicatedBackups } from './reading/backups.ts';
import { newestCandidates, readKeys, readSharing } from './reading/candidates.ts';
import type { Names } from './reading/follow-names.ts';
import { readMetrics } from './reading/metrics.ts';
import { readSnapshots } from './reading/snapshots.ts';

export { findResource };

/** Asks everything, each question by itself. Rejects only when interrupted. */
export async function gatherAws(
  aws: Aws,
  target: { readonly host: string; readonly port: number },
  policy: Policy,
  signal: AbortSignal,
  names?: Names,
): Promise<AwsFacts> {
  const [identity, quotas, { host, resource, ...about }] = await Promise.all([
    readIdentity(aws, signal),
    readQuotas(aws, signal),
    findAndAsk(aws, target.host, policy, signal, names),
  ]);
  const customEndpoints = aws.customEndpoints();
  return {
    region: aws.region,
    endpoint: aws.endpoint,
    isAwsEndpoint: aws.isAwsEndpoint,
    ...(customEndpoints.length > 0 && { customEndpoints }),
    identity,
    clockOffsetMs: readClock(aws),
    host,
    resource,
    ...about,
    quotas,
  };
}

async function findAndAsk(
  aws: Aws,
  hostName: string,
  policy: Policy,
  signal: AbortSignal,
  names?: Names,
): Promise<Pick<AwsFacts, 'host' | 'resource'> & About> {
  const found = await findResource(aws, hostName, signal, names);
  const { match: host, resource } = found;
  const about = isKnown(resource)
    ? await askAbout(aws, resource.value, found, policy, signal)
    : nothingAbout(resource.unknown, policy, resource.needs);
  return { host, resource, ...about };
}

type About = Omit<
  AwsFacts,
  'region' | 'endpoint' | 'isAwsEndpoint' | 'identity' | 'clockOffsetMs' | 'host' | 'resource' | 'quotas'
>;

async function askAbout(
  aws: Aws,
  resource: ResourceFacts,
  { inventory }: FoundResource,
  policy: Policy,
  signal: AbortSignal,
): Promise<About> {
  const { backupRegion } = policy;
  const { globalCluster } = resource;
  const [ofSnapshots, automatedBackups, replicatedBackups, maintenance, events, blueGreen, metrics, globalPrimary] =
    await Promise.all([
      askAboutSnapshots(aws, resource, signal),
      readAutomatedBackups(aws, resource, signal),
      backupRegion === undefined ? undefined : readReplicatedBackups(aws, resource, backupRegion, signal),
      readMaintenance(aws, resource, signal),
      readEvents(aws, resource, signal),
      readBlueGreen(aws, resource, inventory, signal),
      readMetrics(aws, resource, signal),
      globalCluster === undefined ? undefined : readGlobalPrimary(aws, globalCluster, signal),
    ]);
  return {
    ...ofSnapshots,
    automatedBackups,
    ...(replicatedBackups && { replicatedBackups }),
    maintenance,
    events,
    blueGreen,
    metrics,
    ...(globalPrimary && { globalPrimary }),
  };
}

/** What needs the list of snapshots first. Without it, sharing is not known either. */
async function askAboutSnapshots(
  aws: Aws,
  resource: ResourceFacts,
  signal: AbortSignal,
): Promise<Pick<AwsFacts, 'snapshots' | 'sharing' | 'keys' | 'exports'>> {
  const snapshots = await readSnapshots(aws, resource, signal);
  const candidates = newestCandidates(snapshots);
  const [sharing, keys, exports] = await Promise.all([
    isKnown(snapshots) ? readSharing(aws, resource, candidates, signal) : snapshots,
    readKeys(aws, resource, candidates, signal),
    readExports(aws, resource, isKnown(snapshots) ? snapshots.value : [], signal),
  ]);
  return { snapshots, sharing, ...(keys && { keys }), exports };
}

function nothingAbout(reason: string, policy: Policy, needs?: string): About {
  const nothing = unknown(reason, needs);
  return {
    snapshots: nothing,
    automatedBackups: nothing,
    ...(policy.backupRegion !== undefined && { replicatedBackups: nothing }),
    sharing: nothing,
    keys: nothing,
    maintenance: nothing,
    events: nothing,
    blueGreen: nothing,
    exports: nothing,
    metrics: nothing,
  };
}
