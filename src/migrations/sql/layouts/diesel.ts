import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../../../postgres/connect.ts';
import { quoteIdentifier } from '../../../postgres/identifiers.ts';
import type { AppliedMigration } from '../../../recording/recording.ts';
import { runsInTransaction } from './diesel-metadata.ts';
import type { MigrationFolder } from '../files/folder.ts';
import type { BookRow, BooksName, FolderContents, SqlLayout, SqlStep } from './layout.ts';
import { isEmptyQuery } from './is-empty-query.ts';
import { notUtf8, refusal } from './refusal.ts';
import { readSqlFile, type SqlMigration } from '../files/sql-migration.ts';
import { isInTransaction, refuseOpenTransaction } from './transaction-state.ts';
import { unreadable } from '../files/unreadable.ts';

/**
 * https://github.com/diesel-rs/diesel, checked against 2.3: diesel_migrations/src/migration_harness.rs and
 * file_based_migrations.rs, migrations_internals/src/lib.rs.
 */
export const diesel: SqlLayout = {
  id: 'diesel',
  table: '__diesel_schema_migrations',
  markerColumn: 'run_on',
  tracksEachMigration: true,
  sessionSettings: { timezone: 'UTC' },
  columns: { version: 'version::text' },
  read,
  prepare,
  applied,
  run,
};

function read({ path, files, folders }: MigrationFolder): FolderContents {
  const bare = folders.filter((name) => !existsSync(join(path, name, 'up.sql')));
  if (bare.length > 0) {
    throw unreadable(
      'diesel loads nothing while there are folders without up.sql',
      bare,
      'Move folders that are no migrations.',
    );
  }
  const migrations = folders.map((name) => readMigration(join(path, name), name)).toSorted(byVersion);
  const shared = new Set(
    migrations.filter(({ version }, index) => migrations[index - 1]?.version === version).map(({ version }) => version),
  );
  return {
    migrations: migrations.map((migration) =>
      shared.has(migration.version) ? { ...migration, id: migration.version } : migration,
    ),
    strays: files,
  };
}

function readMigration(folder: string, name: string): SqlMigration {
  const [digits = name, ...title] = name.split('_');
  const down = join(folder, 'down.sql');
  return {
    id: name,
    version: digits.replaceAll('-', ''),
    title: title.join('_'),
    up: readSqlFile(join(folder, 'up.sql')),
    ...(existsSync(down) && { down: readSqlFile(down) }),
    transactional: runsInTransaction(join(folder, 'metadata.toml')),
  };
}

/** As text and not as numbers: `20201271` comes before `202023`. */
function byVersion(a: SqlMigration, b: SqlMigration): number {
  if (a.version !== b.version) return a.version < b.version ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/** Without a schema the name is left to the search path, also to one that a migration has set. */
async function prepare(db: Database, { schema, name }: BooksName): Promise<string> {
  const table = [schema, name]
    .filter((part) => part !== undefined)
    .map(quoteIdentifier)
    .join('.');
  await db.script(`create table if not exists ${table} (
    version varchar(50) primary key not null,
    run_on timestamp not null default current_timestamp
  )`);
  return table;
}

function applied(rows: readonly BookRow[], migrations: readonly SqlMigration[]): AppliedMigration[] {
  const ids = new Map(migrations.map(({ version, id }) => [version, id]));
  return rows
    .flatMap(({ version }) => (version ? [version] : []))
    .toSorted()
    .map((version) => ({ id: ids.get(version) ?? version }));
}

async function run(step: SqlStep): Promise<void> {
  const { db, table, migration, direction } = step;
  const wrapped = migration.transactional !== false;
  if (wrapped) await db.query('begin');
  await step.script(textOf(step));
  const books =
    direction === 'up' ? `insert into ${table} (version) values ($1)` : `delete from ${table} where version = $1`;
  await db.query(books, [migration.version]);
  if (wrapped) await commit(db);
  refuseOpenTransaction(db);
}

/** diesel 2 notices that the file has ended the transaction itself, and fails after everything has been committed. */
async function commit(db: Database): Promise<void> {
  if (isInTransaction(db)) await db.query('commit');
  else
    throw refusal(
      'Cannot perform this operation outside of a transaction.',
      'The file commits by itself; diesel 2 wants `run_in_transaction = false` in metadata.toml for that. It has been applied and recorded.',
    );
}

function textOf({ migration, direction }: SqlStep): string {
  const file = migration[direction];
  if (!file) throw refusal('There is no down.sql.', 'diesel cannot revert this migration.');
  if (file.text === undefined) throw notUtf8(file.path);
  if (isEmptyQuery(file.text)) {
    throw refusal(`There is no statement in ${direction}.sql.`, 'diesel refuses that; `select 1;` would do.');
  }
  return file.text;
}
