import { defineCheck } from './check.ts';

export const graphDuplicateId = defineCheck({
  id: 'graph-duplicate-id',
  title: 'Two migrations have the same id',
  severity: 'error',
  effect: 'The tool takes one of them for the other: one is never applied, and nobody is told.',
  remedy: 'Give one of them a new number or name.',
  needs: [],
  limits: {},

  *inspect({ plan }) {
    for (const problem of plan.problems) {
      if (problem.kind !== 'duplicate-id') continue;
      yield {
        where: { migration: problem.id },
        message: `The id ${problem.id} is used by ${problem.files.length} migrations: ${problem.files.join(', ')}.`,
        evidence: { files: problem.files },
      };
    }
  },
});
