import { join } from 'node:path';

import { sqlTool } from '../../../src/migrations/sql/index.ts';
import type { MigrationSession, MigrationSource, MigrationTarget } from '../../../src/migrations/source.ts';
import { connect } from '../../../src/postgres/connect.ts';
import { keepsTheMigrationContract } from '../../contracts/migration-source.ts';

const sourceOf = (layout: string): MigrationSource =>
  sqlTool.create({
    projectFolder: join(import.meta.dirname, `../../../fixtures/migrations/sql-${layout}`),
    directory: 'contract',
    options: { layout },
    onOutput: () => {},
  });

keepsTheMigrationContract('diesel', () => sourceOf('diesel'));
keepsTheMigrationContract('sqlx', () => sourceOf('sqlx'));
keepsTheMigrationContract('golang-migrate', () => mendedByHand(sourceOf('golang-migrate')));

/** golang-migrate runs nothing after a failure until a person has typed `migrate force`; so this does here. */
const mendedByHand = (source: MigrationSource): MigrationSource => ({
  ...source,
  open: async (target, signal) => {
    const session = await source.open(target, signal);
    const run: MigrationSession['run'] = async (...step) => {
      const outcome = await session.run(...step);
      if (outcome.status === 'failed') await forceBack(target);
      return outcome;
    };
    return {
      run,
      applied: () => session.applied(),
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  },
});

/** The contract's failing migration is the one after version 2. */
async function forceBack({ connectionString }: MigrationTarget): Promise<void> {
  await using database = await connect(connectionString, { applicationName: 'pgrehearse test' });
  await database.query('update schema_migrations set version = 2, dirty = false');
}
