import { defineCheck } from './check.ts';

export const graphOutOfOrder = defineCheck({
  id: 'graph-out-of-order',
  title: 'A pending migration comes before one that is already applied',
  severity: 'warning',
  effect:
    'Production runs it after later migrations; a fresh database runs it before them. The two may end differently.',
  remedy: 'Rename the migration so that it sorts after everything that is applied.',
  needs: [],
  limits: {},

  *inspect({ plan }) {
    const lastApplied = plan.migrations.findLastIndex(({ applied }) => applied);
    const newest = plan.migrations[lastApplied];
    if (!newest) return;
    for (const { id, applied } of plan.migrations.slice(0, lastApplied)) {
      if (applied) continue;
      yield {
        where: { migration: id },
        message: `${id} is pending, but ${newest.id}, which comes after it, is already applied in the backup.`,
        evidence: { newestApplied: newest.id },
      };
    }
  },
});
