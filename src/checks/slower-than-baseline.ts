import type { Direction } from '../recording/recording.ts';
import { counted } from '../support/amounts.ts';
import { duration } from '../support/duration.ts';
import { defineCheck } from './check.ts';
import { roundTrips } from './round-trip.ts';

export const slowerThanBaseline = defineCheck({
  id: 'slower-than-baseline',
  title: 'A step is slower than in the baseline recording',
  severity: 'warning',
  effect: 'Something made the migration slower since then: more rows, another plan, another version.',
  remedy: 'Compare its statements in both recordings; take a new baseline when the change is meant.',
  needs: [],
  limits: {
    /** Slower than this many times the slowest run of the baseline. */
    ratio: 1.5,
    /** And by more than this many milliseconds: below it, a difference is noise. */
    floorMs: 100,
  },

  *inspect(recording, { ratio, floorMs }) {
    const { baseline } = recording;
    if (!baseline) return;
    for (const { migration, steps } of roundTrips(recording)) {
      for (const direction of ['up', 'down'] as const satisfies readonly Direction[]) {
        const earlierMs = baseline[migration]?.[direction] ?? [];
        const nowMs = steps
          .filter((step) => step.direction === direction && step.status === 'completed')
          .map(({ durationMs }) => durationMs);
        if (earlierMs.length === 0 || nowMs.length === 0) continue;
        const [fastestNowMs, slowestEarlierMs] = [Math.min(...nowMs), Math.max(...earlierMs)];
        if (fastestNowMs <= slowestEarlierMs * ratio || fastestNowMs - slowestEarlierMs <= floorMs) continue;
        yield {
          where: { migration, direction },
          message:
            `${direction} of ${migration} took ${duration(fastestNowMs)} at best in ${counted(nowMs.length, 'run')}; ` +
            `the baseline's slowest of ${counted(earlierMs.length, 'run')} was ${duration(slowestEarlierMs)}.`,
          evidence: {
            fastestNowMs,
            slowestEarlierMs,
            runs: nowMs.length,
            baselineRuns: earlierMs.length,
            ratio,
            floorMs,
          },
        };
      }
    }
  },
});
