import type { Database } from '../../../postgres/connect.ts';
import { toError } from '../../../support/errors.ts';
import { redact } from '../../../support/redact.ts';
import type { DrillFacts } from '../../facts/aws.ts';
import type { SchemaDigest } from '../../facts/certificate.ts';
import { checkIndexes } from './check-indexes.ts';
import { countRows, type RowsExpected } from './count-rows.ts';

export type Comparison = DrillFacts['comparisons'][number];

/** What the restored database must show. What is absent is not compared. */
export interface RestoredExpectation {
  readonly serverMajor: number;
  readonly tables: readonly RowsExpected[];
  readonly schema?: { readonly expected: SchemaDigest; readonly read: (database: Database) => Promise<SchemaDigest> };
  /** Every btree index is checked with amcheck, as far as the time goes. */
  readonly amcheckLimitMs?: number;
  /** For the exact count of each table. */
  readonly countLimitMs?: number;
}

/** Compares one thing after the other; what could not be compared is not ok. Rejects only when interrupted. */
export async function verifyRestored(
  database: Database,
  expected: RestoredExpectation,
  signal: AbortSignal,
): Promise<readonly Comparison[]> {
  const { schema, tables, amcheckLimitMs, countLimitMs = COUNT_LIMIT_MS } = expected;
  const steps: readonly (readonly [what: string, compare: () => Promise<Omit<Comparison, 'what'>>])[] = [
    ['server major', () => compareMajor(database, expected.serverMajor)],
    ...(schema === undefined ? [] : [['schema', () => compareSchema(database, schema)] as const]),
    ...tables.map((table) => [`rows of ${table.relation}`, () => countRows(database, table, countLimitMs)] as const),
    ...(amcheckLimitMs === undefined
      ? []
      : [['amcheck', () => checkIndexes(database, amcheckLimitMs, signal)] as const]),
  ];
  const comparisons: Comparison[] = [];
  for (const [what, compare] of steps) {
    signal.throwIfAborted();
    comparisons.push({ what, ...(await compare().catch(couldNot)) });
  }
  return comparisons;
}

async function compareMajor(database: Database, expected: number): Promise<Omit<Comparison, 'what'>> {
  const [row] = await database.query<{ major: number }>(
    `select pg_catalog.current_setting('server_version_num')::int / 10000 as major`,
  );
  return row?.major === expected
    ? { ok: true, detail: `PostgreSQL ${expected}` }
    : { ok: false, detail: `PostgreSQL ${row?.major ?? '?'} instead of ${expected}` };
}

async function compareSchema(
  database: Database,
  { expected, read }: NonNullable<RestoredExpectation['schema']>,
): Promise<Omit<Comparison, 'what'>> {
  const found = await read(database);
  const count = Object.keys(found.objects).length;
  if (found.sha256 === expected.sha256) return { ok: true, detail: `${count} objects as expected` };
  return { ok: false, detail: `differs from what is expected: ${sayDifferences(expected.objects, found.objects)}` };
}

function sayDifferences(expected: SchemaDigest['objects'], found: SchemaDigest['objects']): string {
  const differences = [
    ...Object.keys(expected)
      .filter((name) => found[name] === undefined)
      .map((name) => `${name} is missing`),
    ...Object.keys(found)
      .filter((name) => expected[name] === undefined)
      .map((name) => `${name} is new`),
    ...Object.keys(expected)
      .filter((name) => found[name] !== undefined && found[name] !== expected[name])
      .map((name) => `${name} is different`),
  ];
  const shown = differences.slice(0, SHOWN).join(', ');
  return differences.length > SHOWN ? `${shown} and ${differences.length - SHOWN} more` : shown || 'in its fingerprint';
}

const couldNot = (error: unknown): Omit<Comparison, 'what'> => ({
  ok: false,
  detail: `could not be compared: ${redact(toError(error).message)}`,
});

const SHOWN = 5;
const COUNT_LIMIT_MS = 120_000;
