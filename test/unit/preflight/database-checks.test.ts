import { crc32 } from 'node:zlib';

import { describe, expect, test } from 'vitest';

import type { Said } from '../../../src/preflight/check.ts';
import { databaseIdentityChecks } from '../../../src/preflight/checks/database-identity.ts';
import { databaseLimitChecks } from '../../../src/preflight/checks/database-limits.ts';
import { databaseLockChecks } from '../../../src/preflight/checks/database-locks.ts';
import { databaseObjectChecks } from '../../../src/preflight/checks/database-objects.ts';
import { databaseReplicationChecks } from '../../../src/preflight/checks/database-replication.ts';
import { databaseTargetChecks } from '../../../src/preflight/checks/database-targets.ts';
import { databaseTransactionChecks } from '../../../src/preflight/checks/database-transactions.ts';
import { databaseUpkeepChecks } from '../../../src/preflight/checks/database-upkeep.ts';
import { migratorOf } from '../../../src/preflight/checks/known-migrators.ts';
import type { DatabaseFacts, SettingsFacts, TransactionFacts } from '../../../src/preflight/facts/database.ts';
import type { PreflightFacts } from '../../../src/preflight/facts/index.ts';
import { isKnown, known, unknown, type Reading } from '../../../src/preflight/reading.ts';
import {
  someDatabaseFacts,
  somePredicate,
  somePreflight,
  someTarget,
  someTouchedTable,
} from '../../helpers/database-facts.ts';

const CHECKS = [
  ...databaseIdentityChecks,
  ...databaseTransactionChecks,
  ...databaseLockChecks,
  ...databaseObjectChecks,
  ...databaseReplicationChecks,
  ...databaseTargetChecks,
  ...databaseLimitChecks,
  ...databaseUpkeepChecks,
];

const GIB = 2 ** 30;

/** What the check says last and worst; `pass` and `skipped` only where it says nothing else. */
function answers(facts: PreflightFacts): Record<string, string> {
  return Object.fromEntries(
    CHECKS.map((check) => {
      const said: Said[] = [...check.ask(facts, check.limits)];
      const worst = ['fail', 'unknown', 'warn', 'pass', 'skipped'].find((kind) =>
        said.some(({ answer }) => answer === kind),
      );
      return [check.id, worst ?? 'nothing'];
    }),
  );
}

const HEALTHY = answers(somePreflight(someDatabaseFacts()));

/** Ids whose answer is not that of the healthy database. */
const flipped = (facts: PreflightFacts): Record<string, string> =>
  Object.fromEntries(Object.entries(answers(facts)).filter(([id, answer]) => HEALTHY[id] !== answer));

const valueOf = <Name extends keyof DatabaseFacts>(name: Name) => {
  const reading = someDatabaseFacts()[name] as Reading<unknown>;
  if (!isKnown(reading)) throw new Error(`${name} is unknown`);
  return reading.value as DatabaseFacts[Name] extends Reading<infer Value> ? Value : never;
};

const aTransaction = (changes: Partial<TransactionFacts> = {}): TransactionFacts => ({
  processId: 4242,
  user: 'app',
  application: 'worker',
  state: 'active',
  transactionSeconds: 1,
  stateSeconds: 1,
  isDump: false,
  ...changes,
});

const settings = (ofRole: Partial<SettingsFacts['ofRole']>) =>
  known({ ...valueOf('settings'), ofRole: { ...valueOf('settings').ofRole, ...ofRole } as SettingsFacts['ofRole'] });

const aLock = { relation: 'public.users', mode: 'RowExclusiveLock', granted: true, processId: 7, isSystem: false };
const aWait = { processId: 8, lockType: 'relation', mode: 'AccessExclusiveLock', blockedBy: [7], isTarget: false };
const aSlot = {
  name: 'sub',
  type: 'logical',
  active: false,
  temporary: false,
  walStatus: 'reserved',
  retainedBytes: 1,
};
const anIndex = {
  relation: 'public.orders',
  index: 'public.i',
  isPartitioned: false,
  isBuilding: false,
  isTarget: false,
};
const aSequence = {
  sequence: 'public.s',
  isReadable: true,
  isTarget: true,
  lastValue: 1,
  cap: 100,
  cycles: false,
  relation: 'public.users',
  column: 'public.users.id',
};
const someWork = {
  kind: 'vacuum' as const,
  processId: 9,
  relation: 'public.users',
  isTarget: true,
  isAutomatic: true,
  againstWraparound: false,
};
const aPublication = { name: 'pub', allTables: false, publishesChanges: true, targets: ['public.users'] };

test('passes a healthy database, whatever can be skipped aside', () => {
  expect(new Set(Object.values(HEALTHY))).toEqual(new Set(['pass']));
});

test('every id is unique, kebab-case, and has its texts', () => {
  expect(new Set(CHECKS.map(({ id }) => id)).size).toBe(CHECKS.length);
  for (const check of CHECKS) {
    expect(check.id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(check.effect.length * check.remedy.length * check.title.length).toBeGreaterThan(0);
  }
});

/** Check, its answer, and the one thing that is changed on a healthy database. */
const FLIPS: readonly [string, string, Partial<DatabaseFacts>][] = [
  ['database-read-only', 'fail', { identity: known({ ...valueOf('identity'), isInRecovery: true }) }],
  ['server-version-differs', 'fail', { identity: known({ ...valueOf('identity'), versionNumber: 160_005 }) }],
  ['server-version-differs', 'warn', { identity: known({ ...valueOf('identity'), versionNumber: 170_006 }) }],
  ['extension-differs', 'fail', { extensions: known({ plpgsql: '1.0', postgis: '3.4' }) }],
  ['extension-differs', 'fail', { extensions: known({ plpgsql: '1.1' }) }],
  ['extension-differs', 'fail', { extensions: known({}) }],
  ['database-clock-off', 'warn', { clock: known({ ...valueOf('clock'), aheadMs: -61_100 }) }],
  ['database-clock-off', 'fail', { clock: known({ ...valueOf('clock'), aheadMs: 301_000 }) }],
  ['connection-not-verified', 'warn', { connection: known({ ...valueOf('connection'), encrypted: false }) }],
  ['connection-not-verified', 'warn', { connection: known({ ...valueOf('connection'), tlsMode: 'require' }) }],
  ['connection-not-verified', 'warn', { connection: known({ ...valueOf('connection'), tlsMode: 'verify-ca' }) }],
  ['connection-not-verified', 'skipped', { connection: known({ ...valueOf('connection'), isLocal: true }) }],
  ['pooler-in-between', 'fail', { connection: known({ ...valueOf('connection'), processChanges: true }) }],
  ['pooler-in-between', 'warn', { connection: known({ ...valueOf('connection'), isStartProcess: false }) }],
  ['catalogue-blocked', 'fail', { blocked: ['sequences'] }],
  ['long-transaction', 'warn', { transactions: known([aTransaction({ transactionSeconds: 31 })]) }],
  ['long-transaction', 'fail', { transactions: known([aTransaction({ transactionSeconds: 301 })]) }],
  [
    'idle-transaction',
    'fail',
    {
      transactions: known([aTransaction({ state: 'idle in transaction', stateSeconds: 61, transactionSeconds: 400 })]),
    },
  ],
  [
    'idle-transaction',
    'fail',
    { transactions: known([aTransaction({ state: 'idle in transaction (aborted)', stateSeconds: 61 })]) },
  ],
  ['dump-running', 'fail', { transactions: known([aTransaction({ isDump: true, transactionSeconds: 900 })]) }],
  ['prepared-transaction', 'warn', { prepared: known([{ id: 'x', owner: 'app', ageSeconds: 3 }]) }],
  ['prepared-transaction', 'fail', { prepared: known([{ id: 'x', owner: 'app', ageSeconds: 301 }]) }],
  ['target-locked', 'fail', { targetLocks: known([{ ...aLock, transactionSeconds: 6 }]) }],
  ['target-locked', 'unknown', { targetLocks: known([aLock]) }],
  [
    'target-locked',
    'fail',
    { targetLocks: known([{ relation: 'public.users', mode: 'RowExclusiveLock', granted: true, isSystem: false }]) },
  ],
  ['lock-queue', 'fail', { waits: known([{ ...aWait, isTarget: true, relation: 'public.users', waitSeconds: 0.1 }]) }],
  ['lock-queue', 'warn', { waits: known([{ ...aWait, waitSeconds: 1.1 }]) }],
  ['connections-scarce', 'warn', { connections: known({ ...valueOf('connections'), used: 70 }) }],
  ['connections-scarce', 'fail', { connections: known({ ...valueOf('connections'), used: 83 }) }],
  ['connections-scarce', 'fail', { connections: known({ ...valueOf('connections'), roleLimit: 3, roleUsed: 1 }) }],
  ['connections-scarce', 'fail', { connections: known({ ...valueOf('connections'), databaseLimit: 10 }) }],
  ['migrator-running', 'fail', { advisoryLocks: known([{ key: '72707369', processId: 1, granted: true }]) }],
  ['slot-lagging', 'warn', { slots: known([{ ...aSlot, retainedBytes: 2 * GIB }]) }],
  ['slot-lagging', 'fail', { slots: known([{ ...aSlot, retainedBytes: 11 * GIB }]) }],
  ['slot-lagging', 'fail', { slots: known([{ ...aSlot, active: true, walStatus: 'unreserved' }]) }],
  ['slot-lagging', 'fail', { slots: known([{ ...aSlot, walStatus: 'lost' }]) }],
  ['replica-lagging', 'warn', { replicas: known([{ name: 'r', state: 'streaming', lagSeconds: 11 }]) }],
  ['replica-lagging', 'warn', { replicas: known([{ name: 'r', state: 'streaming', lagBytes: 65 * 2 ** 20 }]) }],
  ['replica-lagging', 'fail', { replicas: known([{ name: 'r', state: 'streaming', lagSeconds: 61 }]) }],
  ['replica-lagging', 'fail', { replicas: known([{ name: 'r', state: 'streaming', lagBytes: 2 * GIB }]) }],
  ['target-published', 'warn', { publications: known([aPublication]) }],
  ['target-published', 'warn', { publications: known([{ ...aPublication, allTables: true, targets: [] }]) }],
  [
    'target-published',
    'fail',
    { publications: known([aPublication]), targets: known([someTarget({ hasReplicaIdentity: false })]) },
  ],
  ['subscription-active', 'warn', { subscriptions: known([{ name: 's', enabled: true }]) }],
  ['invalid-index-left', 'warn', { invalidIndexes: known([anIndex]) }],
  ['invalid-index-left', 'fail', { invalidIndexes: known([{ ...anIndex, isTarget: true }]) }],
  ['invalid-index-left', 'fail', { invalidIndexes: known([{ ...anIndex, isBuilding: true }]) }],
  ['constraint-left-unvalidated', 'warn', { unvalidated: known([{ relation: 'public.users', name: 'c' }]) }],
  [
    'event-trigger-active',
    'warn',
    { eventTriggers: known([{ name: 't', event: 'ddl_command_end', function: 'f', owner: 'postgres' }]) },
  ],
  ['unlogged-table', 'warn', { unlogged: known(['public.cache']) }],
  ['unlogged-table', 'fail', { unlogged: known(['public.users']) }],
  ['sequence-near-end', 'warn', { sequences: known([{ ...aSequence, lastValue: 75 }]) }],
  ['sequence-near-end', 'fail', { sequences: known([{ ...aSequence, lastValue: 90 }]) }],
  ['sequence-near-end', 'warn', { sequences: known([{ ...aSequence, lastValue: 99, isTarget: false }]) }],
  ['sequence-near-end', 'unknown', { sequences: known([{ ...aSequence, isReadable: false }]) }],
  ['target-missing', 'fail', { targets: known([{ relation: 'public.users', exists: false }]) }],
  ['migration-role-missing', 'fail', { role: known({ name: 'migrator', exists: false }) }],
  ['target-not-owned', 'fail', { targets: known([someTarget({ roleOwns: false, owner: 'dba' })]) }],
  ['schema-create-denied', 'fail', { targets: known([someTarget({ roleMayCreateInSchema: false })]) }],
  ['statistics-stale', 'warn', { targets: known([someTarget({ modifiedSinceAnalyze: 21_000 })]) }],
  ['statistics-stale', 'warn', { targets: known([someTarget({ analyzed: false })]) }],
  ['target-outgrew-rehearsal', 'warn', { targets: known([someTarget({ rows: 200_001, liveRows: 200_001 })]) }],
  ['role-timeout-too-short', 'fail', { settings: settings({ statement_timeout: '4000' }) }],
  ['role-timeout-too-short', 'warn', { settings: settings({ transaction_timeout: '7000' }) }],
  ['role-timeout-too-short', 'unknown', { settings: settings({ statement_timeout: null }) }],
  ['lock-timeout-unset', 'warn', { settings: settings({ lock_timeout: '0' }) }],
  ['migration-role-read-only', 'fail', { settings: settings({ default_transaction_read_only: 'on' }) }],
  ['lock-table-small', 'fail', { targets: known([someTarget({ partitions: 3_201 })]) }],
  [
    'wraparound-near',
    'warn',
    { wraparound: known({ ...valueOf('wraparound'), databases: [{ database: 'x', xidAge: 5e8, multixactAge: 0 }] }) },
  ],
  [
    'wraparound-near',
    'fail',
    {
      wraparound: known({ ...valueOf('wraparound'), databases: [{ database: 'x', xidAge: 0, multixactAge: 1.6e9 }] }),
    },
  ],
  ['target-needs-freeze', 'warn', { targets: known([someTarget({ xidAge: 200_000_000 })]) }],
  ['maintenance-on-target', 'warn', { maintenance: known([someWork]) }],
  ['maintenance-on-target', 'fail', { maintenance: known([{ ...someWork, againstWraparound: true }]) }],
  ['maintenance-on-target', 'fail', { maintenance: known([{ ...someWork, kind: 'cluster', isAutomatic: false }]) }],
  [
    'maintenance-on-target',
    'unknown',
    {
      maintenance: known([
        { kind: 'vacuum', processId: 9, relation: 'public.users', isTarget: true, isAutomatic: true },
      ]),
    },
  ],
  [
    'archiver-failing',
    'fail',
    { archiver: known({ ...valueOf('archiver'), lastFailedAt: '2026-11-25T11:59:30.000Z', failedCount: 1 }) },
  ],
  [
    'archiver-failing',
    'warn',
    { archiver: known({ ...valueOf('archiver'), sinceArchivedSeconds: 700, behindFiles: 4 }) },
  ],
  ['archiver-failing', 'skipped', { archiver: known({ mode: 'off', failedCount: 0 }) }],
  ['checksum-failure', 'fail', { checksums: known({ failures: 1, lastFailureAt: '2026-11-25T00:00:00.000Z' }) }],
  ['checksum-failure', 'skipped', { checksums: known({}) }],
  ['collation-drifted', 'warn', { collation: known({ recorded: '2.31', actual: '2.36' }) }],
  ['collation-drifted', 'skipped', { collation: known({}) }],
];

describe('one thing changed flips exactly its check', () => {
  test.each(FLIPS)('%s says %s (%#)', (id, answer, change) => {
    expect(flipped(somePreflight(someDatabaseFacts(change)))).toEqual({ [id]: answer });
  });

  test('every check is among them', () => {
    expect(new Set(FLIPS.map(([id]) => id))).toEqual(new Set(CHECKS.map(({ id }) => id)));
  });
});

test('a rehearsal that could not watch the schema does not know its tables, so nothing is said to be well with them', () => {
  const { schema: _, ...predicate } = somePredicate({ tables: [] });
  expect(answers(somePreflight(someDatabaseFacts(), predicate))['target-locked']).toBe('unknown');
});

test('a database that is read-only by default for the role of the migration too takes no writes', () => {
  const identity = known({ ...valueOf('identity'), defaultReadOnly: true });
  const readOnly = { identity, settings: settings({ default_transaction_read_only: 'on' }) };
  expect(flipped(somePreflight(someDatabaseFacts(readOnly)))).toEqual({
    'database-read-only': 'fail',
    'migration-role-read-only': 'fail',
  });
});

describe('stays silent on', () => {
  test.each<[string, Partial<DatabaseFacts>]>([
    [
      'a session that has just become idle in its transaction',
      { transactions: known([aTransaction({ state: 'idle in transaction', stateSeconds: 59 })]) },
    ],
    [
      'a role of ours that only reads by default, where the role of the migration writes',
      { identity: known({ ...valueOf('identity'), defaultReadOnly: true }) },
    ],
    ['a transaction at the limit', { transactions: known([aTransaction({ transactionSeconds: 30 })]) }],
    ['a short transaction on a target', { targetLocks: known([{ ...aLock, transactionSeconds: 5 }]) }],
    ["autovacuum's lock on a target", { targetLocks: known([{ ...aLock, isSystem: true }]) }],
    ['a lock on a target that is still waited for', { targetLocks: known([{ ...aLock, granted: false }]) }],
    ['a wait of less than a second elsewhere', { waits: known([{ ...aWait, waitSeconds: 0.9 }]) }],
    ['an advisory lock of the application', { advisoryLocks: known([{ key: '1', processId: 1, granted: true }]) }],
    ['an advisory lock of the two-number form', { advisoryLocks: known([{ processId: 1, granted: true }]) }],
    [
      'a slot that is read, however much it holds back',
      { slots: known([{ ...aSlot, active: true, retainedBytes: 20 * GIB }]) },
    ],
    ['a small slot that nobody reads now', { slots: known([aSlot]) }],
    ['a disabled subscription', { subscriptions: known([{ name: 's', enabled: false }]) }],
    [
      "an extension's event trigger",
      { eventTriggers: known([{ name: 't', event: 'e', function: 'f', owner: 'postgres', extension: 'timescaledb' }]) },
    ],
    [
      "the host's event trigger",
      { eventTriggers: known([{ name: 't', event: 'e', function: 'f', owner: 'rdsadmin' }]) },
    ],
    ['a publication of other tables', { publications: known([{ ...aPublication, targets: [] }]) }],
    [
      'a sequence that goes round, and feeds no column',
      {
        sequences: known([{ sequence: 's', isReadable: true, isTarget: false, lastValue: 99, cap: 100, cycles: true }]),
      },
    ],
    [
      'an unreadable sequence of another table',
      { sequences: known([{ ...aSequence, isTarget: false, isReadable: false }]) },
    ],
    [
      'a small table that was never analyzed',
      { targets: known([someTarget({ analyzed: false, liveRows: 10, rows: 10 })]) },
    ],
    ['a time limit with room to spare', { settings: settings({ statement_timeout: '8000' }) }],
    [
      'an old archived file on a server that writes nothing',
      { archiver: known({ ...valueOf('archiver'), sinceArchivedSeconds: 90_000, behindFiles: 0 }) },
    ],
    ['maintenance on another table', { maintenance: known([{ ...someWork, isTarget: false, isAutomatic: false }]) }],
    ['a clock difference that the round trip explains', { clock: known({ at: '', aheadMs: 61_000, errorMs: 2_000 }) }],
  ])('%s', (_, change) => {
    expect(flipped(somePreflight(someDatabaseFacts(change)))).toEqual({});
  });

  test('a table that others own, when only rows of it are changed and may be', () => {
    const predicate = somePredicate({ tables: [someTouchedTable({ schemaChanged: false })] });
    const database = someDatabaseFacts({
      targets: known([someTarget({ roleOwns: false, roleMayCreateInSchema: false })]),
    });
    expect(flipped(somePreflight(database, predicate))).toEqual({});
  });
});

test('the rows of a table may not be written either', () => {
  const predicate = somePredicate({ tables: [someTouchedTable({ schemaChanged: false })] });
  const database = someDatabaseFacts({ targets: known([someTarget({ roleOwns: false, roleMayWrite: false })]) });
  expect(flipped(somePreflight(database, predicate))).toEqual({ 'target-not-owned': 'fail' });
});

test('a slot that the rehearsed WAL would lose', () => {
  const database = someDatabaseFacts({ slots: known([{ ...aSlot, active: true, safeWalBytes: 1_000 }]) });
  expect(flipped(somePreflight(database, somePredicate({ resources: { walBytes: 1_001 } })))).toEqual({
    'slot-lagging': 'fail',
  });
  expect(flipped(somePreflight(database, somePredicate({ resources: { walBytes: 999 } })))).toEqual({});
});

test('fewer replicas than the policy asks for', () => {
  const database = someDatabaseFacts({
    replicas: known([
      { name: 'a', state: 'streaming' },
      { name: 'b', state: 'startup' },
    ]),
  });
  expect(flipped(somePreflight(database, somePredicate(), { replicas: 2 }))).toEqual({ 'replica-lagging': 'fail' });
  expect(flipped(somePreflight(database, somePredicate(), { replicas: 1 }))).toEqual({});
});

/** For the receipt, and for the gathering itself. */
const JUDGED_BY_NOBODY = new Set(['systemIdentifier', 'visibility']);

describe('what could not be had is never a pass', () => {
  const readings = Object.entries(someDatabaseFacts()).filter(
    ([, value]) => typeof value === 'object' && 'value' in value,
  );

  test.each(readings.map(([name]) => name))('%s unknown', (name) => {
    const facts = somePreflight(someDatabaseFacts({ [name]: unknown('the connection broke', 'pg_monitor') }));
    const changed = flipped(facts);
    for (const answer of Object.values(changed)) expect(answer).toBe('unknown');
    expect(Object.keys(changed).length > 0).toBe(!JUDGED_BY_NOBODY.has(name));
  });

  test('an unreachable database: no check passes, all say why', () => {
    const none = Object.fromEntries(readings.map(([name]) => [name, unknown('cannot connect')]));
    expect(new Set(Object.values(answers(somePreflight(someDatabaseFacts(none)))))).toEqual(new Set(['unknown']));
  });

  test('no certificate: what compares, and what is about its tables, does not know', () => {
    const facts = {
      ...somePreflight(someDatabaseFacts()),
      rehearsal: { ...somePreflight(someDatabaseFacts()).rehearsal, certificate: unknown('no file') },
    };
    const changed = flipped(facts);
    expect(new Set(Object.values(changed))).toEqual(new Set(['unknown']));
    expect(Object.keys(changed).toSorted()).toEqual([
      'constraint-left-unvalidated',
      'extension-differs',
      'lock-table-small',
      'maintenance-on-target',
      'schema-create-denied',
      'server-version-differs',
      'statistics-stale',
      'target-locked',
      'target-missing',
      'target-needs-freeze',
      'target-not-owned',
      'target-outgrew-rehearsal',
      'target-published',
    ]);
  });

  test('a table of the certificate that nobody asked for', () => {
    const changed = flipped(somePreflight(someDatabaseFacts({ askedTables: [] })));
    expect(changed['target-locked']).toBe('unknown');
  });
});

test('a migration that touches no table of old passes where tables are asked for', () => {
  const predicate = somePredicate({ tables: [someTouchedTable({ existedBefore: false })] });
  expect(flipped(somePreflight(someDatabaseFacts({ askedTables: [], targets: known([]) }), predicate))).toEqual({});
});

describe('advisory locks of migration tools', () => {
  const crc = (text: string): bigint => BigInt(crc32(text));

  test.each([
    ['Prisma Migrate', '72707369'],
    ['node-pg-migrate', '7241865325823964'],
    ['goose', '5887940537704921958'],
    ['Rails', String(2_053_462_845n * crc('shöp'))],
    ['sqlx', String(0x3d_32_ad_9en * crc('shöp'))],
    ['golang-migrate', String((crc('public\0schema_migrations\0shöp') * 1_486_364_155n) % 2n ** 32n)],
  ])('%s', (tool, key) => {
    expect(migratorOf(key, 'shöp')).toBe(tool);
  });

  test('of another database are not those of this one', () => {
    expect(migratorOf(String(2_053_462_845n * crc('other')), 'shöp')).toBeUndefined();
  });
});
