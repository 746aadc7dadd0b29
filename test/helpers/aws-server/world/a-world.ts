import type { KeyMetadata } from '@aws-sdk/client-kms';
import type { AccountQuota } from '@aws-sdk/client-rds';

import { aCluster, membersOf } from './clusters.ts';
import { ACCOUNT, REGION, minutes } from './constants.ts';
import { anInstance } from './instances.ts';
import {
  aClusterSnapshot,
  anAutomatedBackup,
  anAutomatedClusterSnapshot,
  anAutomatedSnapshot,
  aSnapshot,
} from './snapshots.ts';
import type { Metric, Resources, Settings, World } from './world.ts';

/** One instance, `shop`, of which everything is well. */
export function aWorld(overrides: Partial<Settings & Resources> & { readonly region?: string } = {}): World {
  const { region = REGION, ...changes } = overrides;
  const settings = defaultSettings();
  const now = timeOf(overrides);
  const others = new Map<string, Resources>();
  const world: World = {
    ...settings,
    ...noResources(),
    ...shop(now),
    ...changes,
    region,
    in(name) {
      if (name === region) return world;
      const known = others.get(name) ?? noResources();
      others.set(name, known);
      return known;
    },
  };
  return world;
}

/** An Aurora cluster, `orders`, of which everything is well, instead of the instance. */
export function anAuroraWorld(overrides: Partial<Settings & Resources> & { readonly region?: string } = {}): World {
  const now = timeOf(overrides);
  const cluster = aCluster({}, now);
  return aWorld({
    instances: membersOf(cluster, now),
    clusters: [cluster],
    snapshots: [],
    clusterSnapshots: [anAutomatedClusterSnapshot({}, now), aClusterSnapshot({}, now)],
    automatedBackups: [],
    metrics: metricsOf({ DBClusterIdentifier: 'orders' }, now),
    ...overrides,
  });
}

/** When a world begins: the times in it are relative to this. */
const timeOf = (overrides: Partial<Settings>): Date =>
  overrides.now?.() ?? new Date(Date.now() + (overrides.clockSkewMs ?? 0));

const defaultSettings = (): Settings => ({
  account: ACCOUNT,
  callerArn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/session`,
  now() {
    return new Date(Date.now() + this.clockSkewMs);
  },
  clockSkewMs: 0,
  pageSize: 100,
  latencyMs: 1,
  snapshotPolls: 2,
  restorePolls: 2,
  modifyPolls: 2,
  deletePolls: 1,
  notFoundPolls: 0,
  nextSnapshotFails: false,
  nextRestoreFails: false,
  roles: [],
  published: [],
});

/** A region that nothing was made in. */
export const noResources = (): Resources => ({
  instances: [],
  clusters: [],
  clusterEndpoints: [],
  globalClusters: [],
  proxies: [],
  proxyEndpoints: [],
  proxyTargetGroups: [],
  proxyTargets: {},
  snapshots: [],
  clusterSnapshots: [],
  automatedBackups: [],
  clusterAutomatedBackups: [],
  maintenance: [],
  events: [],
  blueGreen: [],
  exports: [],
  engineVersions: [],
  quotas: [],
  sharedWith: {},
  metrics: [],
  metricAlarms: [],
  compositeAlarms: [],
  keys: [],
});

const shop = (now: Date): Partial<Resources> => ({
  instances: [anInstance({}, now)],
  snapshots: [anAutomatedSnapshot({}, now), aSnapshot({}, now)],
  automatedBackups: [anAutomatedBackup({}, now)],
  quotas: quotas(),
  keys: [aKey()],
  metrics: metricsOf({ DBInstanceIdentifier: 'shop' }, now),
  engineVersions: ['15.13', '16.9', '17.5'].map((EngineVersion) => ({
    Engine: 'postgres',
    EngineVersion,
    MajorEngineVersion: EngineVersion.slice(0, 2),
    DBParameterGroupFamily: `postgres${EngineVersion.slice(0, 2)}`,
    Status: 'available',
  })),
});

const quotas = (): AccountQuota[] => [
  { AccountQuotaName: 'DBInstances', Used: 4, Max: 40 },
  { AccountQuotaName: 'ManualSnapshots', Used: 12, Max: 100 },
  { AccountQuotaName: 'DBClusters', Used: 1, Max: 40 },
  { AccountQuotaName: 'ManualClusterSnapshots', Used: 3, Max: 100 },
];

/** The key that the default databases are encrypted with. */
const aKey = (overrides: Partial<KeyMetadata> = {}): KeyMetadata => ({
  KeyId: '0f0e0d0c-0b0a-4908-8706-050403020100',
  Arn: `arn:aws:kms:${REGION}:${ACCOUNT}:key/0f0e0d0c-0b0a-4908-8706-050403020100`,
  AWSAccountId: ACCOUNT,
  CreationDate: new Date('2025-01-01T00:00:00Z'),
  Enabled: true,
  KeyState: 'Enabled',
  KeyUsage: 'ENCRYPT_DECRYPT',
  KeyManager: 'CUSTOMER',
  Origin: 'AWS_KMS',
  ...overrides,
});

/** Ten minutes of healthy points, one a minute. */
function metricsOf(dimensions: Readonly<Record<string, string>>, now: Date): Metric[] {
  const at = Array.from({ length: 10 }, (_, index) => new Date(now.getTime() - minutes(index + 1)));
  return Object.entries(HEALTHY).map(([name, value]) => ({
    namespace: 'AWS/RDS',
    name,
    dimensions,
    points: at.map((time) => ({ at: time, value })),
  }));
}

/** Bytes, percent, seconds or a count, as CloudWatch has each. */
const HEALTHY: Readonly<Record<string, number>> = {
  FreeStorageSpace: 64 * 2 ** 30,
  FreeLocalStorage: 40 * 2 ** 30,
  CPUUtilization: 12,
  CPUCreditBalance: 500,
  BurstBalance: 100,
  'EBSIOBalance%': 99,
  'EBSByteBalance%': 99,
  FreeableMemory: 2 * 2 ** 30,
  DatabaseConnections: 14,
  ReplicaLag: 0,
  OldestReplicationSlotLag: -1,
  TransactionLogsDiskUsage: 256 * 2 ** 20,
  MaximumUsedTransactionIDs: 45_000_000,
  ReadLatency: 0.001,
  WriteLatency: 0.002,
  DiskQueueDepth: 0.1,
};
