import { basename } from 'node:path';
import type { MigrationTool } from '../source.ts';
import { findKnexfile } from './find-knexfile.ts';
import { knexSource } from './knex-source.ts';

/** Knex migrations, run by the project's own knex. */
export const knexTool: MigrationTool = {
  id: 'knex',
  detect: async (projectFolder) => {
    const found = findKnexfile(projectFolder);
    return found === undefined ? undefined : basename(found);
  },
  create: knexSource,
};
