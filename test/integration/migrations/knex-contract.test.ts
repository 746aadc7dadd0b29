import { join } from 'node:path';

import { knexTool } from '../../../src/migrations/knex/index.ts';
import { keepsTheMigrationContract } from '../../contracts/migration-source.ts';

const projectFolder = join(import.meta.dirname, '../../../fixtures/migrations/knex/contract');

keepsTheMigrationContract('knex', () => knexTool.create({ projectFolder, options: {}, onOutput: () => {} }));
