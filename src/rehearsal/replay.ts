import { PgrehearseError } from '../support/errors.ts';
import { endHopelessWaits } from './end-hopeless-waits.ts';
import type { PathStep } from './run.ts';
import type { Stage } from './stage.ts';

/**
 * Runs steps that ran before, on another stage.
 *
 * @throws {PgrehearseError} `MIGRATION_TOOL_FAILED` when one of them does not complete this time
 */
export async function replay(stage: Stage, path: readonly PathStep[], signal: AbortSignal): Promise<void> {
  for (const { migration, direction } of path) {
    const outcome = await endHopelessWaits(stage.server, () => stage.session.run(migration, direction, signal));
    if (outcome.status === 'completed') continue;
    throw new PgrehearseError(
      'MIGRATION_TOOL_FAILED',
      `${direction} of ${migration.id} completed before but not when it was run again: ${outcome.failure.message}`,
    );
  }
}
