import { describe, expect, test } from 'vitest';

import { gatherAws } from '../../../src/preflight/aws/gather-aws.ts';
import { iamPolicy } from '../../../src/preflight/aws/iam-policy.ts';
import { awsEnvironmentChecks } from '../../../src/preflight/checks/aws-environment.ts';
import { PREFLIGHT_CHECKS } from '../../../src/preflight/checks/index.ts';
import type { AwsFacts } from '../../../src/preflight/facts/aws.ts';
import type { PreflightFacts } from '../../../src/preflight/facts/index.ts';
import { ACTIONS_OF_INSTANCE, openTestAws, somePolicy, unknownsOf, valueOf } from '../../helpers/aws-reading.ts';
import type { Fault } from '../../helpers/aws-server/faults.ts';
import { startAwsServer } from '../../helpers/aws-server/index.ts';
import { anAuroraWorld, aWorld } from '../../helpers/aws-server/world/a-world.ts';
import { aCluster } from '../../helpers/aws-server/world/clusters.ts';
import { REGION } from '../../helpers/aws-server/world/constants.ts';
import { endpointAddress } from '../../helpers/aws-server/world/instances.ts';
import { aSnapshot } from '../../helpers/aws-server/world/snapshots.ts';
import type { World } from '../../helpers/aws-server/world/world.ts';
import { someFacts } from '../../helpers/preflight-facts.ts';

const never = new AbortController().signal;
const SHOP = endpointAddress('shop');
const ORDERS = `orders.cluster-abcdefghijkl.${REGION}.rds.amazonaws.com`;

const global = (): World =>
  anAuroraWorld({
    clusters: [aCluster({ GlobalClusterIdentifier: 'world' })],
    globalClusters: [
      {
        GlobalClusterIdentifier: 'world',
        GlobalClusterMembers: [{ DBClusterArn: aCluster().DBClusterArn, IsWriter: true }],
      },
    ],
  });

interface Gathered {
  readonly facts: AwsFacts;
  readonly mostInFlight: number;
  readonly actions: ReadonlySet<string>;
}

async function gather(world: World, host: string, fault?: Fault): Promise<Gathered> {
  await using server = await startAwsServer({ world });
  if (fault) server.fault(fault);
  using aws = await openTestAws(server);
  const facts = await gatherAws(aws, { host, port: 5432 }, somePolicy(), never);
  return { facts, mostInFlight: server.mostInFlight, actions: new Set(server.calls.map(({ action }) => action)) };
}

const said = (aws: AwsFacts): { readonly id: string; readonly answer: string }[] => {
  const facts: PreflightFacts = { ...someFacts({ aws, policy: somePolicy() }), takenAt: new Date().toISOString() };
  return PREFLIGHT_CHECKS.flatMap((check) =>
    [...check.ask(facts, check.limits)].map(({ answer }) => ({ id: check.id, answer })),
  );
};

const permission = (action: string): string => `${SERVICES[action] ?? 'rds'}:${action}`;
const SERVICES: Readonly<Record<string, string>> = {
  GetCallerIdentity: 'sts',
  GetMetricData: 'cloudwatch',
  DescribeKey: 'kms',
};

const OF_CLUSTER = [
  ...ACTIONS_OF_INSTANCE.filter((action) => !/^DescribeDB(?:Instance|Snap)/.test(action)),
  'DescribeDBClusterAutomatedBackups',
  'DescribeDBClusterSnapshotAttributes',
  'DescribeDBClusterSnapshots',
  'DescribeDBInstances',
  'DescribeGlobalClusters',
].toSorted();

test('the policy that is printed allows every question', () => {
  const statements = iamPolicy('read', {}).Statement;
  const allowed = new Set(statements.flatMap(({ Action }) => Action));
  const asked = [
    ...ACTIONS_OF_INSTANCE,
    ...OF_CLUSTER,
    'DescribeDBProxies',
    'DescribeDBProxyEndpoints',
    'DescribeDBProxyTargets',
  ];
  expect([...asked, 'DescribeDBClusterEndpoints'].map(permission).filter((action) => !allowed.has(action))).toEqual([]);
});

test('these are all the questions', async () => {
  const ofInstance = await gather(aWorld(), SHOP);
  expect([...ofInstance.actions].toSorted()).toEqual(ACTIONS_OF_INSTANCE);
  const ofCluster = await gather(global(), ORDERS);
  expect([...ofCluster.actions].toSorted()).toEqual(OF_CLUSTER);
  expect(unknownsOf(ofCluster.facts)).toEqual({});
});

const cases = [
  ...ACTIONS_OF_INSTANCE.map((action) => ['instance', action] as const),
  ...OF_CLUSTER.map((action) => ['cluster', action] as const),
];
const gatherKind = (kind: 'instance' | 'cluster', fault: Fault): Promise<Gathered> =>
  kind === 'instance' ? gather(aWorld(), SHOP, fault) : gather(global(), ORDERS, fault);

describe('a permission that is missing is named', () => {
  test.each(cases)('%s: %s', async (kind, action) => {
    const { facts } = await gatherKind(kind, { action, kind: 'accessDenied' });
    const reasons = Object.values(unknownsOf(facts));
    expect(reasons).toContainEqual({ unknown: `access denied to ${permission(action)}`, needs: permission(action) });
    expect(new Set(reasons.map(({ needs }) => needs))).toEqual(new Set([permission(action)]));
    expect(said(facts)).toContainEqual(expect.objectContaining({ answer: 'unknown' }));
  });

  test.each(['DescribeDBProxies', 'DescribeDBProxyEndpoints', 'DescribeDBClusterEndpoints'])(
    '%s, where a host matches nothing else: not known, so not “none”',
    async (action) => {
      const { facts } = await gather(anAuroraWorld(), 'nowhere.invalid', { action, kind: 'accessDenied' });
      expect(facts.host).toMatchObject({ needs: `rds:${action}` });
      expect(said(facts)).toContainEqual({ id: 'aws-database-not-found', answer: 'unknown' });
    },
  );
});

/** What the reason must say, whatever the action. */
const REASONS = {
  throttle: /throttled|no answer/,
  error500: /failed|no answer/,
  hang: /timed out|no answer/,
  neverEnds: /timed out|no answer/,
  cut: /timed out|failed|no answer/,
  lostResponse: /timed out|failed|no answer/,
  malformed: /cannot be read|no answer/,
  expiredToken: /have expired/,
  html503: /failed|cannot be read|no answer/,
} as const satisfies Partial<Record<Fault['kind'], RegExp>>;

test.each(Object.entries(REASONS))('%s of each call in turn is a reason not to know', async (kind, reason) => {
  const once = cases.filter(([resource, action]) => resource === 'instance' || !ACTIONS_OF_INSTANCE.includes(action));
  await Promise.all(
    once.map(async ([resource, action]) => {
      const { facts } = await gatherKind(resource, { action, kind: kind as keyof typeof REASONS });
      const reasons = Object.values(unknownsOf(facts)).map(({ unknown }) => unknown);
      expect(reasons, action).toContainEqual(expect.stringMatching(reason));
      expect(said(facts), action).toContainEqual(expect.objectContaining({ answer: 'unknown' }));
    }),
  );
});

describe('a marker that stays the same', () => {
  test.each(['DescribeDBInstances', 'DescribeDBSnapshots', 'DescribeEvents'])(
    '%s: half a list is no list',
    async (action) => {
      const world = aWorld({ pageSize: 20 });
      for (let count = 0; count < 45; count += 1)
        world.snapshots.push(aSnapshot({ DBSnapshotIdentifier: `s-${count}` }));
      const { facts } = await gather(world, SHOP, { action, kind: 'constantMarker' });
      const reasons = Object.values(unknownsOf(facts)).map(({ unknown }) => unknown);
      expect(reasons).toContainEqual(expect.stringMatching(new RegExp(`${action}.*(?:again and again|Marker)`)));
    },
  );
});

test('a fault that passes is got over', async () => {
  const kinds = ['throttle', 'error500', 'cut'] as const;
  for (const kind of kinds) {
    const { facts, mostInFlight } = await gather(aWorld(), SHOP, { action: '*', kind, times: 3 });
    expect(unknownsOf(facts)).toEqual({});
    expect(mostInFlight).toBeLessThanOrEqual(2);
  }
});

test('answers that never end do not keep the others from theirs', async () => {
  await using server = await startAwsServer();
  // Asked first: they would hold both places at the gate.
  for (const action of ['GetCallerIdentity', 'DescribeAccountAttributes']) server.fault({ action, kind: 'neverEnds' });
  using aws = await openTestAws(server);
  const facts = await gatherAws(aws, { host: SHOP, port: 5432 }, somePolicy(), never);
  expect(Object.keys(unknownsOf(facts)).toSorted()).toEqual(['identity', 'quotas']);
});

test('nothing answers: everything is unknown, soon, and no check of AWS passes', async () => {
  const startedAt = performance.now();
  const { facts } = await gather(aWorld(), SHOP, { action: '*', kind: 'hang' });
  expect(performance.now() - startedAt).toBeLessThan(60_000);
  expect(Object.keys(unknownsOf(facts))).toContain('resource');
  const ids = new Set(awsEnvironmentChecks.map(({ id }) => id));
  expect(said(facts).filter(({ id, answer }) => ids.has(id) && answer === 'pass')).toEqual([]);
  expect(facts.clockOffsetMs).toEqual({ unknown: 'no answer of AWS told its time' });
});

test('Ctrl-C ends it at once', async () => {
  await using server = await startAwsServer();
  server.fault({ action: '*', kind: 'hang' });
  using aws = await openTestAws(server);
  const controller = new AbortController();
  const gathering = gatherAws(aws, { host: SHOP, port: 5432 }, somePolicy(), controller.signal);
  setTimeout(() => controller.abort(new Error('Interrupted.')), 100);
  const startedAt = performance.now();
  await expect(gathering).rejects.toThrow('Interrupted.');
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});

test('a wrong clock of this machine is seen, and does not keep AWS from answering', async () => {
  const { facts } = await gather(aWorld({ clockSkewMs: 20 * 60_000 }), SHOP);
  expect(Math.abs(valueOf(facts.clockOffsetMs) - 20 * 60_000)).toBeLessThan(2_000);
  expect(unknownsOf(facts)).toEqual({});
  expect(said(facts)).toContainEqual({ id: 'aws-clock-off', answer: 'fail' });
});
