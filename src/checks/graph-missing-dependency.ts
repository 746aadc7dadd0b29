import { defineCheck } from './check.ts';

export const graphMissingDependency = defineCheck({
  id: 'graph-missing-dependency',
  title: 'A migration depends on one that does not exist',
  severity: 'error',
  effect: 'The migration can never be applied in order.',
  remedy: 'Restore the missing file, or correct the name in the dependency.',
  needs: [],
  limits: {},

  *inspect({ plan }) {
    for (const problem of plan.problems) {
      if (problem.kind !== 'missing-dependency') continue;
      const { migration, dependency } = problem;
      yield {
        where: { migration },
        message: `${migration} depends on ${dependency}, which does not exist.`,
        evidence: { dependency },
      };
    }
  },
});
