import type { StatementRecord, StepRecord } from '../recording/recording.ts';
import type { Observation } from './check.ts';

/** The observation for a step that failed; nothing for one that did not. */
export function* failedStep(step: StepRecord | undefined, what: string): Iterable<Observation> {
  if (step?.status !== 'failed') return;
  const { migration, direction, failure, observations } = step;
  const { message = 'no message', sqlState, hint } = failure ?? {};
  const left = observations.schema?.length ?? 0;
  const statement = failedStatement(observations.statements ?? []);
  yield {
    where: { migration, direction },
    message:
      `${migration} ${what}: ${message}${sqlState === undefined ? '' : ` (SQLSTATE ${sqlState})`}` +
      (left > 0 ? ` It left ${left} changed object${left === 1 ? '' : 's'} behind.` : ''),
    evidence: {
      ...(sqlState !== undefined && { sqlState }),
      ...(hint !== undefined && { hint }),
      ...(statement !== undefined && { statement: statement.slice(0, 2_000) }),
      ...(failure?.position !== undefined && { position: failure.position }),
      ...(left > 0 && { objectsLeftBehind: left }),
    },
  };
}

/**
 * The last one that did not complete. In a transaction that has failed every further one fails as well, until it is
 * rolled back: the first of those is to blame.
 */
function failedStatement(statements: readonly StatementRecord[]): string | undefined {
  const last = statements.findLastIndex(isIncomplete);
  const wasInTransaction = /^\s*(?:rollback|abort|commit|end)\b/i.test(statements[last + 1]?.sql ?? '');
  const before = statements.slice(0, Math.max(last, 0)).findLastIndex((one) => !isIncomplete(one));
  return statements[wasInTransaction ? before + 1 : last]?.sql;
}

const isIncomplete = ({ durationMs }: StatementRecord): boolean => durationMs === undefined;
