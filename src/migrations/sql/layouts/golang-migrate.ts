import type { Database } from '../../../postgres/connect.ts';
import { quoteIdentifier } from '../../../postgres/identifiers.ts';
import type { AppliedMigration } from '../../../recording/recording.ts';
import type { MigrationFolder } from '../files/folder.ts';
import { groupByVersion, type NamedFile } from './group-by-version.ts';
import type { BookRow, BooksName, FolderContents, SqlLayout, SqlStep } from './layout.ts';
import { notUtf8, refusal } from './refusal.ts';
import { refuseForeignFiles } from './refuse-foreign-files.ts';
import type { SqlMigration } from '../files/sql-migration.ts';
import { refuseOpenTransaction } from './transaction-state.ts';

/**
 * https://github.com/golang-migrate/migrate, checked against v4.18.3: database/postgres/postgres.go, migrate.go and
 * source/parse.go. Its table holds one row, the current version; everything up to it counts as applied.
 */
export const golangMigrate: SqlLayout = {
  id: 'golang-migrate',
  table: 'schema_migrations',
  markerColumn: 'dirty',
  tracksEachMigration: false,
  sessionSettings: { datestyle: 'ISO,MDY', extra_float_digits: '2' },
  columns: { version: 'version::text', dirty: 'dirty::text' },
  read,
  prepare,
  applied,
  run,
};

function read({ path, files }: MigrationFolder): FolderContents {
  const parsed = files.map((name) => parseName(name)).filter((file) => file !== undefined);
  refuseForeignFiles(path, files, parsed);
  const known = new Set(parsed.map(({ name }) => name));
  return { migrations: groupByVersion(path, parsed), strays: files.filter((name) => !known.has(name)) };
}

/** `0001_title.up.sql`, and `V0001.Title.up.sql` as projects with a pattern of their own write it. */
function parseName(name: string): NamedFile | undefined {
  const match = /^(?:(\d+)_|[Vv](\d+)[._])(.*)\.(up|down)\.(?:sql|pgsql|psql)$/.exec(name);
  const digits = match?.[1] ?? match?.[2];
  if (!match || digits === undefined) return undefined;
  return {
    name,
    digits,
    title: match[3] ?? '',
    direction: match[4] === 'up' ? 'up' : 'down',
    stem: name.replace(/\.(?:up|down)\.\w+$/, ''),
  };
}

/** The schema is asked once per connection: a `SET search_path` in a file does not move the table. */
async function prepare(db: Database, { schema, name }: BooksName): Promise<string> {
  const inSchema = schema ?? (await currentSchema(db));
  const table = `${quoteIdentifier(inSchema)}.${quoteIdentifier(name)}`;
  const [found] = await db.query(
    'select 1 from information_schema.tables where table_schema = $1 and table_name = $2',
    [inSchema, name],
  );
  if (!found)
    await db.query(`create table if not exists ${table} (version bigint not null primary key, dirty boolean not null)`);
  return table;
}

async function currentSchema(db: Database): Promise<string> {
  const [row] = await db.query<{ schema: string | null }>('select pg_catalog.current_schema() as schema');
  if (row?.schema) return row.schema;
  throw refusal('There is no schema to put the table schema_migrations in.', 'No schema of the search path exists.');
}

function applied(rows: readonly BookRow[], migrations: readonly SqlMigration[]): AppliedMigration[] {
  const { version, dirty } = rows[0] ?? {};
  if (version === undefined || version === null) return [];
  const ids = idsUpTo(BigInt(version), migrations);
  const unfinished = dirty === 'true' || dirty === 't';
  return ids.map((id, index) => ({ id, ...(unfinished && index === ids.length - 1 && { unfinished }) }));
}

function idsUpTo(current: bigint, migrations: readonly SqlMigration[]): string[] {
  // A failed way back of the first migration leaves version -1, dirty.
  const last = current < 0n ? BigInt(migrations[0]?.version ?? 0) : current;
  const done = migrations.filter(({ version }) => BigInt(version) <= last);
  const missing = done.at(-1)?.version === String(last) ? [] : [String(last)];
  return [...new Set([...done.map(({ id }) => id), ...missing])];
}

/** The version is written before the file runs, marked dirty, and again after it; nothing wraps the two in a transaction. */
async function run({ db, table, script, migration, direction, migrations }: SqlStep): Promise<void> {
  await refuseDirty(db, table);
  const target = direction === 'up' ? migration.version : versionBefore(migration, migrations);
  await setVersion(db, table, target, true);
  const file = migration[direction];
  if (file && file.text === undefined) throw notUtf8(file.path);
  // Without a file for this direction the tool moves its version and does nothing else.
  if (file?.text !== undefined && !isBlank(file.text)) await script(file.text);
  refuseOpenTransaction(db);
  await setVersion(db, table, target, false);
}

/** `\s` of JavaScript holds the byte order mark, which the tool sends. */
const isBlank = (text: string): boolean => !/\S|\uFEFF/.test(text);

const versionBefore = ({ version }: SqlMigration, migrations: readonly SqlMigration[]): string =>
  migrations.findLast((other) => BigInt(other.version) < BigInt(version))?.version ?? NO_VERSION;

const NO_VERSION = '-1';

async function refuseDirty(db: Database, table: string): Promise<void> {
  const [row] = await db.query<{ version: string; dirty: boolean }>(`select version, dirty from ${table} limit 1`);
  if (!row?.dirty) return;
  throw refusal(
    `Dirty database version ${row.version}. Fix and force version.`,
    'golang-migrate runs nothing after a failed migration until `migrate force VERSION`.',
  );
}

async function setVersion(db: Database, table: string, version: string, dirty: boolean): Promise<void> {
  await db.query('begin');
  await db.query(`truncate ${table}`);
  if (version !== NO_VERSION || dirty) {
    await db.query(`insert into ${table} (version, dirty) values ($1, $2)`, [version, dirty]);
  }
  await db.query('commit');
}
