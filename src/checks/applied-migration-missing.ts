import { defineCheck } from './check.ts';

export const appliedMigrationMissing = defineCheck({
  id: 'applied-migration-missing',
  title: 'A migration that is applied has no file any more',
  severity: 'error',
  effect: 'Nobody can take it back or rebuild the database from the files, and most tools refuse to go on.',
  remedy: 'Restore the file from version control, or check out the branch that production runs.',
  needs: [],
  limits: {},

  *inspect({ plan }) {
    const known = new Set(plan.migrations.map(({ id }) => id));
    for (const { id } of plan.applied) {
      if (known.has(id)) continue;
      yield {
        where: { migration: id },
        message: `${id} is applied in the backup, but there is no such migration on disk.`,
        evidence: {},
      };
    }
  },
});
