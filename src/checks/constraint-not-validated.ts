import { defineCheck } from './check.ts';
import { leftOnTheWay } from './left-on-the-way.ts';

export const constraintNotValidated = defineCheck({
  id: 'constraint-not-validated',
  title: 'A constraint is left not validated',
  severity: 'warning',
  effect: 'Rows that were there before may break it; the planner cannot rely on it.',
  remedy: 'Run ALTER TABLE … VALIDATE CONSTRAINT in a later migration; it lets reads and writes through.',
  needs: ['schema'],
  limits: {},

  *inspect(recording) {
    const left = leftOnTheWay(recording, 'constraint', (constraint) => constraint['validated'] === false);
    for (const { name, relation, migration } of left) {
      yield {
        where: { migration, direction: 'up', ...(relation !== undefined && { relation }) },
        message: `${migration} adds the constraint ${name} as NOT VALID, and no migration here validates it.`,
        evidence: { constraint: name },
      };
    }
  },
});
