import { defineCheck } from './check.ts';
import { listing } from './listing.ts';

export const graphMultipleHeads = defineCheck({
  id: 'graph-multiple-heads',
  title: 'Two branches of the history were never joined',
  severity: 'error',
  effect: 'Tools with a single head refuse to upgrade; others apply the branches in an order nobody tested.',
  remedy: 'Add a migration that depends on all heads, or rebase one branch onto the other.',
  needs: [],
  limits: {},

  *inspect({ plan }) {
    for (const problem of plan.problems) {
      if (problem.kind !== 'multiple-heads') continue;
      const newest = problem.heads.at(-1);
      yield {
        where: newest === undefined ? {} : { migration: newest },
        message: `The history ends in ${problem.heads.length} heads instead of 1: ${listing(problem.heads, 5)}.`,
        evidence: { heads: problem.heads },
      };
    }
  },
});
