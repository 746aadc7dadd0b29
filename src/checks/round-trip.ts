import { composeDataChanges, composeSchemaChanges } from '../recording/changes.ts';
import type { DataChange } from '../recording/data-ledger.ts';
import type { StepPurpose, StepRecord } from '../recording/recording.ts';
import type { SchemaChange } from '../recording/schema-snapshot.ts';

import { groupBy } from './group-by.ts';
import { oncePerRecording } from './once-per-recording.ts';

/** All steps of one migration. `apply` to `reapply` are consecutive, with nothing of another migration between them. */
export interface RoundTrip {
  readonly migration: string;
  readonly apply?: StepRecord;
  readonly revert?: StepRecord;
  readonly reapply?: StepRecord;
  /** At the end; for a migration that the backup already held, at the beginning. */
  readonly unwind?: StepRecord;
  /** Every step of it in the order it was run, repetitions for timing included. */
  readonly steps: readonly StepRecord[];
}

/** Grouped by migration, in the order in which they first appear. */
export const roundTrips = oncePerRecording(({ steps }): readonly RoundTrip[] => {
  const byMigration = groupBy(steps, ({ migration }) => migration);
  return [...byMigration].map(([migration, own]) => {
    const first = (purpose: StepPurpose): StepRecord | undefined => own.find((step) => step.purpose === purpose);
    const [apply, revert, reapply, unwind] = [first('apply'), first('revert'), first('reapply'), first('unwind')];
    return {
      migration,
      ...(apply && { apply }),
      ...(revert && { revert }),
      ...(reapply && { reapply }),
      ...(unwind && { unwind }),
      steps: own,
    };
  });
});

export const completed = (step: StepRecord | undefined): step is StepRecord => step?.status === 'completed';

/** What several consecutive steps changed together, without what cancels out. Absent steps change nothing. */
export const schemaOver = (...steps: readonly (StepRecord | undefined)[]): SchemaChange[] =>
  composeSchemaChanges(steps.map((step) => step?.observations.schema ?? []));

export const dataOver = (...steps: readonly (StepRecord | undefined)[]): DataChange[] =>
  composeDataChanges(steps.map((step) => step?.observations.data ?? []));

/** The way back ran, said it was done, and changed nothing, although the way there had changed something. */
export function revertDidNothing({ apply, revert }: RoundTrip): boolean {
  if (!completed(apply) || !completed(revert)) return false;
  return touches(apply) && !touches(revert);
}

const touches = ({ observations: { schema, data } }: StepRecord): boolean =>
  (schema?.length ?? 0) + (data?.length ?? 0) > 0;
