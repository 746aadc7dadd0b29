import { PgrehearseError } from '../../support/errors.ts';
import type { MigrationOptions, MigrationSession, MigrationSource, MigrationTarget } from '../source.ts';
import { layoutsInDatabase } from './books.ts';
import { readCatalogue, type Catalogue } from './files/catalogue.ts';
import type { BookRow, BooksName, SqlLayout } from './layouts/layout.ts';
import type { SqlOptions } from './options.ts';
import { openSession } from './session.ts';
import { ignoredDependencies, misspeltComments, toMigrations } from './files/to-migrations.ts';
import { openBooksConnection } from './tool-connection.ts';

/** The folder is read once: what was listed is what is run. */
export function createSource(given: MigrationOptions, options: SqlOptions): MigrationSource {
  let catalogue: Catalogue | undefined;
  const read = (): Catalogue => (catalogue ??= readCatalogue(given, options));
  return {
    tool: 'sql',
    list: async (signal) => {
      signal.throwIfAborted();
      const { layout, others, migrations } = read();
      for (const line of remarks(read())) given.onOutput(`${line}\n`);
      return {
        migrations: toMigrations(layout, migrations),
        bookkeeping: withoutRepetition([layout, ...others].map((candidate) => booksName(candidate, options))),
      };
    },
    open: async (target, signal) => {
      signal.throwIfAborted();
      return open(target, read(), options, given.showValues ?? false);
    },
    readApplied: (tables) => {
      const rowsOf = (layout: SqlLayout): readonly BookRow[] | undefined => tables[booksName(layout, options).name];
      const chosen = settle(read(), (layout) => holdsBooksOf(layout, rowsOf(layout)));
      return chosen.applied(rowsOf(chosen) ?? [], read().migrations);
    },
  };
}

async function open(
  target: MigrationTarget,
  catalogue: Catalogue,
  options: SqlOptions,
  showValues: boolean,
): Promise<MigrationSession> {
  await using db = await openBooksConnection(target, options);
  const candidates = [catalogue.layout, ...catalogue.others];
  const named = candidates.map((layout) => ({ layout, books: booksName(layout, options) }));
  const present = candidates.length > 1 ? await layoutsInDatabase(db, named) : [];
  const layout = settle(catalogue, (candidate) => present.includes(candidate));
  const { migrations } = catalogue;
  return openSession(target, { layout, options, books: booksName(layout, options), migrations, showValues });
}

const booksName = (layout: SqlLayout, { books }: SqlOptions): BooksName => ({ name: layout.table, ...books });

const withoutRepetition = (books: readonly BooksName[]): BooksName[] =>
  books.filter(({ name }, index) => books.findIndex((other) => other.name === name) === index);

const holdsBooksOf = ({ markerColumn }: SqlLayout, rows: readonly BookRow[] | undefined): boolean =>
  rows !== undefined && rows.every((row) => markerColumn in row);

/**
 * Where two layouts look the same on disk, the one whose books the database holds.
 *
 * @throws {PgrehearseError} `MIGRATIONS_UNREADABLE` when that one would have listed other migrations
 */
function settle(catalogue: Catalogue, hasBooks: (layout: SqlLayout) => boolean): SqlLayout {
  const present = [catalogue.layout, ...catalogue.others].filter(hasBooks);
  const layout = present.length === 1 && present[0] ? present[0] : catalogue.layout;
  if (layout === catalogue.layout || sameIds(layout, catalogue)) return layout;
  throw new PgrehearseError(
    'MIGRATIONS_UNREADABLE',
    `The database is kept by ${layout.id}, which reads the folder otherwise than ${catalogue.layout.id}.`,
    { hint: `Set migrations.layout to ${layout.id}.` },
  );
}

function sameIds(layout: SqlLayout, { folder, migrations }: Catalogue): boolean {
  const ids = layout.read(folder).migrations.map(({ id }) => id);
  return ids.join('\n') === migrations.map(({ id }) => id).join('\n');
}

function remarks({ layout, reason, strays, migrations }: Catalogue): string[] {
  const ignored = ignoredDependencies(layout, migrations);
  return [
    `Migrations are read as ${layout.id} keeps them: ${reason}.`,
    ...(strays.length > 0 ? [`Not migrations of ${layout.id}, ignored: ${strays.join(', ')}.`] : []),
    ...(ignored.length > 0
      ? [`${layout.id} keeps one version only; "depends on" is ignored in ${ignored.join(', ')}.`]
      : []),
    ...misspeltComments(migrations),
  ];
}
