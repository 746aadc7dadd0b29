import type { ColumnLedger, DataChange, DataLedger, RowWrites, SequenceLedger, TableLedger } from './data-ledger.ts';
import type {
  AppliedMigration,
  BackupRecord,
  BaselineTimings,
  GraphProblem,
  InlineWaiver,
  InvariantReading,
  InvariantRecord,
  Observations,
  ObserverFailure,
  PlannedMigration,
  PlanRecord,
  Rebuild,
  Recording,
  ResourceUse,
  RestoreComplaint,
  RowLoss,
  ServerRecord,
  StartRecord,
  StatementRecord,
  StepFailure,
  StepRecord,
  TogetherRecord,
} from './recording.ts';
import type { Properties, PropertyValue, SchemaChange, SchemaObject } from './schema-snapshot.ts';
import {
  amount,
  either,
  flag,
  listOf,
  objectOf,
  oneOf,
  optional,
  recordOf,
  type Shape,
  simple,
  text,
} from './shape.ts';

const texts = listOf(text);
const direction = oneOf('up', 'down');
const observer = oneOf('statements', 'schema', 'data', 'invariants', 'resources');

const isoTime: Shape<string> = simple(
  'a time such as 2026-11-22T04:00:00Z',
  (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
);

const propertyValue: Shape<PropertyValue> = simple(
  'a text, number, true, false, null, or list of texts',
  (value) =>
    value === null ||
    ['string', 'number', 'boolean'].includes(typeof value) ||
    (Array.isArray(value) && value.every((one) => typeof one === 'string')),
);
const properties: Shape<Properties> = recordOf(propertyValue);

const schemaObject = objectOf<SchemaObject>({ kind: text, name: text, parent: optional(text), properties });

const schemaChange = objectOf<SchemaChange>({
  kind: text,
  name: text,
  parent: optional(text),
  before: optional(properties),
  after: optional(properties),
});

const columnLedger = objectOf<ColumnLedger>({ type: text, number: amount, fingerprint: text, nullRows: amount });

const tableLedger = objectOf<TableLedger>({
  oid: amount,
  kind: oneOf('table', 'materialized view', 'large objects'),
  rows: amount,
  key: texts,
  rowFingerprint: optional(text),
  columns: recordOf(columnLedger),
});

const sequenceLedger = objectOf<SequenceLedger>({
  lastValue: text,
  isCalled: flag,
  nextValue: text,
  column: optional(text),
  columnMax: optional(text),
});

const relationLedger = either((value) => 'lastValue' in value, sequenceLedger, tableLedger);

const dataLedger = objectOf<DataLedger>({
  tables: recordOf(tableLedger),
  sequences: recordOf(sequenceLedger),
  unread: recordOf(text),
});

const rowWrites = objectOf<RowWrites>({ insertedRows: amount, updatedRows: amount, deletedRows: amount });

const dataChange = objectOf<DataChange>({
  relation: text,
  before: optional(relationLedger),
  after: optional(relationLedger),
  writes: optional(rowWrites),
  rowsDiffering: optional(recordOf(amount)),
});

const invariantReading = objectOf<InvariantReading>({ name: text, value: text, rows: amount, error: optional(text) });

const rowLoss = objectOf<RowLoss>({
  relation: text,
  missingRows: amount,
  addedRows: amount,
  differingRows: recordOf(amount),
});

const resourceUse = objectOf<ResourceUse>({ walBytes: amount, databaseBytes: amount, peakDatabaseBytes: amount });

const observations = objectOf<Observations>({
  statements: optional(listOf(objectOf<StatementRecord>({ sql: text, durationMs: optional(amount) }))),
  schema: optional(listOf(schemaChange)),
  data: optional(listOf(dataChange)),
  invariants: optional(listOf(invariantReading)),
  rowLosses: optional(listOf(rowLoss)),
  resources: optional(resourceUse),
});

const stepFailure = objectOf<StepFailure>({
  message: text,
  sqlState: optional(text),
  hint: optional(text),
  position: optional(amount),
});

const rebuild = objectOf<Rebuild>({
  reason: text,
  durationMs: amount,
  schema: listOf(schemaChange),
  data: listOf(dataChange),
});

const step = objectOf<StepRecord>({
  migration: text,
  direction,
  purpose: oneOf('apply', 'revert', 'reapply', 'unwind'),
  status: oneOf('completed', 'failed', 'not-run'),
  durationMs: amount,
  failure: optional(stepFailure),
  reason: optional(text),
  observations,
  rebuilt: optional(rebuild),
});

const inlineWaiver = objectOf<InlineWaiver>({ check: text, until: optional(text), reason: text });

const plannedMigration = objectOf<PlannedMigration>({
  id: text,
  dependsOn: texts,
  reversible: flag,
  files: texts,
  checksum: optional(text),
  waivers: optional(listOf(inlineWaiver)),
  applied: flag,
  rehearsed: flag,
});

type Problem<Kind extends GraphProblem['kind']> = Extract<GraphProblem, { readonly kind: Kind }>;

const cycle = objectOf<Problem<'cycle'>>({ kind: oneOf('cycle'), path: texts });
const missing = objectOf<Problem<'missing-dependency'>>({
  kind: oneOf('missing-dependency'),
  migration: text,
  dependency: text,
});
const heads = objectOf<Problem<'multiple-heads'>>({ kind: oneOf('multiple-heads'), heads: texts });
const duplicate = objectOf<Problem<'duplicate-id'>>({ kind: oneOf('duplicate-id'), id: text, files: texts });

const isKind =
  (kind: GraphProblem['kind']) =>
  (value: object): boolean =>
    'kind' in value && value.kind === kind;

const graphProblem: Shape<GraphProblem> = either(
  isKind('cycle'),
  cycle,
  either(isKind('missing-dependency'), missing, either(isKind('multiple-heads'), heads, duplicate)),
);

const plan = objectOf<PlanRecord>({
  tool: text,
  scope: text,
  forwardOnly: flag,
  migrations: listOf(plannedMigration),
  problems: listOf(graphProblem),
  applied: listOf(objectOf<AppliedMigration>({ id: text, edited: optional(flag), unfinished: optional(flag) })),
});

const server = objectOf<ServerRecord>({
  provider: text,
  version: text,
  major: amount,
  migrationRole: text,
  settings: recordOf(text),
});

const backup = objectOf<BackupRecord>({
  format: oneOf('custom', 'directory', 'tar', 'plain', 'base', 'snapshot', 'point-in-time', 'clone', 'none'),
  file: optional(text),
  bytes: optional(amount),
  createdAt: optional(isoTime),
  serverMajor: optional(amount),
  database: optional(text),
  restoreMs: amount,
  shimmedRoles: texts,
  namedRoles: optional(texts),
  missingExtensions: texts,
  complaints: listOf(objectOf<RestoreComplaint>({ message: text, object: optional(text) })),
  tables: amount,
  rows: amount,
  masked: optional(flag),
  maxAgeHours: optional(amount),
});

const start = objectOf<StartRecord>({
  schema: optional(recordOf(schemaObject)),
  data: optional(dataLedger),
  invariants: optional(listOf(objectOf<InvariantRecord>({ name: text, expect: text, start: invariantReading }))),
  resources: optional(objectOf<NonNullable<StartRecord['resources']>>({ databaseBytes: amount })),
});

const timings = objectOf<BaselineTimings[string]>({ up: optional(listOf(amount)), down: optional(listOf(amount)) });

/** What `recording.ts` says in types, said for run time. The compiler compares the two. */
export const recordingShape: Shape<Recording> = objectOf<Recording>({
  format: oneOf(1),
  tool: objectOf<Recording['tool']>({ name: oneOf('pgrehearse'), version: text }),
  startedAt: isoTime,
  durationMs: amount,
  server,
  backup,
  plan,
  observed: listOf(observer),
  observerFailures: listOf(objectOf<ObserverFailure>({ observer, message: text })),
  start,
  steps: listOf(step),
  together: optional(
    objectOf<TogetherRecord>({
      migrations: texts,
      status: oneOf('completed', 'failed', 'not-run'),
      durationMs: amount,
      failure: optional(stepFailure),
      reason: optional(text),
    }),
  ),
  baseline: optional(recordOf(timings)),
  interrupted: optional(flag),
});
