import type { Migration } from '../migrations/source.ts';
import type { StepRecord } from '../recording/recording.ts';
import { whyNotApply } from './blocked.ts';
import { countLostRows } from './count-lost-rows.ts';
import { performStep, skipStep } from './perform-step.ts';
import { dueReason, rebuildBeforeNextStep } from './rebuild.ts';
import { repeatIfSlow } from './repeat-if-slow.ts';
import type { Run } from './run.ts';

/** Up; and, where there is a way back, down and up again. What cannot be run is said instead. */
export async function roundTrip(run: Run, migration: Migration, andBack: boolean): Promise<void> {
  const apply = await applyOnce(run, migration);
  const trip = andBack ? [apply, ...(await backAndForth(run, migration, apply))] : [apply];
  const due = dueReason(run, trip);
  if (due !== undefined) rebuildBeforeNextStep(run, due);
}

async function applyOnce(run: Run, migration: Migration): Promise<StepRecord> {
  const step = { migration, direction: 'up', purpose: 'apply' } as const;
  const blocked = whyNotApply(run, migration);
  if (blocked !== undefined) return skipStep(run, step, blocked);
  const apply = await performStep(run, step);
  if (apply.status === 'completed') run.path.push({ migration, direction: 'up' });
  return apply;
}

async function backAndForth(run: Run, migration: Migration, apply: StepRecord): Promise<StepRecord[]> {
  const back = { migration, direction: 'down', purpose: 'revert' } as const;
  const forth = { migration, direction: 'up', purpose: 'reapply' } as const;
  if (apply.status !== 'completed') {
    const reason = apply.status === 'failed' ? 'it could not be applied' : 'it was not applied';
    return [skipStep(run, back, reason), skipStep(run, forth, reason)];
  }
  await performStep(run, back);
  const revert = await countLostRows(run, migration, apply);
  if (revert.status !== 'completed') return [revert, skipStep(run, forth, 'it could not be taken back')];
  const reapply = await performStep(run, forth);
  if (reapply.status === 'completed') await repeatIfSlow(run, migration);
  return [revert, reapply];
}
