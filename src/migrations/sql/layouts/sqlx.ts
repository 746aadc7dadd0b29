import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Database } from '../../../postgres/connect.ts';
import { quoteIdentifier } from '../../../postgres/identifiers.ts';
import type { AppliedMigration } from '../../../recording/recording.ts';
import type { MigrationFolder } from '../files/folder.ts';
import { groupByVersion, type NamedFile } from './group-by-version.ts';
import type { BookRow, BooksName, FolderContents, SqlLayout, SqlStep } from './layout.ts';
import { refusal } from './refusal.ts';
import { refuseForeignFiles } from './refuse-foreign-files.ts';
import { filesOf, type SqlFile, type SqlMigration } from '../files/sql-migration.ts';
import { refuseOpenTransaction } from './transaction-state.ts';
import { unreadable } from '../files/unreadable.ts';

/**
 * https://github.com/launchbadge/sqlx, checked against 0.8.6 and 0.9.0: sqlx-core/src/migrate/source.rs and
 * sqlx-postgres/src/migrate.rs.
 */
export const sqlx: SqlLayout = {
  id: 'sqlx',
  table: '_sqlx_migrations',
  markerColumn: 'checksum',
  tracksEachMigration: true,
  sessionSettings: { datestyle: 'ISO,MDY', timezone: 'UTC', extra_float_digits: '2' },
  columns: { version: 'version::text', success: 'success::text', checksum: "pg_catalog.encode(checksum, 'hex')" },
  read,
  prepare,
  applied,
  run,
};

function read({ path, files }: MigrationFolder): FolderContents {
  const parsed = files.map((name) => parseName(name)).filter((file) => file !== undefined);
  refuseForeignFiles(path, files, parsed);
  const unnumbered = parsed.filter(({ digits }) => !/^\d+$/.test(digits)).map(({ name }) => name);
  if (unnumbered.length > 0) {
    throw unreadable(
      'sqlx wants a number before the first underscore',
      unnumbered,
      'Move files that are no migrations.',
    );
  }
  const known = new Set(parsed.map(({ name }) => name));
  const all = groupByVersion(path, parsed);
  const foreign = all.flatMap(filesOf).filter(({ text }) => text === undefined);
  if (foreign.length > 0) {
    throw unreadable(
      'These files are not valid UTF-8',
      foreign.map((file) => file.path.slice(path.length + 1)),
      'sqlx does not load them.',
    );
  }
  // A way back without a way there is never run.
  const lonely = all.filter(({ up }) => !up).flatMap(filesOf);
  return {
    migrations: all.filter(({ up }) => up),
    strays: [
      ...files.filter((name) => !known.has(name)),
      ...lonely.map((file) => file.path.slice(path.length + 1)),
    ].toSorted(),
  };
}

function parseName(name: string): NamedFile | undefined {
  const match = /^([^_]*)_(.*)\.sql$/s.exec(name);
  if (!match) return undefined;
  const [, digits = '', rest = ''] = match;
  const title = rest.replace(/(?:\.(?:up|down))$/, '');
  return {
    name,
    digits,
    title,
    direction: rest.endsWith('.down') ? 'down' : 'up',
    stem: `${digits}_${title}`,
  };
}

/** Without a schema the name is left to the search path, also to one that a migration has set. */
async function prepare(db: Database, { schema, name }: BooksName): Promise<string> {
  const table = [schema, name]
    .filter((part) => part !== undefined)
    .map(quoteIdentifier)
    .join('.');
  await db.script(`create table if not exists ${table} (
    version bigint primary key,
    description text not null,
    installed_on timestamptz not null default now(),
    success boolean not null,
    checksum bytea not null,
    execution_time bigint not null
  )`);
  return table;
}

function applied(rows: readonly BookRow[], migrations: readonly SqlMigration[]): AppliedMigration[] {
  const byVersion = new Map(migrations.toReversed().map((migration) => [migration.version, migration]));
  return rows
    .flatMap(({ version, success, checksum }) => (version ? [{ version, success, checksum }] : []))
    .toSorted((a, b) => (BigInt(a.version) < BigInt(b.version) ? -1 : 1))
    .map(({ version, success, checksum }) => {
      const { id = version, up } = byVersion.get(version) ?? {};
      return {
        id,
        ...(up && checksum && hex(checksum) !== checksumOf(up).toString('hex') && { edited: true }),
        ...((success === 'f' || success === 'false') && { unfinished: true }),
      };
    });
}

/** COPY writes `\x` before a bytea, some readers leave it escaped. */
const hex = (text: string): string => text.replace(/^\\*x/, '').toLowerCase();

const checksumOf = ({ bytes }: SqlFile): Buffer => createHash('sha384').update(bytes).digest();

async function run(step: SqlStep): Promise<void> {
  const { db, table, migration, direction } = step;
  await refuseUnfinished(db, table);
  const file = migration[direction];
  if (!file)
    throw refusal('There is no .down.sql file.', 'sqlx would pass over this migration and revert an earlier one.');
  const wrapped = !file.text?.startsWith('-- no-transaction');
  const startedMs = performance.now();
  if (wrapped) await db.query('begin');
  await step.script(file.text ?? '');
  await (direction === 'up'
    ? record(step, file)
    : db.query(`delete from ${table} where version = $1`, [migration.version]));
  if (wrapped) await db.query('commit');
  refuseOpenTransaction(db);
  if (direction === 'down') return;
  const elapsedNs = Math.round((performance.now() - startedMs) * 1e6);
  await db.query(`update ${table} set execution_time = $1 where version = $2`, [elapsedNs, migration.version]);
}

const record = ({ db, table, migration }: SqlStep, up: SqlFile): Promise<unknown[]> =>
  db.query(
    `insert into ${table} (version, description, success, checksum, execution_time) values ($1, $2, true, $3, -1)`,
    [migration.version, migration.title.replaceAll('_', ' '), checksumOf(up)],
  );

async function refuseUnfinished(db: Database, table: string): Promise<void> {
  const [row] = await db.query<{ version: string }>(
    `select version from ${table} where success = false order by version limit 1`,
  );
  if (!row) return;
  throw refusal(
    `Migration ${row.version} is partially applied.`,
    'sqlx runs nothing until it is mended by hand and its row is removed from the table.',
  );
}
