import {
  amount,
  flag,
  listOf,
  objectOf,
  oneOf,
  optional,
  recordOf,
  type Shape,
  simple,
  text,
} from '../../recording/shape.ts';
import type { RehearsalPredicate, SchemaDigest, TouchedTable } from '../facts/certificate.ts';
import { type Envelope, type Signature } from './envelope.ts';
import { PREDICATE_TYPE, STATEMENT_TYPE, type Statement, type Subject } from './statement.ts';

type Part<Key extends keyof RehearsalPredicate> = NonNullable<RehearsalPredicate[Key]>;
type Item<List> = List extends readonly (infer One)[] ? One : never;

const texts = listOf(text);

const isoTime: Shape<string> = simple(
  'a time such as 2026-11-22T04:00:00Z',
  (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
);
const sha256: Shape<string> = simple(
  '64 hex digits',
  (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
);

const digest = objectOf<SchemaDigest>({ sha256, objects: recordOf(text) });

const versions = objectOf<Part<'extensions'>>({ before: recordOf(text), after: recordOf(text) });

const table = objectOf<TouchedTable>({
  relation: text,
  kind: oneOf('table', 'materialized view', 'foreign table', 'view'),
  migrations: texts,
  existedBefore: flag,
  rowsBefore: optional(amount),
  schemaChanged: flag,
  dataChanged: flag,
  lockMode: optional(text),
  lockedMs: optional(amount),
});

/** What `facts/certificate.ts` says in types, said for run time. The compiler compares the two. */
const predicate = objectOf<RehearsalPredicate>({
  format: oneOf(1),
  tool: objectOf<Part<'tool'>>({ name: oneOf('pgrehearse'), version: text }),
  rehearsedAt: isoTime,
  durationMs: amount,
  interrupted: flag,
  verdict: objectOf<Part<'verdict'>>({
    outcome: oneOf('safe', 'unsafe', 'inconclusive'),
    errors: amount,
    warnings: amount,
    notJudged: texts,
    waived: texts,
  }),
  server: objectOf<Part<'server'>>({
    provider: text,
    version: text,
    major: amount,
    migrationRole: text,
    settings: recordOf(text),
  }),
  extensions: versions,
  backup: objectOf<Part<'backup'>>({
    format: text,
    file: optional(text),
    bytes: optional(amount),
    createdAt: optional(isoTime),
    serverMajor: optional(amount),
    database: optional(text),
    tables: amount,
    rows: amount,
  }),
  migrations: objectOf<Part<'migrations'>>({
    tool: text,
    scope: text,
    forwardOnly: flag,
    rehearsed: listOf(objectOf<Item<Part<'migrations'>['rehearsed']>>({ id: text, checksum: optional(sha256) })),
    applied: texts,
  }),
  schema: optional(
    objectOf<Part<'schema'>>({
      before: digest,
      after: digest,
      leftOut: listOf(oneOf('owner', 'privileges', 'comment', 'securityLabels')),
    }),
  ),
  tables: listOf(table),
  timings: listOf(
    objectOf<Item<Part<'timings'>>>({ migration: text, direction: oneOf('up', 'down'), durationMs: amount }),
  ),
  invariants: listOf(objectOf<Item<Part<'invariants'>>>({ name: text, expect: text })),
  resources: optional(
    objectOf<Part<'resources'>>({
      walBytes: optional(amount),
      peakDiskBytes: optional(amount),
      startDiskBytes: optional(amount),
    }),
  ),
});

export const statementShape: Shape<Statement> = objectOf<Statement>({
  _type: oneOf(STATEMENT_TYPE),
  subject: listOf(objectOf<Subject>({ name: text, digest: objectOf<Subject['digest']>({ sha256 }) })),
  predicateType: oneOf(PREDICATE_TYPE),
  predicate,
});

export const envelopeShape: Shape<Envelope> = objectOf<Envelope>({
  payloadType: oneOf('application/vnd.in-toto+json'),
  payload: simple('base64', (value) => typeof value === 'string' && isBase64(value)),
  signatures: listOf(
    objectOf<Signature>({
      keyid: optional(text),
      sig: simple('base64', (value) => typeof value === 'string' && isBase64(value)),
    }),
  ),
});

/** Node would pass over what is none. */
const isBase64 = (value: string): boolean => /^[A-Za-z0-9+/]*={0,2}$/.test(value) && value.length % 4 === 0;
