import {
  changedProperties,
  composeDataChanges,
  composeSchemaChanges,
  diffLedgers,
  diffSnapshots,
  isSequence,
} from '../recording/changes.ts';
import type { DataChange } from '../recording/data-ledger.ts';
import type { Rebuild, StepRecord } from '../recording/recording.ts';
import { toError } from '../support/errors.ts';
import { redact } from '../support/redact.ts';
import { milliseconds } from './milliseconds.ts';
import { replay } from './replay.ts';
import type { Run } from './run.ts';
import { onlyProgress, setStage } from './stage.ts';
import { openWatching } from './watching.ts';

/**
 * After a round trip that did not end where applying alone ends, the next migration would be judged on a state that
 * production never has. Then the database is built anew: backup restored, everything before applied once.
 */
export function dueReason(run: Run, trip: readonly StepRecord[]): string | undefined {
  const [, revert, reapply] = trip;
  const failed = trip.find(({ status }) => status === 'failed');
  if (failed) {
    if (failed === reapply) return `${failed.migration} could not be applied again`;
    if (run.unfinished === true) return `the tool has ${failed.migration} in its books as unfinished`;
    const isHalfDone = touched(failed) || (failed === revert && !run.applied.has(failed.migration));
    return isHalfDone ? `${failed.direction} of ${failed.migration} failed half-way` : undefined;
  }
  if (revert?.status !== 'completed' || reapply?.status !== 'completed') return undefined;
  return endsElsewhere([revert, reapply])
    ? `taking ${revert.migration} back and applying it again changed the database`
    : undefined;
}

/** What stands in the books is from now on what the new database will have. */
export function rebuildBeforeNextStep(run: Run, reason: string): void {
  const applied = new Set(run.plan.record.applied.map(({ id }) => id));
  const here: string[] = [];
  for (const { migration, direction } of run.path) {
    if (direction === 'down') applied.delete(migration.id);
    else {
      applied.add(migration.id);
      here.push(migration.id);
    }
  }
  run.rebuildDue = reason;
  run.unfinished = false;
  run.applied = applied;
  run.appliedHere = here;
}

/** Builds the database anew. When that fails nothing can be run any more, and `run.stuck` says so. */
export async function rebuild(run: Run, reason: string): Promise<Rebuild> {
  const startedAt = performance.now();
  const before = run.watching.state();
  run.rebuildDue = undefined;
  run.onEvent({ kind: 'output', text: `building the database anew: ${reason}\n` });
  try {
    run.brokenObservers.push(...run.watching.failures);
    await run.watching[Symbol.asyncDispose]();
    await run.stage[Symbol.asyncDispose]();
    run.stage = await setStage(run.cast, run.bookkeeping, onlyProgress(run.onEvent), run.signal);
    await replay(run.stage, run.path, run.signal);
    const unbroken = run.observers.filter(({ id }) => !run.brokenObservers.some(({ observer }) => observer === id));
    run.watching = await openWatching(unbroken, { ...run.stage, bookkeeping: run.bookkeeping });
  } catch (error) {
    run.signal.throwIfAborted();
    run.stuck = `the database could not be built anew after ${reason}: ${redact(toError(error).message)}`;
    return { reason, durationMs: milliseconds(performance.now() - startedAt), schema: [], data: [] };
  }
  const after = run.watching.state();
  return {
    reason,
    durationMs: milliseconds(performance.now() - startedAt),
    schema: diffSnapshots(before.schema, after.schema),
    data: diffLedgers(before.data, after.data),
  };
}

const touched = ({ observations: { schema = [], data = [] } }: StepRecord): boolean =>
  schema.length > 0 ||
  data.some(({ before, after }) => [before, after].some((ledger) => ledger && !isSequence(ledger)));

function endsElsewhere(steps: readonly StepRecord[]): boolean {
  const schema = composeSchemaChanges(steps.map(({ observations }) => observations.schema ?? []));
  const data = composeDataChanges(steps.map(({ observations }) => observations.data ?? []));
  return schema.some((change) => changedProperties(change).join() !== 'position') || data.some(differsInAmount);
}

/** Other values alone are normal (`now()`, random ids) and no reason: building anew would give other values again. */
function differsInAmount({ before, after }: DataChange): boolean {
  if (!before || !after) return true;
  if (isSequence(before) || isSequence(after)) return false;
  return (
    before.rows !== after.rows ||
    Object.entries(before.columns).some(([name, { nullRows }]) => after.columns[name]?.nullRows !== nullRows)
  );
}
