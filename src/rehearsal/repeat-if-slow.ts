import type { Migration } from '../migrations/source.ts';
import type { Direction } from '../recording/recording.ts';
import { performStep } from './perform-step.ts';
import type { Run } from './run.ts';

/** A step is repeated at most this often before it is called slower than the baseline. */
const MOST_REPEATS = 3;

/** Below these a difference from the baseline is not worth a repetition; the check has its own, wider limits. */
const DOUBT = { ratio: 1.2, floorMs: 50 };

/** One slow run may be the machine's fault: takes back and applies again until it is quick, or was slow often enough. */
export async function repeatIfSlow(run: Run, migration: Migration): Promise<void> {
  for (let repeat = 0; repeat < MOST_REPEATS && isInDoubt(run, migration); repeat += 1) {
    run.total += 2;
    const back = await performStep(run, { migration, direction: 'down', purpose: 'revert' });
    if (back.status !== 'completed') return;
    const forth = await performStep(run, { migration, direction: 'up', purpose: 'reapply' });
    if (forth.status !== 'completed') return;
  }
}

function isInDoubt(run: Run, { id }: Migration): boolean {
  return (['up', 'down'] as const satisfies readonly Direction[]).some((direction) => {
    const earlierMs = run.baseline?.[id]?.[direction] ?? [];
    const nowMs = run.steps
      .filter((step) => step.migration === id && step.direction === direction && step.status === 'completed')
      .map(({ durationMs }) => durationMs);
    if (earlierMs.length === 0 || nowMs.length === 0) return false;
    const [best, limit] = [Math.min(...nowMs), Math.max(...earlierMs)];
    return best > limit * DOUBT.ratio && best - limit > DOUBT.floorMs;
  });
}
