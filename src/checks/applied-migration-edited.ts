import { defineCheck } from './check.ts';

export const appliedMigrationEdited = defineCheck({
  id: 'applied-migration-edited',
  title: 'A migration was edited after it had been applied',
  severity: 'error',
  effect: 'Production has what the old text did, a fresh database what the new text does.',
  remedy: 'Put the old text back, and write the change as a new migration.',
  needs: [],
  limits: {},

  *inspect({ plan }) {
    for (const { id, edited } of plan.applied) {
      if (edited !== true) continue;
      yield {
        where: { migration: id },
        message: `${id} is applied in the backup with another checksum than its file has now.`,
        evidence: {},
      };
    }
  },
});
