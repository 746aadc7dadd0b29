import { PgrehearseError } from '../../support/errors.ts';
import type { BooksName, LayoutId } from './layouts/layout.ts';

/** What a user may write under `migrations:` besides `tool` and `directory`. */
export interface SqlOptions {
  /** Absent: read off the files, the database and the project. */
  readonly layout?: LayoutId;
  /** Bookkeeping table. Absent: the tool's default. */
  readonly books?: Partial<BooksName>;
  /** Schemas in which the tool's connection works, like `search_path` in its connection string. */
  readonly searchPath?: readonly string[];
}

/** @throws {PgrehearseError} `CONFIG_INVALID` for keys the sql tool does not know, and for values of another type */
export function readOptions(given: Readonly<Record<string, unknown>>): SqlOptions {
  const unknown = Object.keys(given).filter((key) => !KEYS.includes(key));
  if (unknown.length > 0) {
    throw new PgrehearseError('CONFIG_INVALID', `migrations.${unknown[0]} is not an option of sql.`, {
      hint: `Options of sql are: directory, ${KEYS.join(', ')}.`,
    });
  }
  const layout = layoutOf(given['layout']);
  const books = booksOf(given['table'], given['schema']);
  const searchPath = searchPathOf(given['searchPath']);
  return { ...(layout && { layout }), ...(books && { books }), ...(searchPath && { searchPath }) };
}

const KEYS: readonly string[] = ['layout', 'schema', 'searchPath', 'table'];

const LAYOUTS: readonly LayoutId[] = ['golang-migrate', 'diesel', 'sqlx'];

function layoutOf(value: unknown): LayoutId | undefined {
  if (value === undefined) return undefined;
  const layout = LAYOUTS.find((id) => id === value);
  if (layout) return layout;
  throw wrongValue('layout', `one of ${LAYOUTS.join(', ')}`, value);
}

function booksOf(table: unknown, schema: unknown): Partial<BooksName> | undefined {
  const inSchema = textOf('schema', schema);
  const text = textOf('table', table);
  if (text === undefined) return inSchema === undefined ? undefined : { schema: inSchema };
  const parts = PARTS.exec(text)
    ?.slice(1)
    .flatMap((part) => (part === undefined ? [] : [unquote(part)]));
  const name = parts?.at(-1);
  if (!parts || name === undefined)
    throw wrongValue('table', 'a name, or a schema and a name with a dot between', table);
  const own = parts.length > 1 ? parts[0] : undefined;
  if (own !== undefined && inSchema !== undefined && own !== inSchema)
    throw wrongValue('schema', `${own} as in migrations.table`, schema);
  const chosen = own ?? inSchema;
  return { name, ...(chosen !== undefined && { schema: chosen }) };
}

/** `books`, `ops.books`, `"Ops"."my.books"` */
const PARTS = /^(?:("(?:[^"]|"")+"|[^".]+)\.)?("(?:[^"]|"")+"|[^".]+)$/;

const unquote = (part: string): string => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part);

function searchPathOf(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const list: unknown = typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value;
  if (Array.isArray(list) && list.length > 0 && list.every(isText)) return list;
  throw wrongValue('searchPath', 'a text or a list of texts', value);
}

function textOf(key: string, value: unknown): string | undefined {
  if (value === undefined || isText(value)) return value;
  throw wrongValue(key, 'a text', value);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const wrongValue = (key: string, expected: string, found: unknown): PgrehearseError =>
  new PgrehearseError('CONFIG_INVALID', `migrations.${key} must be ${expected}, not ${JSON.stringify(found)}.`);
