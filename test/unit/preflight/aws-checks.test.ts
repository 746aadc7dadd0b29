import { describe, expect, test } from 'vitest';

import { awsBackupSafetyChecks } from '../../../src/preflight/checks/aws-backup-safety.ts';
import { awsBackupChecks } from '../../../src/preflight/checks/aws-backups.ts';
import { awsCapacityChecks } from '../../../src/preflight/checks/aws-capacity.ts';
import { awsEnvironmentChecks } from '../../../src/preflight/checks/aws-environment.ts';
import { awsMaintenanceChecks } from '../../../src/preflight/checks/aws-maintenance.ts';
import { awsProtectionChecks } from '../../../src/preflight/checks/aws-protection.ts';
import { awsSnapshotChecks } from '../../../src/preflight/checks/aws-snapshots.ts';
import { awsStatusChecks } from '../../../src/preflight/checks/aws-status.ts';
import type {
  AwsFacts,
  CreatedSnapshot,
  DrillFacts,
  EndpointMatch,
  MemberFacts,
  ResourceFacts,
  SnapshotFacts,
} from '../../../src/preflight/facts/aws.ts';
import type { Policy, PreflightFacts } from '../../../src/preflight/facts/index.ts';
import { isKnown, known, unknown, type Reading } from '../../../src/preflight/reading.ts';
import { someDatabaseFacts, somePredicate, somePreflight } from '../../helpers/database-facts.ts';
import {
  someAuroraFacts,
  someAutomatedSnapshot,
  someAwsFacts,
  someFacts,
  someMetrics,
  someResource,
  someSnapshot,
} from '../../helpers/preflight-facts.ts';

const CHECKS = [
  ...awsEnvironmentChecks,
  ...awsStatusChecks,
  ...awsBackupChecks,
  ...awsBackupSafetyChecks,
  ...awsSnapshotChecks,
  ...awsProtectionChecks,
  ...awsMaintenanceChecks,
  ...awsCapacityChecks,
];

const GIB = 1024 ** 3;
const worstFirst = ['fail', 'unknown', 'warn', 'pass', 'skipped'];

const answers = (facts: PreflightFacts): Record<string, string> =>
  Object.fromEntries(
    CHECKS.map((check) => {
      const kinds = new Set<string>([...check.ask(facts, check.limits)].map(({ answer }) => answer));
      return [check.id, worstFirst.find((kind) => kinds.has(kind)) ?? 'silent'];
    }),
  );

const messages = (id: string, facts: PreflightFacts): string[] =>
  CHECKS.filter((check) => check.id === id).flatMap((check) =>
    [...check.ask(facts, check.limits)].map(({ message }) => message),
  );

/** What is answered otherwise than before. */
function flipped(facts: PreflightFacts, before = someFacts()): Record<string, string> {
  const was = answers(before);
  return Object.fromEntries(Object.entries(answers(facts)).filter(([id, answer]) => was[id] !== answer));
}

const withAws = (changes: Partial<AwsFacts>): PreflightFacts => someFacts({ aws: someAwsFacts(changes) });
const withResource = (changes: Partial<ResourceFacts>): PreflightFacts =>
  withAws({ resource: known(someResource(changes)) });
const without = <Value extends object>(value: Value, key: keyof Value): Value => {
  const copy = { ...value };
  Reflect.deleteProperty(copy, key);
  return copy;
};
const withSnapshot = (changes: Partial<SnapshotFacts>): PreflightFacts =>
  withAws({ snapshots: known([someSnapshot(changes)]) });
const withPolicy = (changes: Partial<Policy>): PreflightFacts => {
  const facts = someFacts();
  return { ...facts, policy: { ...facts.policy, ...changes } };
};
const withMetric = (changes: Record<string, number>): PreflightFacts =>
  withAws({ metrics: known(someMetrics(changes)) });
const withMatch = (changes: Partial<EndpointMatch>): PreflightFacts => {
  const { host } = someAwsFacts();
  if (!isKnown(host)) throw new Error('The host is known.');
  return withAws({
    host: known({ ...host.value, matches: host.value.matches.map((match) => ({ ...match, ...changes })) }),
  });
};
const withHost = (changes: object): PreflightFacts => {
  const { host } = someAwsFacts();
  return isKnown(host) ? withAws({ host: known({ ...host.value, ...changes }) }) : someFacts();
};
const withEvent = (categories: string[], message: string): PreflightFacts =>
  withAws({ events: known([{ source: 'shop', at: '2026-11-25T02:00:00.000Z', id: '', categories, message }]) });
const withBlueGreen = (status: string, targetEngineVersion?: string): PreflightFacts =>
  withAws({
    blueGreen: known([
      { name: 'upgrade', status, source: 'shop', ...(targetEngineVersion !== undefined && { targetEngineVersion }) },
    ]),
  });
const aDrill = (changes: Partial<DrillFacts> = {}): DrillFacts => ({
  source: { snapshotId: 'shop-before-release' },
  created: [{ kind: 'instance', id: 'pgr-drill-1', deleted: true }],
  status: 'passed',
  startedAt: '2026-11-25T11:00:00.000Z',
  totalMs: 600_000,
  comparisons: [
    { what: 'server major', ok: true, detail: '17' },
    { what: 'schema', ok: true, detail: '9 objects as expected' },
  ],
  ...changes,
});
const aCreated = (changes: Partial<CreatedSnapshot> = {}): CreatedSnapshot => ({
  id: 'pgr-1',
  status: 'available',
  startedAt: '2026-11-25T11:50:00.000Z',
  waitedMs: 60_000,
  mayExist: true,
  ...changes,
});

test('a world in which all is well: nothing but pass, and skipped where nothing was asked for', () => {
  const notPassed = Object.entries(answers(someFacts())).filter(([, answer]) => answer !== 'pass');
  expect(Object.fromEntries(notPassed)).toEqual({
    'snapshot-not-created': 'skipped',
    'restore-drill-failed': 'skipped',
    'local-storage-low': 'skipped',
  });
});

test('an Aurora cluster of which all is well', () => {
  const facts = someFacts({ aws: someAuroraFacts() });
  const pinned = { ...facts, policy: { ...facts.policy, resourceId: 'cluster-ORDERS' } };
  const notPassed = Object.entries(answers(pinned)).filter(([, answer]) => answer !== 'pass');
  expect(notPassed.filter(([, answer]) => answer !== 'skipped')).toEqual([]);
  expect(notPassed.map(([id]) => id).toSorted()).toEqual([
    'aws-slot-lagging',
    'aws-transaction-logs-large',
    'backup-window-near',
    'burst-balance-low',
    'restore-drill-failed',
    'snapshot-not-created',
    'snapshot-too-small',
    'storage-low',
    'storage-operation-running',
  ]);
});

test('ids are unique, and every check can be made to speak', () => {
  expect(new Set(CHECKS.map(({ id }) => id)).size).toBe(CHECKS.length);
  expect(CHECKS.length).toBeGreaterThanOrEqual(30);
  const spoken = new Set(PAIRS.map(([id]) => id));
  expect(CHECKS.map(({ id }) => id).filter((id) => !spoken.has(id))).toEqual(['local-storage-low']);
});

/** Check, answer, what was changed, and the world with that one change. */
const PAIRS: readonly (readonly [string, string, string, PreflightFacts])[] = [
  ['aws-account-differs', 'fail', 'another account', withPolicy({ account: '999999999999' })],
  ['aws-account-differs', 'warn', 'no account expected', someFacts({ policy: without(someFacts().policy, 'account') })],
  ['aws-endpoint-custom', 'fail', 'an emulator', withAws({ isAwsEndpoint: false, endpoint: '127.0.0.1:4566' })],
  ['aws-region-differs', 'fail', 'another region expected', withPolicy({ region: 'us-east-1' })],
  ['aws-region-differs', 'fail', 'a host of another region', withHost({ region: 'us-east-1' })],
  ['aws-endpoint-not-writer', 'fail', 'a reader endpoint', withMatch({ endpoint: 'reader' })],
  ['aws-endpoint-not-writer', 'warn', 'a custom endpoint', withMatch({ endpoint: 'custom' })],
  ['aws-endpoint-not-writer', 'fail', 'a member that does not write', withMatch({ member: 'shop-2' })],
  ['aws-resource-differs', 'fail', 'another id pinned', withPolicy({ resourceId: 'db-OLD' })],
  ['aws-resource-differs', 'skipped', 'none pinned', someFacts({ policy: without(someFacts().policy, 'resourceId') })],
  ['aws-database-is-replica', 'fail', 'a source', withResource({ replicaOf: 'shop-primary' })],
  ['aws-database-is-replica', 'unknown', 'a global database nobody asked about', withResource({ globalCluster: 'g' })],
  ['aws-clock-off', 'warn', '61 s', withAws({ clockOffsetMs: known(61_000) })],
  ['aws-clock-off', 'fail', '301 s back', withAws({ clockOffsetMs: known(-301_000) })],
  [
    'aws-server-certificate-expires',
    'warn',
    'in 10 days',
    withResource({ certificateValidTill: '2026-12-05T00:00:00.000Z' }),
  ],
  [
    'aws-server-certificate-expires',
    'fail',
    'ended',
    withResource({ certificateValidTill: '2026-11-25T00:00:00.000Z' }),
  ],
  ['aws-database-not-available', 'warn', 'backing-up', withResource({ status: 'backing-up' })],
  ...['storage-full', 'modifying', 'stopped', 'inaccessible-encryption-credentials', 'a-new-status'].map(
    (status) => ['aws-database-not-available', 'fail', status, withResource({ status })] as const,
  ),
  ['aws-database-not-available', 'unknown', 'no status', withResource({ status: 'unknown' })],
  [
    'aws-server-version-differs',
    'unknown',
    'a server that does not answer',
    someFacts({ database: someDatabaseFacts({ identity: unknown('connection refused') }) }),
  ],
  ['automated-backups-off', 'fail', 'retention 0', withResource({ retentionDays: 0 })],
  ['automated-backups-off', 'fail', 'pending 0', withResource({ pendingRetentionDays: 0 })],
  ['automated-backups-off', 'warn', '6 days', withResource({ retentionDays: 6 })],
  ['point-in-time-stale', 'warn', '11 min', withResource({ latestRestorableAt: '2026-11-25T11:49:00.000Z' })],
  ['point-in-time-stale', 'fail', '31 min', withResource({ latestRestorableAt: '2026-11-25T11:29:00.000Z' })],
  ['point-in-time-stale', 'unknown', 'tomorrow', withResource({ latestRestorableAt: '2026-11-26T11:29:00.000Z' })],
  [
    'point-in-time-window-short',
    'warn',
    '2 h',
    withAws({
      automatedBackups: known([{ region: 'eu-west-1', status: 'active', earliestAt: '2026-11-25T10:00:00.000Z' }]),
    }),
  ],
  [
    'point-in-time-window-short',
    'fail',
    'creating',
    withAws({ automatedBackups: known([{ region: 'eu-west-1', status: 'creating' }]) }),
  ],
  ['point-in-time-window-short', 'fail', 'none', withAws({ automatedBackups: known([]) })],
  ['deletion-protection-off', 'warn', 'off', withResource({ deletionProtection: false })],
  ['backup-not-replicated', 'fail', 'none', withAws({ replicatedBackups: known([]) })],
  [
    'backup-not-replicated',
    'warn',
    '2 h behind',
    withAws({
      replicatedBackups: known([{ region: 'eu-central-1', status: 'active', latestAt: '2026-11-25T10:00:00.000Z' }]),
    }),
  ],
  [
    'backup-not-replicated',
    'fail',
    '2 days behind',
    withAws({
      replicatedBackups: known([{ region: 'eu-central-1', status: 'active', latestAt: '2026-11-23T10:00:00.000Z' }]),
    }),
  ],
  [
    'backup-not-replicated',
    'skipped',
    'not wanted',
    someFacts({ policy: without(someFacts().policy, 'backupRegion') }),
  ],
  [
    'backup-trouble-recently',
    'fail',
    'low storage',
    withEvent(['low storage'], 'Allocated storage has been exhausted'),
  ],
  [
    'backup-trouble-recently',
    'fail',
    'failure',
    withEvent(['failure'], 'The DB instance has failed due to an incompatible configuration'),
  ],
  [
    'backup-trouble-recently',
    'warn',
    'harmless failure',
    withEvent(['failure'], 'Enhanced Monitoring could not be enabled'),
  ],
  [
    'backup-trouble-recently',
    'fail',
    'backups off',
    withEvent(['configuration change'], 'Automatic backups for this DB instance have been disabled'),
  ],
  [
    'backup-trouble-recently',
    'warn',
    'emergent snapshot',
    withEvent(['backup'], 'Emergent Snapshot Request: Databases found to still be awaiting snapshot.'),
  ],
  ['snapshot-stale', 'warn', '25 h', withSnapshot({ dataTime: '2026-11-24T11:00:00.000Z' })],
  ['snapshot-stale', 'fail', '49 h, though made today', withSnapshot({ dataTime: '2026-11-23T11:00:00.000Z' })],
  ['snapshot-stale', 'unknown', 'in the future', withSnapshot({ dataTime: '2026-11-25T13:00:00.000Z' })],
  ['snapshot-too-small', 'warn', 'grown since', withSnapshot({ allocatedGib: 50 })],
  ['snapshot-too-small', 'fail', 'empty', withSnapshot({ sizeBytes: 0 })],
  ['snapshot-engine-differs', 'fail', 'major 16', withSnapshot({ engineVersion: '16.9' })],
  ['snapshot-engine-differs', 'fail', 'another engine', withSnapshot({ engine: 'aurora-postgresql' })],
  ['snapshot-not-encrypted', 'fail', 'none', withSnapshot({ encryptionType: 'none' })],
  ['snapshot-expires-soon', 'warn', 'in 48 h', withSnapshot({ expiresAt: '2026-11-27T12:00:00.000Z' })],
  ['snapshot-expires-soon', 'fail', 'in 23 h', withSnapshot({ expiresAt: '2026-11-26T11:00:00.000Z' })],
  ['snapshot-expires-soon', 'warn', 'AWS Backup', withSnapshot({ type: 'awsbackup' })],
  [
    'encryption-key-unusable',
    'fail',
    'pending deletion',
    withAws({ keys: known([{ keyId: 'k', state: 'PendingDeletion', usedBy: ['shop'] }]) }),
  ],
  ['encryption-key-unusable', 'unknown', 'no key told', someFacts({ aws: without(someAwsFacts(), 'keys') })],
  ['snapshot-shared', 'fail', 'public', withAws({ sharing: known({ 'shop-before-release': ['all'] }) })],
  ['snapshot-shared', 'warn', 'shared', withAws({ sharing: known({ 'shop-before-release': ['111111111111'] }) })],
  [
    'snapshot-not-created',
    'fail',
    'failed',
    withAws({ created: aCreated({ status: 'failed', reason: 'it is failed' }) }),
  ],
  ['snapshot-not-created', 'pass', 'made', withAws({ created: aCreated() })],
  ['snapshot-quota-reached', 'warn', 'full', withAws({ quotas: known({ ManualSnapshots: { used: 100, max: 100 } }) })],
  ['snapshot-quota-reached', 'unknown', 'not told', withAws({ quotas: known({}) })],
  ['restore-drill-failed', 'pass', 'passed', withAws({ drill: aDrill() })],
  [
    'restore-drill-failed',
    'unknown',
    'nothing to compare with',
    withAws({ drill: aDrill({ comparisons: [{ what: 'server major', ok: true, detail: '17' }] }) }),
  ],
  ['restore-drill-failed', 'fail', 'failed', withAws({ drill: aDrill({ status: 'failed' }) })],
  ['restore-drill-failed', 'fail', 'interrupted', withAws({ drill: aDrill({ status: 'interrupted' }) })],
  [
    'restore-drill-failed',
    'fail',
    'left behind',
    withAws({ drill: aDrill({ created: [{ kind: 'instance', id: 'x', deleted: false }] }) }),
  ],
  [
    'restore-drill-failed',
    'fail',
    'differs',
    withAws({ drill: aDrill({ comparisons: [{ what: 'schema', ok: false, detail: 'differs' }] }) }),
  ],
  [
    'maintenance-imminent',
    'fail',
    'in 30 min',
    withAws({
      maintenance: known([{ resource: 'shop', action: 'os-upgrade', appliesAt: '2026-11-25T12:30:00.000Z' }]),
    }),
  ],
  [
    'maintenance-imminent',
    'fail',
    'forced, overdue',
    withAws({ maintenance: known([{ resource: 'shop', action: 'os-upgrade', forcedAt: '2026-11-25T11:30:00.000Z' }]) }),
  ],
  ['backup-window-near', 'warn', 'in 30 min', withResource({ backupWindow: '12:30-13:00' })],
  ['backup-window-near', 'skipped', 'on two machines', withResource({ multiAz: true })],
  ['modification-pending', 'warn', 'a version', withResource({ pendingModifications: ['EngineVersion 17.6'] })],
  ['blue-green-in-progress', 'fail', 'provisioning', withBlueGreen('PROVISIONING')],
  ['blue-green-in-progress', 'warn', 'same major', withBlueGreen('AVAILABLE', '17.6')],
  ['blue-green-in-progress', 'fail', 'another major', withBlueGreen('AVAILABLE', '18.1')],
  ['blue-green-in-progress', 'unknown', 'unknown version', withBlueGreen('AVAILABLE')],
  [
    'storage-operation-running',
    'warn',
    'lazy loading',
    withResource({ storageOperation: { status: 'Initializing', percent: 4 } }),
  ],
  ['secret-rotating', 'fail', 'rotating', withResource({ secretStatus: 'rotating' })],
  ['secret-rotating', 'warn', 'impaired', withResource({ secretStatus: 'impaired' })],
  ['export-running', 'warn', 'in progress', withAws({ exports: known([{ id: 'nightly', status: 'IN_PROGRESS' }]) })],
  ['storage-low', 'fail', '9 %', withMetric({ FreeStorageSpace: 9 * GIB })],
  ['storage-low', 'warn', '19 %', withMetric({ FreeStorageSpace: 19 * GIB })],
  ['burst-balance-low', 'warn', '19 %', withMetric({ BurstBalance: 19 })],
  ['cpu-busy', 'warn', '90 %', withMetric({ CPUUtilization: 90 })],
  ['aws-slot-lagging', 'warn', '2 GiB', withMetric({ OldestReplicationSlotLag: 2 * GIB })],
  ['aws-slot-lagging', 'fail', '6 GiB', withMetric({ OldestReplicationSlotLag: 6 * GIB })],
  ['aws-transaction-logs-large', 'warn', '21 %', withMetric({ TransactionLogsDiskUsage: 21 * GIB })],
  ['aws-transaction-ids-running-out', 'warn', '1.1 billion', withMetric({ MaximumUsedTransactionIDs: 1.1e9 })],
  ['aws-transaction-ids-running-out', 'fail', '1.6 billion', withMetric({ MaximumUsedTransactionIDs: 1.6e9 })],
  ['aws-database-not-found', 'fail', 'no match', withHost({ matches: [] })],
  ['snapshot-missing', 'fail', 'no snapshots', withAws({ snapshots: known([]) })],
  [
    'backup-dies-with-database',
    'warn',
    'nothing that lasts',
    withAws({ snapshots: known([someAutomatedSnapshot()]), replicatedBackups: known([]) }),
  ],
];

/** A change that takes away what other checks look at changes these too. */
const ALSO: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'aws-database-not-found no match': { 'aws-endpoint-not-writer': 'unknown' },
  'snapshot-missing no snapshots': {
    'snapshot-stale': 'unknown',
    'snapshot-too-small': 'unknown',
    'snapshot-engine-differs': 'unknown',
    'snapshot-not-encrypted': 'unknown',
    'snapshot-expires-soon': 'unknown',
  },
  'backup-dies-with-database nothing that lasts': { 'backup-not-replicated': 'fail' },
};

describe('one change flips one check', () => {
  test.each(PAIRS)('%s: %s on %s', (id, answer, what, facts) => {
    expect(flipped(facts)).toEqual({ [id]: answer, ...ALSO[`${id} ${what}`] });
    for (const message of messages(id, facts)) expect(message).toMatch(/^\S.*\.$/s);
  });
});

const READINGS = Object.entries(someAwsFacts()).flatMap(([key, value]) =>
  typeof value === 'object' && 'value' in value ? [key] : [],
);

describe('what is not known is never well', () => {
  const denied = unknown('access denied to rds:DescribeThis', 'rds:DescribeThis');

  test.each(READINGS)('%s', (key) => {
    const changed = flipped(withAws({ [key]: denied }));
    expect(new Set(Object.values(changed))).toEqual(new Set(['unknown']));
    for (const id of Object.keys(changed)) {
      expect(messages(id, withAws({ [key]: denied }))).toEqual(['Access denied to rds:DescribeThis.']);
    }
  });

  test('with all of them unknown, no check passes but that of the endpoint', () => {
    const nothing = Object.fromEntries(READINGS.map((key) => [key, denied]));
    const passed = Object.entries(answers(withAws(nothing))).filter(([, answer]) => answer === 'pass');
    expect(passed.map(([id]) => id)).toEqual(['aws-endpoint-custom']);
  });

  const optional = (value: object): string[] =>
    Object.entries(value).flatMap(([key, entry]) =>
      ['kind', 'identifier', 'arn', 'id', 'engineVersion', 'members'].includes(key) || Array.isArray(entry)
        ? []
        : [key],
    );

  test.each(optional(someResource()))('a resource without %s makes nothing better', (key) => {
    const facts = withAws({ resource: known(without(someResource(), key as keyof ResourceFacts)) });
    expect(Object.values(flipped(facts))).not.toContain('pass');
  });

  test('a database of which no version is told', () => {
    expect(flipped(withResource({ engineVersion: '' }))).toEqual({
      'snapshot-engine-differs': 'unknown',
      'aws-server-version-differs': 'unknown',
    });
  });

  test.each(optional(someSnapshot()))('a snapshot without %s makes nothing better', (key) => {
    const facts = withAws({ snapshots: known([without(someSnapshot(), key as keyof SnapshotFacts)]) });
    const single = withAws({ snapshots: known([someSnapshot()]) });
    expect(Object.values(flipped(facts, single))).not.toContain('pass');
  });

  test.each(Object.keys(someMetrics()))('no point of %s, or an old one, is not well', (name) => {
    const old = { ...someMetrics(), [name]: { value: 0, at: '2026-11-25T11:49:00.000Z' } };
    const absent = without(someMetrics(), name);
    for (const metrics of [old, absent]) {
      const kinds = Object.values(flipped(withAws({ metrics: known(metrics) })));
      // Only a reader of Aurora's looks at the local disk.
      expect(kinds).toHaveLength(name === 'FreeLocalStorage' ? 0 : 1);
      expect(kinds).not.toContain('pass');
    }
  });
});

test('without AWS everything is skipped', () => {
  const { aws: _aws, ...facts } = someFacts();
  expect(new Set(Object.values(answers(facts)))).toEqual(new Set(['skipped']));
});

describe('details', () => {
  test('another server answers than the one that AWS describes', () => {
    const changed = withAws({
      resource: known(someResource({ engineVersion: '16.9' })),
      snapshots: known([someSnapshot({ engineVersion: '16.9' })]),
    });
    expect(flipped(changed)).toEqual({ 'aws-server-version-differs': 'fail' });
  });

  test('several databases behind a name fail', () => {
    const { host } = someAwsFacts();
    const [match] = isKnown(host) ? host.value.matches : [];
    if (match === undefined) throw new Error('The host matches.');
    expect(flipped(withHost({ matches: [match, { ...match, identifier: 'other' }] }))).toMatchObject({
      'aws-database-not-found': 'fail',
    });
  });

  test('an allowed endpoint warns that this is not AWS', () => {
    const facts = withAws({ isAwsEndpoint: false, endpoint: '127.0.0.1:4566', customEndpoints: ['127.0.0.1:4566'] });
    const allowed = { ...facts, policy: { ...facts.policy, allowCustomEndpoint: true } };
    expect(answers(allowed)['aws-endpoint-custom']).toBe('warn');
    expect(messages('aws-endpoint-custom', allowed)).toEqual([
      'NOT AWS: requests go to 127.0.0.1:4566, as was allowed.',
    ]);
  });

  test('a disk that the rehearsal would fill fails, though a tenth is free', () => {
    const resources = { startDiskBytes: 10 * GIB, peakDiskBytes: 45 * GIB };
    const { rehearsal } = somePreflight(someDatabaseFacts(), somePredicate({ resources }));
    expect(answers({ ...someFacts(), rehearsal })['storage-low']).toBe('fail');
  });

  test.each([
    ['it was not measured', {}, 'unknown'],
    ['nothing is pending', { migrations: { ...somePredicate().migrations, rehearsed: [] } }, 'pass'],
  ])('the disk that the migrations need: %s', (_, changes, answer) => {
    const { rehearsal } = somePreflight(someDatabaseFacts(), without(somePredicate(changes), 'resources'));
    expect(answers({ ...someFacts(), rehearsal })['storage-low']).toBe(answer);
  });

  test('encryption with a key that AWS owns counts, whatever the old field says', () => {
    const facts = withAws({
      resource: known(someResource({ encrypted: false, encryptionType: 'sse-rds' })),
      snapshots: known([someSnapshot({ encrypted: false, encryptionType: 'sse-rds' })]),
    });
    expect(flipped(facts)).toEqual({});
  });

  test('a copied snapshot of a cluster is no fresh evidence', () => {
    const snapshot = someSnapshot({ isCopy: true, resourceId: 'cluster-ORDERS', engine: 'aurora-postgresql' });
    const facts = someFacts({ aws: someAuroraFacts({ snapshots: known([without(snapshot, 'dataTime')]) }) });
    expect(answers(facts)['snapshot-stale']).toBe('unknown');
  });

  const aMember = (changes: Partial<MemberFacts>): MemberFacts => ({
    identifier: 'orders-1',
    isWriter: true,
    status: 'available',
    ...changes,
  });
  const auroraWith = (members: readonly MemberFacts[]): PreflightFacts => {
    const aws = someAuroraFacts();
    if (!isKnown(aws.resource)) throw new Error('The resource is known.');
    return someFacts({ aws: { ...aws, resource: known({ ...aws.resource.value, members }) } });
  };

  test.each([
    ['no writer', [aMember({ isWriter: false })], 'fail'],
    ['a writer that reboots', [aMember({ status: 'rebooting' })], 'fail'],
    ['a writer without a status', [aMember({ status: 'unknown' })], 'unknown'],
    [
      'a reader that is being made',
      [aMember({}), aMember({ identifier: 'orders-2', isWriter: false, status: 'creating' })],
      'warn',
    ],
  ])('a cluster with %s', (_, members, answer) => {
    expect(answers(auroraWith(members))['aws-database-not-available']).toBe(answer);
  });

  test('the local disk of Aurora', () => {
    const low = (bytes: number): PreflightFacts =>
      someFacts({ aws: someAuroraFacts({ metrics: known(someMetrics({ FreeLocalStorage: bytes })) }) });
    expect(answers(low(GIB / 2))['local-storage-low']).toBe('fail');
    expect(answers(low(2 * GIB))['local-storage-low']).toBe('warn');
  });

  test.each<[string, Reading<string>, string]>([
    ['primary', known('arn:aws:rds:eu-west-1:123456789012:cluster:orders'), 'pass'],
    ['secondary', known('arn:aws:rds:us-east-1:123456789012:cluster:orders'), 'fail'],
    ['not told', unknown('access denied'), 'unknown'],
  ])('a global database: %s', (_, globalPrimary, answer) => {
    const aws = someAuroraFacts({ globalPrimary });
    if (!isKnown(aws.resource)) throw new Error('The resource is known.');
    const facts = someFacts({ aws: { ...aws, resource: known({ ...aws.resource.value, globalCluster: 'world' }) } });
    expect(answers(facts)['aws-database-is-replica']).toBe(answer);
  });
});
