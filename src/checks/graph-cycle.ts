import { defineCheck } from './check.ts';

export const graphCycle = defineCheck({
  id: 'graph-cycle',
  title: 'Migrations depend on each other in a circle',
  severity: 'error',
  effect: 'No order satisfies them, so the tool refuses, or runs them in an order that depends on luck.',
  remedy: 'Remove one dependency of the circle, or merge the migrations in it into one.',
  needs: [],
  limits: {},

  *inspect({ plan }) {
    for (const problem of plan.problems) {
      if (problem.kind !== 'cycle') continue;
      const [first] = problem.path;
      yield {
        where: first === undefined ? {} : { migration: first },
        message: `These ${new Set(problem.path).size} migrations depend on each other: ${problem.path.join(' → ')}.`,
        evidence: { path: problem.path },
      };
    }
  },
});
