import type { RehearsalPredicate, TouchedTable } from '../../src/preflight/facts/certificate.ts';
import type { DatabaseFacts, TargetTableFacts } from '../../src/preflight/facts/database.ts';
import type { PreflightFacts } from '../../src/preflight/facts/index.ts';
import { known, unknown } from '../../src/preflight/reading.ts';

/** A database on which every check passes. */
export function someDatabaseFacts(changes: Partial<DatabaseFacts> = {}): DatabaseFacts {
  return {
    askedTables: ['public.users'],
    connection: known({
      tlsMode: 'verify-full',
      encrypted: true,
      isLocal: false,
      serverSeesEncrypted: true,
      tlsVersion: 'TLSv1.3',
      isStartProcess: true,
      processChanges: false,
    }),
    identity: known({
      database: 'shop',
      user: 'preflight',
      versionNumber: 170_005,
      isInRecovery: false,
      defaultReadOnly: false,
      startedAt: '2026-11-01T00:00:00.000Z',
      isRds: false,
    }),
    systemIdentifier: known('7000000000000000000'),
    visibility: known({ seesAll: true, masked: 0, silent: 0 }),
    clock: known({ at: '2026-11-25T12:00:00.000Z', aheadMs: 12, errorMs: 1 }),
    transactions: known([]),
    prepared: known([]),
    targetLocks: known([]),
    waits: known([]),
    advisoryLocks: known([]),
    connections: known({
      max: 100,
      reserved: 3,
      used: 10,
      databaseLimit: -1,
      databaseUsed: 8,
      roleLimit: -1,
      roleUsed: 1,
    }),
    slots: known([]),
    replicas: known([]),
    publications: known([]),
    subscriptions: known([]),
    invalidIndexes: known([]),
    unvalidated: known([]),
    eventTriggers: known([]),
    sequences: known([]),
    unlogged: known([]),
    extensions: known({ plpgsql: '1.0' }),
    targets: known([someTarget()]),
    role: known({ name: 'migrator', exists: true }),
    settings: known({
      ofRole: {
        lock_timeout: '5000',
        statement_timeout: '0',
        transaction_timeout: '0',
        default_transaction_read_only: 'off',
      },
      server: { max_locks_per_transaction: '64', max_connections: '100', max_prepared_transactions: '0' },
    }),
    wraparound: known({
      databases: [{ database: 'shop', xidAge: 1_000_000, multixactAge: 10 }],
      freezeMaxAge: 200_000_000,
      failsafeAge: 1_600_000_000,
    }),
    maintenance: known([]),
    archiver: known({
      mode: 'on',
      lastArchivedAt: '2026-11-25T11:59:00.000Z',
      failedCount: 0,
      sinceArchivedSeconds: 60,
      behindFiles: 0,
    }),
    checksums: known({ failures: 0 }),
    collation: known({ recorded: '2.36', actual: '2.36' }),
    blocked: [],
    ...changes,
  };
}

export const someTarget = (changes: Partial<TargetTableFacts> = {}): TargetTableFacts => ({
  relation: 'public.users',
  exists: true,
  kind: 'r',
  partitions: 0,
  isUnlogged: false,
  rows: 100_000,
  heapBytes: 50_000_000,
  indexBytes: 10_000_000,
  owner: 'migrator',
  roleOwns: true,
  roleMayWrite: true,
  roleMayCreateInSchema: true,
  hasReplicaIdentity: true,
  xidAge: 1_000,
  multixactAge: 10,
  liveRows: 100_000,
  modifiedSinceAnalyze: 10,
  analyzed: true,
  ...changes,
});

export const someTouchedTable = (changes: Partial<TouchedTable> = {}): TouchedTable => ({
  relation: 'public.users',
  kind: 'table',
  migrations: ['001_users'],
  existedBefore: true,
  rowsBefore: 100_000,
  schemaChanged: true,
  dataChanged: true,
  ...changes,
});

/** Of a rehearsal on 17.5 that touches `public.users`. */
export function somePredicate(changes: Partial<RehearsalPredicate> = {}): RehearsalPredicate {
  return {
    format: 1,
    tool: { name: 'pgrehearse', version: '0.0.0' },
    rehearsedAt: '2026-11-25T10:00:00.000Z',
    durationMs: 10_000,
    interrupted: false,
    verdict: { outcome: 'safe', errors: 0, warnings: 0, notJudged: [], waived: [] },
    server: { provider: 'local', version: '17.5', major: 17, migrationRole: 'migrator', settings: {} },
    extensions: { before: { plpgsql: '1.0' }, after: { plpgsql: '1.0' } },
    backup: { format: 'custom', tables: 1, rows: 100_000 },
    migrations: { tool: 'sql', scope: 'pending', forwardOnly: false, rehearsed: [{ id: '001_users' }], applied: [] },
    schema: { before: { sha256: '', objects: {} }, after: { sha256: '', objects: {} }, leftOut: [] },
    tables: [someTouchedTable()],
    timings: [{ migration: '001_users', direction: 'up', durationMs: 4_000 }],
    invariants: [],
    resources: { startDiskBytes: 1_000_000_000, peakDiskBytes: 1_100_000_000 },
    ...changes,
  };
}

/** What the checks of the database read; the rest of a pre-flight was not looked at. */
export function somePreflight(
  database: DatabaseFacts,
  predicate: RehearsalPredicate | undefined = somePredicate(),
  policy: Partial<PreflightFacts['policy']> = {},
): PreflightFacts {
  const none = unknown('nobody looked');
  return {
    format: 1,
    tool: { name: 'pgrehearse', version: '0.0.0' },
    takenAt: '2026-11-25T12:00:00.000Z',
    target: { host: 'db.example', port: 5432, database: 'shop', user: 'preflight' },
    policy: { allowCustomEndpoint: false, createSnapshot: false, ...policy },
    database,
    rehearsal: {
      certificate:
        predicate === undefined
          ? none
          : known({
              file: 'certificate.json',
              sha256: '',
              signature: { signed: false, keyIds: [], verified: false },
              predicate,
            }),
      migrations: none,
      applied: none,
      schema: none,
    },
    invariants: none,
  };
}
