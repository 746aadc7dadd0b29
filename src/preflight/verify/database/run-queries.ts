import { type Invariant, valueOf, withoutValues } from '../../../observers/invariants.ts';
import { connectProduction } from '../../../postgres/connect-production.ts';
import type { Database } from '../../../postgres/connect.ts';
import type { ProductionTarget } from '../../../postgres/production-target.ts';
import { runUserQuery } from '../../../postgres/run-user-query.ts';
import { INSUFFICIENT_PRIVILEGE, QUERY_CANCELED, sqlStateOf } from '../../../postgres/sqlstate.ts';
import { codeOf } from '../../../support/errors.ts';
import type { InvariantStart } from '../../facts/receipt.ts';
import { known, type Reading } from '../../reading.ts';
import type { InvariantFacts, QueryFacts } from '../facts.ts';
import type { SmokeQuery } from '../settings.ts';
import { unknownAfter } from './answer-of.ts';

export const QUERY_TIMEOUT_MS = 30_000;

/** Also for the pre-flight, whose receipt carries what `unchanged` is compared with. */
export async function readInvariants(
  database: Database,
  invariants: readonly Invariant[],
): Promise<readonly InvariantFacts[]> {
  const facts: InvariantFacts[] = [];
  for (const { name, sql, expect } of invariants) {
    const ran = await run(database, sql);
    // Too slow says nothing of the rule.
    const reading: Reading<InvariantStart> =
      'thrown' in ran && !isAnswer(ran.thrown)
        ? unknownAfter(`the invariant "${name}"`, ran.thrown)
        : known({ name, ...resultOf(ran) });
    facts.push({ name, expect, reading });
  }
  return facts;
}

/** In a session of their own, so that nothing else waits for them. Rejects only when `signal` is aborted. */
export async function runQueriesIn(
  target: ProductionTarget,
  queries: readonly SmokeQuery[],
  signal: AbortSignal,
): Promise<readonly QueryFacts[]> {
  if (queries.length === 0) return [];
  try {
    await using database = await connectProduction(target, {
      applicationName: 'pgrehearse verify queries',
      statementTimeoutMs: QUERY_TIMEOUT_MS,
      signal,
    });
    return await runSmokeQueries(database, queries);
  } catch (error) {
    signal.throwIfAborted();
    const reading = unknownAfter('production', error);
    return queries.map(({ name, expect }) => ({ name, expect, reading, durationMs: 0 }));
  }
}

async function runSmokeQueries(database: Database, queries: readonly SmokeQuery[]): Promise<readonly QueryFacts[]> {
  const facts: QueryFacts[] = [];
  for (const { name, sql, expect } of queries) {
    const startedAt = performance.now();
    const ran = await run(database, sql);
    const reading =
      'thrown' in ran && !isAnswer(ran.thrown) && !isTimeout(ran.thrown)
        ? unknownAfter(`the query "${name}"`, ran.thrown)
        : known(resultOf(ran));
    facts.push({ name, expect, reading, durationMs: performance.now() - startedAt });
  }
  return facts;
}

type Ran = { readonly rows: readonly Readonly<Record<string, unknown>>[] } | { readonly thrown: unknown };

async function run(database: Database, sql: string): Promise<Ran> {
  const limits = { statementTimeoutMs: QUERY_TIMEOUT_MS, lockTimeoutMs: LOCK_TIMEOUT_MS };
  try {
    return { rows: await runUserQuery(database, sql, limits) };
  } catch (thrown) {
    return { thrown };
  }
}

const resultOf = (ran: Ran): { readonly value: string; readonly rows: number; readonly error?: string } =>
  'thrown' in ran
    ? { value: '', rows: 0, error: withoutValues(ran.thrown) }
    : { value: valueOf(ran.rows), rows: ran.rows.length };

/** The server refused the query for what it is; not for who asks, how long it takes, or because it is ending. */
function isAnswer(thrown: unknown): boolean {
  const sqlState = sqlStateOf(thrown);
  return sqlState !== undefined && sqlState !== INSUFFICIENT_PRIVILEGE && !/^(?:08|53|55|57)/.test(sqlState);
}

/** The server ended it; one that does not answer at all says nothing of the query. */
const isTimeout = (thrown: unknown): boolean => codeOf(thrown) === QUERY_CANCELED;

const LOCK_TIMEOUT_MS = 5_000;
