import { connect, type Database } from '../../postgres/connect.ts';
import type { Direction } from '../../recording/recording.ts';
import { PgrehearseError } from '../../support/errors.ts';
import type { MigrationTarget } from '../source.ts';
import { searchPathSetting, withSettings } from './connection-string.ts';
import type { BooksName, SqlLayout } from './layouts/layout.ts';
import { isInTransaction } from './layouts/transaction-state.ts';
import type { SqlOptions } from './options.ts';

/** The connection of one run of the tool, in one direction. */
export interface ToolConnection {
  readonly db: Database;
  readonly direction: Direction;
  /**
   * Quoted name of the bookkeeping table, which is there. Made once per connection: a file that sets the search path must
   * not make a second one elsewhere.
   */
  readonly books: () => Promise<string>;
  /** Rolls back what is open and waits until the server has let go of it. */
  readonly close: () => Promise<void>;
}

export interface ConnectionSpec {
  readonly layout: SqlLayout;
  readonly books: BooksName;
  readonly options: SqlOptions;
}

/** Connects as the tool's own driver does. */
export async function openToolConnection(
  target: MigrationTarget,
  direction: Direction,
  { layout, books, options }: ConnectionSpec,
): Promise<ToolConnection> {
  const settings = {
    ...layout.sessionSettings,
    ...(options.searchPath && { search_path: searchPathSetting(options.searchPath) }),
  };
  const db = await reach(withSettings(target.connectionString, settings), { quiet: false, name: 'rehearsed-sql' });
  let table: string | undefined;
  return {
    db,
    direction,
    books: async () => (table ??= await layout.prepare(db, books)),
    close: () => closeQuietly(db),
  };
}

/** A session of our own that reads the books: what migrations have set in theirs does not concern it. */
export async function openBooksConnection(target: MigrationTarget, { searchPath }: SqlOptions): Promise<Database> {
  const db = await reach(target.connectionString, { quiet: true, name: 'pgrehearse observer books' });
  if (searchPath) {
    await db.query(`select pg_catalog.set_config('search_path', $1, false)`, [searchPathSetting(searchPath)]);
  }
  return db;
}

/** A migration may hang in the server; closing our end would not stop it. */
export async function terminate(target: MigrationTarget, processId: number): Promise<void> {
  await using db = await connect(target.connectionString, { applicationName: 'pgrehearse observer cancel' });
  await db.query('select pg_catalog.pg_terminate_backend($1)', [processId]);
}

async function reach(connectionString: string, { quiet, name }: { quiet: boolean; name: string }): Promise<Database> {
  try {
    return await connect(connectionString, { applicationName: name, quiet });
  } catch (cause) {
    throw new PgrehearseError('MIGRATION_TOOL_FAILED', 'The database to migrate could not be reached.', {
      cause,
      hint: 'Has a migration stopped the server, or forbidden connections to the database?',
    });
  }
}

async function closeQuietly(db: Database): Promise<void> {
  try {
    if (isInTransaction(db)) await db.script('rollback');
  } catch {
    // A broken connection has nothing left to roll back.
  }
  await db[Symbol.asyncDispose]();
}
