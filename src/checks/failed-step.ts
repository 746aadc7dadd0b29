import type { StepRecord } from '../recording/recording.ts';
import type { Observation } from './check.ts';

/** The observation for a step that failed; nothing for one that did not. */
export function* failedStep(step: StepRecord | undefined, what: string): Iterable<Observation> {
  if (step?.status !== 'failed') return;
  const { migration, direction, failure, observations } = step;
  const { message = 'no message', sqlState, hint } = failure ?? {};
  const left = observations.schema?.length ?? 0;
  const statement = observations.statements?.findLast(({ durationMs }) => durationMs === undefined)?.sql;
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
