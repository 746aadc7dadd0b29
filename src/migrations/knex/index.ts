import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import type { MigrationTool } from '../source.ts';
import { findKnexfile } from './find-knexfile.ts';
import { knexSource } from './knex-source.ts';
import { isObject } from './messages.ts';

/** Knex migrations, run by the project's own knex. */
export const knexTool: MigrationTool = {
  id: 'knex',
  detect: async (projectFolder) => {
    const found = findKnexfile(projectFolder);
    return found === undefined ? undefined : basename(found);
  },
  version: installedVersion,
  create: knexSource,
};

function installedVersion(projectFolder: string): string | undefined {
  try {
    const manifest: unknown = createRequire(join(projectFolder, 'package.json'))('knex/package.json');
    return isObject(manifest) && typeof manifest['version'] === 'string' ? manifest['version'] : undefined;
  } catch {
    return undefined;
  }
}
