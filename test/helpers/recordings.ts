import type { ColumnLedger, DataChange, SequenceLedger, TableLedger } from '../../src/recording/data-ledger.ts';
import type {
  Observations,
  PlannedMigration,
  Recording,
  StepPurpose,
  StepRecord,
} from '../../src/recording/recording.ts';
import type { Properties, SchemaChange } from '../../src/recording/schema-snapshot.ts';

/** One completed step; a test changes the one thing it is about. */
export const aStep = (purpose: StepPurpose, details: Partial<StepRecord> = {}): StepRecord => ({
  migration: '0001_vip',
  direction: purpose === 'apply' || purpose === 'reapply' ? 'up' : 'down',
  purpose,
  status: 'completed',
  durationMs: 10,
  observations: {},
  ...details,
});

/** Up, down, up again and unwound, each with what it changed. */
export const aRoundTrip = (
  observations: Partial<Record<StepPurpose, Observations>>,
  details: Partial<StepRecord> = {},
): StepRecord[] =>
  (['apply', 'revert', 'reapply', 'unwind'] as const).map((purpose) =>
    aStep(purpose, { observations: observations[purpose] ?? {}, ...details }),
  );

export const aMigration = (id = '0001_vip', details: Partial<PlannedMigration> = {}): PlannedMigration => ({
  id,
  dependsOn: [],
  reversible: true,
  files: [`migrations/${id}.up.sql`],
  applied: false,
  rehearsed: true,
  ...details,
});

export const aRecording = (parts: Partial<Recording> = {}): Recording => ({
  format: 1,
  tool: { name: 'pgrehearse', version: '0.0.0' },
  startedAt: '2026-11-23T10:00:00.000Z',
  durationMs: 1_000,
  server: { provider: 'local', version: '18.4', major: 18, migrationRole: 'postgres', settings: {} },
  backup: {
    format: 'plain',
    file: 'shop.sql',
    bytes: 1_000,
    serverMajor: 18,
    restoreMs: 100,
    shimmedRoles: [],
    missingExtensions: [],
    complaints: [],
    tables: 3,
    rows: 10,
  },
  plan: {
    tool: 'sql',
    scope: 'pending',
    forwardOnly: false,
    migrations: [aMigration()],
    problems: [],
    applied: [],
  },
  observed: ['statements', 'schema', 'data', 'invariants', 'resources'],
  observerFailures: [],
  start: {},
  steps: [],
  ...parts,
});

export const added = (kind: string, name: string, properties: Properties = {}, parent?: string): SchemaChange => ({
  kind,
  name,
  ...(parent !== undefined && { parent }),
  after: properties,
});

export const removed = (kind: string, name: string, properties: Properties = {}, parent?: string): SchemaChange => ({
  kind,
  name,
  ...(parent !== undefined && { parent }),
  before: properties,
});

export const aColumn = (fingerprint: string, details: Partial<ColumnLedger> = {}): ColumnLedger => ({
  type: 'text',
  number: 1,
  fingerprint,
  nullRows: 0,
  ...details,
});

export const aTable = (
  rows: number,
  columns: Record<string, ColumnLedger>,
  details: Partial<TableLedger> = {},
): TableLedger => ({
  oid: 16_400,
  kind: 'table',
  rows,
  key: ['id'],
  columns,
  ...details,
});

export const aSequence = (details: Partial<SequenceLedger> = {}): SequenceLedger => ({
  lastValue: '2',
  isCalled: true,
  nextValue: '3',
  column: 'public.plans.id',
  columnMax: '2',
  ...details,
});

export const dataChange = (
  relation: string,
  before?: DataChange['before'],
  after?: DataChange['after'],
): DataChange => ({
  relation,
  ...(before && { before }),
  ...(after && { after }),
});
