import { defineCheck } from './check.ts';
import { leftOnTheWay } from './left-on-the-way.ts';

export const indexInvalid = defineCheck({
  id: 'index-invalid',
  title: 'An index is left invalid',
  severity: 'error',
  effect: 'It costs every write and serves no read; a unique one does not keep its promise for the rows before it.',
  remedy: 'Remove what makes the build fail (duplicates, deadlocks), drop the invalid index, and build it again.',
  needs: ['schema'],
  limits: {},

  *inspect(recording) {
    for (const { name, relation, migration } of leftOnTheWay(recording, 'index', (index) => index['valid'] === false)) {
      yield {
        where: { migration, direction: 'up', ...(relation !== undefined && { relation }) },
        message: `${migration} leaves the index ${name} invalid.`,
        evidence: { index: name },
      };
    }
  },
});
