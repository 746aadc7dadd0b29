import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { PgrehearseError, toError } from '../../../support/errors.ts';
import { isObject, type ListedMigration } from '../messages.ts';
import type { KnexLike, MigrationSourceLike } from './knex-like.ts';

/** All migrations in knex's own order. Loads each module, since only that tells whether there is a way back. */
export async function listMigrations(knex: KnexLike): Promise<ListedMigration[]> {
  const { migrationSource, loadExtensions } = knex.migrate.config;
  const listed: ListedMigration[] = [];
  for (const migration of await readSource(migrationSource, loadExtensions)) {
    const file = fileOf(migration);
    listed.push({
      name: migrationSource.getMigrationName(migration),
      ...(file !== undefined && { file }),
      ...(await wayBack(migrationSource, migration)),
    });
  }
  if (listed.length > 0) return listed;
  throw new PgrehearseError('MIGRATIONS_NOT_FOUND', 'knex finds no migrations.', {
    hint: 'Do `migrations.directory` and `loadExtensions` say where they are and how they end?',
  });
}

async function readSource(source: MigrationSourceLike, loadExtensions: unknown): Promise<readonly unknown[]> {
  try {
    return await source.getMigrations(loadExtensions);
  } catch (cause) {
    const { message } = toError(cause);
    const missing = isObject(cause) && (cause['code'] === 'ENOENT' || cause['code'] === 'ENOTDIR');
    if (missing)
      throw new PgrehearseError('MIGRATIONS_NOT_FOUND', `No such folder of migrations: ${message}`, { cause });
    throw new PgrehearseError('MIGRATIONS_UNREADABLE', `knex cannot list the migrations: ${message}`, { cause });
  }
}

/** A module that does not load has to be run to fail as it would in production; that is not for the list to decide. */
async function wayBack(
  source: MigrationSourceLike,
  migration: unknown,
): Promise<Pick<ListedMigration, 'reversible' | 'loadError'>> {
  try {
    const module = await source.getMigration(migration);
    return { reversible: isObject(module) && typeof module['down'] === 'function' };
  } catch (error) {
    return { reversible: true, loadError: toError(error).message };
  }
}

/** Files of knex are `{ file, directory }`; a source of the user's may know a path under some other usual name. */
function fileOf(migration: unknown): string | undefined {
  const candidates = isObject(migration)
    ? [join(migration['directory'], migration['file']), migration['path'], migration['filePath'], migration['file']]
    : [migration];
  return candidates
    .filter((candidate) => typeof candidate === 'string')
    .map((candidate) => resolve(candidate))
    .find((candidate) => existsSync(candidate));
}

const join = (folder: unknown, file: unknown): string | undefined =>
  typeof folder === 'string' && typeof file === 'string' ? resolve(folder, file) : undefined;
