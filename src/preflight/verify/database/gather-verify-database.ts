import type { MigrationSource } from '../../../migrations/source.ts';
import { connectProduction } from '../../../postgres/connect-production.ts';
import type { Database } from '../../../postgres/connect.ts';
import type { ProductionTarget } from '../../../postgres/production-target.ts';
import type { RehearsalPredicate } from '../../facts/certificate.ts';
import type { Reading } from '../../reading.ts';
import { unknown } from '../../reading.ts';
import type { InvariantQuery } from '../../request.ts';
import type { VerifyDatabaseFacts } from '../facts.ts';
import { answerOf, unknownAfter } from './answer-of.ts';
import { readAppliedAt } from './read-applied-at.ts';
import { readInvalidIndexes, readUnvalidatedConstraints } from './read-left-overs.ts';
import { readStatistics } from './read-statistics.ts';
import { readSystemIdentifier } from './read-system-identifier.ts';
import { QUERY_TIMEOUT_MS, readInvariants } from './run-queries.ts';

export interface VerifyQuestions {
  readonly source: MigrationSource;
  readonly invariants: readonly InvariantQuery[];
  /** Absent: the certificate could not be read. */
  readonly predicate?: RehearsalPredicate;
}

/** An unreachable database: every reading unknown. Rejects only when `signal` is aborted. */
export async function gatherVerifyDatabase(
  target: ProductionTarget,
  questions: VerifyQuestions,
  signal: AbortSignal,
): Promise<VerifyDatabaseFacts> {
  try {
    await using database = await connectProduction(target, {
      applicationName: 'pgrehearse verify',
      statementTimeoutMs: QUERY_TIMEOUT_MS,
      signal,
    });
    return await askAll(database, questions, signal);
  } catch (error) {
    signal.throwIfAborted();
    return allUnknown(unknownAfter('production', error), questions);
  }
}

/** One after the other: a session answers one question at a time. */
async function askAll(
  database: Database,
  { source, invariants, predicate }: VerifyQuestions,
  signal: AbortSignal,
): Promise<VerifyDatabaseFacts> {
  const facts: VerifyDatabaseFacts = {
    systemIdentifier: await answerOf('the system identifier', () => readSystemIdentifier(database)),
    appliedAt: await answerOf("the times in the tool's books", async () => {
      const { bookkeeping } = await source.list(signal);
      return await readAppliedAt(database, bookkeeping, predicate?.migrations.rehearsed.length ?? 0);
    }),
    invalidIndexes: await answerOf('pg_index', () => readInvalidIndexes(database)),
    unvalidatedConstraints: await answerOf('pg_constraint', () => readUnvalidatedConstraints(database)),
    statistics: predicate
      ? await answerOf('the statistics of touched tables', () => readStatistics(database, tablesOf(predicate)))
      : unknown('which tables the migration touched is not known without a certificate'),
    invariants: await readInvariants(database, invariants),
  };
  signal.throwIfAborted();
  return facts;
}

const tablesOf = ({ tables }: RehearsalPredicate): string[] => tables.map(({ relation }) => relation);

const allUnknown = (reason: Reading<never>, { invariants }: VerifyQuestions): VerifyDatabaseFacts => ({
  systemIdentifier: reason,
  appliedAt: reason,
  invalidIndexes: reason,
  unvalidatedConstraints: reason,
  statistics: reason,
  invariants: invariants.map(({ name, expect }) => ({ name, expect, reading: reason })),
});
