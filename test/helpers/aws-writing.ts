import { openAws } from '../../src/preflight/aws/clients.ts';
import type { Aws } from '../../src/preflight/aws/aws.ts';
import { clusterFacts } from '../../src/preflight/aws/reading/cluster-facts.ts';
import { instanceFacts } from '../../src/preflight/aws/reading/instance-facts.ts';
import type { ResourceFacts } from '../../src/preflight/facts/aws.ts';
import type { Pace } from '../../src/preflight/aws/writing/poll.ts';
import type { AwsServer } from './aws-server/index.ts';
import type { FaultKind } from './aws-server/faults.ts';
import type { World } from './aws-server/world/world.ts';

/** As in life, only faster. */
export const FAST: Pace = { firstMs: 5, lastMs: 10, unseenMs: 250 };

export const ALL_FAULTS: readonly FaultKind[] = [
  'throttle',
  'error500',
  'hang',
  'neverEnds',
  'cut',
  'lostResponse',
  'malformed',
  'html503',
  'expiredToken',
  'accessDenied',
];

/** Those after which the next attempt goes well. */
export const mayPass = (kind: FaultKind): boolean => kind !== 'expiredToken' && kind !== 'accessDenied';

/** The real SDK against the test server, with short patience. */
export const openTestAws = (server: AwsServer): Promise<Aws> =>
  openAws({}, server.env, { connectMs: 300, requestMs: 300, questionMs: 1_000 });

export function resourceIn(world: World): ResourceFacts {
  const [cluster] = world.clusters;
  if (cluster !== undefined)
    return clusterFacts(
      cluster,
      world.instances,
      cluster.Engine === 'postgres' ? 'multi-az-cluster' : 'aurora-cluster',
    );
  const [instance] = world.instances;
  if (instance === undefined) throw new Error('The world is empty.');
  return instanceFacts(instance);
}
