import { createRequire } from 'node:module';
import { isObject, isStrings, type LoadedConfig } from '../messages.ts';
import type { KnexLike } from './knex-like.ts';

export async function describeConfig({ client, migrate }: KnexLike, typescript: boolean): Promise<LoadedConfig> {
  const { tableName, schemaName, migrationSource, loadExtensions } = migrate.config;
  // A folder that is not there is no matter of TypeScript; the listing will say so.
  const migrations = await migrationSource.getMigrations(loadExtensions).catch(() => []);
  const names = migrations.map((migration) => migrationSource.getMigrationName(migration));
  return {
    needsTypeScript: !typescript && !readsTypeScript() && names.some((name) => /\.[cm]?ts$/.test(name)),
    tableName: String(tableName),
    ...(typeof schemaName === 'string' && { schemaName }),
    searchPath: searchPathOf(client.config['searchPath']),
  };
}

/** For a knexfile that could not even be read for want of TypeScript. */
export const TYPESCRIPT_FIRST: LoadedConfig = { needsTypeScript: true, tableName: '', searchPath: [] };

export const isTypeScriptMissing = (error: unknown): boolean =>
  isObject(error) &&
  ((error['code'] === 'ERR_UNKNOWN_FILE_EXTENSION' && String(error['message']).includes('.ts"')) ||
    isTypeScriptMissing(error['cause']));

/** The knexfile has registered a loader of the project's own, which is to be preferred. Newer Nodes have one built in. */
const readsTypeScript = (): boolean =>
  '.ts' in createRequire(import.meta.url).extensions && !Reflect.get(process.features, 'typescript');

/** As knex reads it: a text is one schema, commas and all. */
function searchPathOf(searchPath: unknown): readonly string[] {
  if (isStrings(searchPath)) return searchPath;
  return typeof searchPath === 'string' ? [searchPath] : [];
}
