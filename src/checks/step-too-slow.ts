import { duration } from '../support/duration.ts';
import { defineCheck } from './check.ts';

export const stepTooSlow = defineCheck({
  id: 'step-too-slow',
  title: 'A step took longer than the limit',
  severity: 'error',
  effect: 'The release window is exceeded; locks that the step holds are held for that long too.',
  remedy: 'Split the migration, move backfills out of it into batches, or raise `checks.step-too-slow.maxMs`.',
  needs: [],
  limits: { maxMs: 60_000 },

  *inspect({ steps }, { maxMs }) {
    const reported = new Set<string>();
    for (const { migration, direction, durationMs, observations } of steps) {
      const key = `${direction} ${migration}`;
      if (durationMs <= maxMs || reported.has(key)) continue;
      reported.add(key);
      const slowest = (observations.statements ?? [])
        .toSorted((a, b) => (b.durationMs ?? 0) - (a.durationMs ?? 0))
        .at(0);
      yield {
        where: { migration, direction },
        message: `${direction} of ${migration} took ${duration(durationMs)}; the limit is ${duration(maxMs)}.`,
        evidence: {
          durationMs,
          maxMs,
          ...(slowest && { slowestStatement: slowest.sql.slice(0, 500), slowestStatementMs: slowest.durationMs ?? 0 }),
        },
      };
    }
  },
});
