import type { AwsFacts, MetricPoint, ResourceFacts, SnapshotFacts } from '../../src/preflight/facts/aws.ts';
import type { PreflightFacts } from '../../src/preflight/facts/index.ts';
import { known } from '../../src/preflight/reading.ts';
import { someDatabaseFacts, somePredicate, somePreflight } from './database-facts.ts';

const TAKEN_AT = '2026-11-25T12:00:00.000Z';
const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/0f0e0d0c';
const HOST = 'shop.abcdefghijkl.eu-west-1.rds.amazonaws.com';

/** A pre-flight of which everything that AWS is asked about is well. Give `database` and `rehearsal` where they count. */
export const someFacts = (changes: Partial<PreflightFacts> = {}): PreflightFacts => ({
  ...somePreflight(someDatabaseFacts(), somePredicate(), {
    account: '123456789012',
    region: 'eu-west-1',
    resourceId: 'db-SHOP',
    backupRegion: 'eu-central-1',
  }),
  takenAt: TAKEN_AT,
  target: { host: HOST, port: 5432, database: 'shop', user: 'preflight' },
  aws: someAwsFacts(),
  ...changes,
});

/** `shop`, an instance with two snapshots, seen at noon. */
export const someAwsFacts = (changes: Partial<AwsFacts> = {}): AwsFacts => ({
  region: 'eu-west-1',
  endpoint: 'rds.eu-west-1.amazonaws.com',
  isAwsEndpoint: true,
  identity: known({ account: '123456789012', arn: 'arn:aws:sts::123456789012:assumed-role/deploy/session' }),
  clockOffsetMs: known(120),
  host: known({
    host: HOST,
    names: [HOST],
    region: 'eu-west-1',
    matches: [
      {
        kind: 'instance',
        identifier: 'shop',
        resourceId: 'db-SHOP',
        arn: 'arn:aws:rds:eu-west-1:123456789012:db:shop',
        endpoint: 'instance',
      },
    ],
    compared: 4,
  }),
  resource: known(someResource()),
  snapshots: known([someSnapshot(), someAutomatedSnapshot()]),
  automatedBackups: known([
    {
      region: 'eu-west-1',
      status: 'active',
      earliestAt: '2026-11-18T12:00:00.000Z',
      latestAt: '2026-11-25T11:57:00.000Z',
      retentionDays: 7,
    },
  ]),
  replicatedBackups: known([
    {
      region: 'eu-central-1',
      status: 'active',
      earliestAt: '2026-11-18T12:00:00.000Z',
      latestAt: '2026-11-25T11:40:00.000Z',
    },
  ]),
  sharing: known({ 'shop-before-release': [] }),
  keys: known([{ keyId: KEY, state: 'Enabled', usedBy: ['shop', 'shop-before-release'] }]),
  maintenance: known([]),
  events: known([]),
  blueGreen: known([]),
  exports: known([]),
  metrics: known(someMetrics()),
  quotas: known({ ManualSnapshots: { used: 12, max: 100 }, ManualClusterSnapshots: { used: 3, max: 100 } }),
  ...changes,
});

export const someResource = (changes: Partial<ResourceFacts> = {}): ResourceFacts => ({
  kind: 'instance',
  identifier: 'shop',
  resourceId: 'db-SHOP',
  arn: 'arn:aws:rds:eu-west-1:123456789012:db:shop',
  engine: 'postgres',
  engineVersion: '17.5',
  status: 'available',
  members: [],
  createdAt: '2026-08-01T08:00:00.000Z',
  retentionDays: 7,
  latestRestorableAt: '2026-11-25T11:57:00.000Z',
  backupWindow: '03:00-03:30',
  maintenanceWindow: 'sun:05:00-sun:05:30',
  multiAz: false,
  deletionProtection: true,
  encrypted: true,
  encryptionType: 'sse-kms',
  kmsKeyId: KEY,
  allocatedGib: 100,
  storageType: 'gp2',
  pendingModifications: [],
  secretStatus: 'active',
  certificateValidTill: '2027-08-01T00:00:00.000Z',
  securityGroups: ['sg-1'],
  ...changes,
});

/** Manual, made three hours ago. */
export const someSnapshot = (changes: Partial<SnapshotFacts> = {}): SnapshotFacts => ({
  id: 'shop-before-release',
  arn: `arn:aws:rds:eu-west-1:123456789012:snapshot:${changes.id ?? 'shop-before-release'}`,
  type: 'manual',
  status: 'available',
  progressPercent: 100,
  resourceId: 'db-SHOP',
  instanceCreatedAt: '2026-08-01T08:00:00.000Z',
  engine: 'postgres',
  engineVersion: '17.5',
  createdAt: '2026-11-25T09:00:00.000Z',
  dataTime: '2026-11-25T08:59:30.000Z',
  isCopy: false,
  encrypted: true,
  encryptionType: 'sse-kms',
  kmsKeyId: KEY,
  allocatedGib: 100,
  tags: {},
  ...changes,
});

/** Of this night's backup window; it goes away with the retention period. */
export const someAutomatedSnapshot = (changes: Partial<SnapshotFacts> = {}): SnapshotFacts =>
  someSnapshot({
    id: 'rds:shop-2026-11-25-03-05',
    type: 'automated',
    createdAt: '2026-11-25T03:05:00.000Z',
    dataTime: '2026-11-25T03:04:00.000Z',
    expiresAt: '2026-12-02T03:05:00.000Z',
    ...changes,
  });

const GIB = 1024 ** 3;

/** One point of each, two minutes old. */
export const someMetrics = (changes: Readonly<Record<string, number>> = {}): Record<string, MetricPoint> =>
  Object.fromEntries(
    Object.entries({
      FreeStorageSpace: 60 * GIB,
      FreeLocalStorage: 40 * GIB,
      BurstBalance: 100,
      CPUUtilization: 20,
      OldestReplicationSlotLag: 1_000,
      TransactionLogsDiskUsage: GIB,
      MaximumUsedTransactionIDs: 50_000_000,
      ...changes,
    }).map(([name, value]) => [name, { value, at: '2026-11-25T11:58:00.000Z' }]),
  );

/** `orders`, an Aurora cluster with a writer and a reader, instead of the instance. */
export const someAuroraFacts = (changes: Partial<AwsFacts> = {}): AwsFacts => {
  const arn = 'arn:aws:rds:eu-west-1:123456789012:cluster:orders';
  const member = { status: 'available', instanceClass: 'db.r6g.large' };
  const snapshot = { resourceId: 'cluster-ORDERS', engine: 'aurora-postgresql' };
  const { multiAz: _multiAz, allocatedGib: _allocatedGib, storageType: _storageType, ...resource } = someResource();
  return someAwsFacts({
    host: known({
      host: 'orders.cluster-abcdefghijkl.eu-west-1.rds.amazonaws.com',
      names: ['orders.cluster-abcdefghijkl.eu-west-1.rds.amazonaws.com'],
      region: 'eu-west-1',
      matches: [
        { kind: 'aurora-cluster', identifier: 'orders', resourceId: 'cluster-ORDERS', arn, endpoint: 'writer' },
      ],
      compared: 4,
    }),
    resource: known({
      ...resource,
      kind: 'aurora-cluster',
      identifier: 'orders',
      resourceId: 'cluster-ORDERS',
      arn,
      engine: 'aurora-postgresql',
      earliestRestorableAt: '2026-11-18T12:00:00.000Z',
      members: [
        { identifier: 'orders-1', isWriter: true, ...member },
        { identifier: 'orders-2', isWriter: false, ...member },
      ],
    }),
    snapshots: known([someSnapshot(snapshot), someAutomatedSnapshot(snapshot)]),
    automatedBackups: known([]),
    ...changes,
  });
};
