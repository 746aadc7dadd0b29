import { whyNotUnwind } from './blocked.ts';
import { performStep, skipStep } from './perform-step.ts';
import type { PlannedStep } from './plan.ts';
import type { Run } from './run.ts';

/** Takes back what the backup already held, so that it can be applied again; newest first. */
export async function takeBackApplied(run: Run, steps: readonly PlannedStep[]): Promise<void> {
  for (const step of steps) {
    const blocked = whyNotUnwind(run, step.migration);
    const done = blocked === undefined ? await performStep(run, step) : skipStep(run, step, blocked);
    if (done.status === 'completed') run.path.push(step);
  }
}

/** At the end: everything that was applied here, newest first, down to the restored state. */
export async function unwindAll(run: Run, steps: readonly PlannedStep[]): Promise<void> {
  for (const step of steps) {
    const blocked = whyNotUnwind(run, step.migration) ?? failedBefore(run, step);
    if (blocked === undefined) await performStep(run, step);
    else skipStep(run, step, blocked);
  }
}

/** It has a finding already, and would fail the same way. */
function failedBefore(run: Run, { migration }: PlannedStep): string | undefined {
  const failed = run.steps.some(
    ({ migration: id, direction, status }) => id === migration.id && direction === 'down' && status === 'failed',
  );
  return failed ? 'it could not be taken back before' : undefined;
}
