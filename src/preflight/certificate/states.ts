import { applySchemaChanges } from '../../recording/changes.ts';
import type { Recording, StepRecord } from '../../recording/recording.ts';
import type { SchemaSnapshot } from '../../recording/schema-snapshot.ts';

export interface SchemaStates {
  /** As restored: what production has before the pending migrations. */
  readonly before: SchemaSnapshot;
  /** With all of them applied. */
  readonly after: SchemaSnapshot;
}

/**
 * Production applies each migration once, so of every round trip only the first step counts: where the others did not
 * lead back to the same state, the database was built anew before the next migration. What the backup held already and
 * was taken back at the beginning is applied again by the same steps.
 */
export function schemaStates({ start, steps }: Recording): SchemaStates | undefined {
  if (!start.schema) return undefined;
  const way = steps.filter((step, index) => step.status === 'completed' && isOnTheWay(step, steps.slice(0, index)));
  const changes = way.map(({ observations }) => observations.schema ?? []);
  return { before: start.schema, after: applySchemaChanges(start.schema, changes) };
}

const isOnTheWay = ({ purpose }: StepRecord, earlier: readonly StepRecord[]): boolean =>
  purpose === 'apply' || (purpose === 'unwind' && earlier.every((step) => step.purpose === 'unwind'));
