import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { AppliedMigration } from '../../recording/recording.ts';
import { PgrehearseError } from '../../support/errors.ts';
import type { BookkeepingTable, Migration, MigrationOptions, MigrationSource } from '../source.ts';
import { describeMigration } from './describe-migration.ts';
import { findKnexfile } from './find-knexfile.ts';
import { isListed, type ListedMigration, type LoadedConfig } from './messages.ts';
import { type KnexOptions, readOptions } from './options.ts';
import { openSession } from './knex-session.ts';
import { type LoadedHost, type Project, startLoaded } from './start-loaded.ts';

/** @throws {PgrehearseError} `CONFIG_INVALID` */
export function knexSource(given: MigrationOptions): MigrationSource {
  const project = projectOf(given);
  // Known for certain only when the knexfile was read, which `list` does.
  let tableName = project.options.tableName ?? 'knex_migrations';
  return {
    tool: 'knex',
    async list(signal) {
      await using host = await startLoaded(project, undefined, signal);
      ({ tableName } = host.config);
      const listed = await askForList(host, signal);
      return { migrations: await describeAll(listed, host.onOutput), bookkeeping: bookkeepingOf(host.config) };
    },
    open: (target, signal) => openSession(project, target, signal),
    readApplied: (books) =>
      (books[tableName] ?? [])
        .toSorted((a, b) => Number(a['id']) - Number(b['id']))
        .flatMap(({ name }): AppliedMigration[] => (name ? [{ id: name }] : [])),
  };
}

function projectOf({ projectFolder, directory, options, onOutput, showValues = false }: MigrationOptions): Project {
  const { knexfile, ...others } = readOptions(projectFolder, directory, options);
  const file = knexfile ?? findKnexfile(projectFolder);
  if (file !== undefined && !existsSync(file)) {
    throw new PgrehearseError('CONFIG_INVALID', `migrations.knexfile: there is no ${file}.`, {
      hint: 'The path is relative to the folder of the pgrehearse config.',
    });
  }
  const knexOptions: KnexOptions = file === undefined ? others : { ...others, knexfile: file };
  return {
    projectFolder,
    // As the knex CLI does: relative paths in a knexfile start at its folder.
    workingFolder: file === undefined ? resolve(projectFolder) : dirname(file),
    options: file === undefined && !others.directory ? { ...knexOptions, directory: ['./migrations'] } : knexOptions,
    showValues,
    patienceMs: PATIENCE_MS,
    onOutput,
  };
}

/** A timer that was unref'ed is not seen, and could still settle it. */
const PATIENCE_MS = 30_000;

async function askForList(host: LoadedHost, signal: AbortSignal): Promise<readonly ListedMigration[]> {
  const answered = await host.ask({ kind: 'list' }, isListed, signal);
  if (answered.kind === 'gone') {
    throw new PgrehearseError(
      'MIGRATIONS_UNREADABLE',
      `A migration ended the process it was loaded in (${answered.how}); its output says more.`,
    );
  }
  for (const { name, loadError } of answered.answer) {
    if (loadError !== undefined) host.onOutput(`${name} cannot be loaded: ${loadError}\n`);
  }
  return answered.answer;
}

/** knex is linear: each migration depends on the one before it in the order of its source. */
const describeAll = (listed: readonly ListedMigration[], onOutput: (text: string) => void): Promise<Migration[]> =>
  Promise.all(listed.map((migration, index) => describeMigration(migration, listed[index - 1]?.name, onOutput)));

/** Where no schema is named, the tables are in the first schema of the search path that exists when knex needs them. */
function bookkeepingOf({ tableName, schemaName, searchPath }: LoadedConfig): BookkeepingTable[] {
  const schemas = schemaName === undefined ? searchPath.filter((schema) => schema !== '$user') : [schemaName];
  return [tableName, `${tableName}_lock`].flatMap((name): BookkeepingTable[] =>
    schemas.length === 0 ? [{ name }] : schemas.map((schema) => ({ schema, name })),
  );
}
