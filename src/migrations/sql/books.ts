import type { Database } from '../../postgres/connect.ts';
import { quoteIdentifier } from '../../postgres/identifiers.ts';
import type { AppliedMigration } from '../../recording/recording.ts';
import { isPgrehearseError, PgrehearseError } from '../../support/errors.ts';
import { failureOf } from '../failure.ts';
import type { MigrationTarget } from '../source.ts';
import type { BookRow, BooksName, SqlLayout } from './layouts/layout.ts';
import type { SqlOptions } from './options.ts';
import type { SqlMigration } from './files/sql-migration.ts';
import { openBooksConnection } from './tool-connection.ts';

export interface BooksSpec {
  readonly layout: SqlLayout;
  readonly books: BooksName;
  readonly options: SqlOptions;
  readonly migrations: readonly SqlMigration[];
}

/**
 * Read over a connection of its own, like a run of the tool that only asks for the state.
 *
 * @throws {PgrehearseError} `MIGRATION_TOOL_FAILED` where the tool could not start on this database
 */
export async function readBooks(
  target: MigrationTarget,
  { layout, books, options, migrations }: BooksSpec,
): Promise<readonly AppliedMigration[]> {
  await using db = await openBooksConnection(target, options);
  try {
    const rows = await selectRows(db, layout, books);
    return layout.applied(rows, migrations);
  } catch (cause) {
    const { message, hint } = failureOf(cause);
    throw new PgrehearseError('MIGRATION_TOOL_FAILED', `${layout.id} cannot keep its books: ${message}`, {
      cause,
      details: { [BOOKS_UNUSABLE]: true },
      ...(hint !== undefined && { hint }),
    });
  }
}

/** The database answers, and the tool's table cannot be had in it. */
export const areBooksUnusable = (error: unknown): boolean =>
  isPgrehearseError(error) && error.details[BOOKS_UNUSABLE] === true;

const BOOKS_UNUSABLE = 'booksUnusable';

async function selectRows(db: Database, layout: SqlLayout, books: BooksName): Promise<BookRow[]> {
  const table = await layout.prepare(db, books);
  const columns = Object.entries(layout.columns).map(
    ([name, expression]) => `${expression} as ${quoteIdentifier(name)}`,
  );
  return await db.query<BookRow>(`select ${columns.join(', ')} from ${table}`);
}

/** Which of these layouts has a bookkeeping table in the database. */
export async function layoutsInDatabase(
  db: Database,
  candidates: readonly { readonly layout: SqlLayout; readonly books: BooksName }[],
): Promise<SqlLayout[]> {
  const found: SqlLayout[] = [];
  for (const { layout, books } of candidates) {
    const name = [books.schema, books.name]
      .filter((part) => part !== undefined)
      .map(quoteIdentifier)
      .join('.');
    const rows = await db.query(
      `select 1 from pg_catalog.pg_attribute
        where attrelid = pg_catalog.to_regclass($1) and attname = $2 and not attisdropped`,
      [name, layout.markerColumn],
    );
    if (rows.length > 0) found.push(layout);
  }
  return found;
}
