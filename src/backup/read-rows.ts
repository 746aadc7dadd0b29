import { createCopyTextReader, type CopyTextReader } from './copy-text.ts';
import type { SqlPart } from './plain/scan-sql.ts';
import { createdTable, insertRows } from './sql/insert-rows.ts';
import { asIdentifier, qualifiedName, words } from './sql/words.ts';

export type Row = Readonly<Record<string, string | null>>;

/**
 * Rows of some tables of a dump. A name may be qualified; one that is not means the table in `public`, or else the first
 * of that name. A table that is created and never filled has no rows; one that is not there has no key.
 */
export async function readRows(
  dump: AsyncIterable<readonly SqlPart[]>,
  names: readonly string[],
): Promise<Readonly<Record<string, readonly Row[]>>> {
  const wanted = new WantedRows(names);
  for await (const parts of dump) for (const part of parts) wanted.take(part);
  return wanted.byName();
}

interface Table {
  readonly schema: string | undefined;
  readonly name: string;
  columns: readonly string[];
  readonly rows: Row[];
}

class WantedRows {
  readonly #names: readonly string[];
  readonly #tables = new Map<string, Table>();
  #copy: { readonly table: Table; readonly columns: readonly string[]; readonly reader: CopyTextReader } | undefined;

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  take(part: SqlPart): void {
    if (part.kind === 'statement') this.#statement(part.sql);
    if (part.kind === 'copy') this.#startCopy(part.sql.toString('utf8'));
    if (part.kind === 'copy-rows') this.#copyRows(part.rows);
    if (part.kind === 'copy-end') this.#copy = undefined;
  }

  byName(): Readonly<Record<string, readonly Row[]>> {
    const found = this.#names.flatMap((name) => {
      const same = [...this.#tables.values()].filter((table) => answersTo(table, name));
      const table = same.find(({ schema }) => schema === 'public') ?? same[0];
      return table ? [[name, table.rows] as const] : [];
    });
    return Object.fromEntries(found);
  }

  #statement(sql: Buffer): void {
    const isInsert = /^insert\s/i.test(sql.toString('latin1', 0, 7));
    if (!isInsert && !/^create\s/i.test(sql.toString('latin1', 0, 7))) return;
    // Its name stands at the beginning; most statements are of other tables and may be long.
    const head = sql.toString('utf8', 0, HEAD_BYTES);
    if (!this.#names.some((name) => head.includes(name.split('.').at(-1) ?? name))) return;
    const text = sql.toString('utf8');
    if (isInsert) this.#insert(text);
    else this.#create(text);
  }

  #create(sql: string): void {
    const created = createdTable(sql);
    const table = created && this.#tableOf(created.table);
    if (created && table) table.columns = created.columns;
  }

  #insert(sql: string): void {
    const inserted = insertRows(sql);
    const table = inserted && this.#tableOf(inserted.table);
    if (!inserted || !table) return;
    for (const row of inserted.rows) table.rows.push(record(inserted.columns ?? table.columns, row));
  }

  #startCopy(sql: string): void {
    const tokens = [...words(sql)];
    const { parts, next } = qualifiedName(tokens, 1);
    const table = this.#tableOf(parts);
    if (!table) return;
    const close = tokens.findIndex((word) => word.kind === 'sign' && word.text === ')');
    const listed = tokens.slice(next + 1, close).flatMap((word) => asIdentifier(word) ?? []);
    this.#copy = { table, columns: close === -1 ? table.columns : listed, reader: createCopyTextReader() };
  }

  #copyRows(rows: Buffer): void {
    const copy = this.#copy;
    if (!copy) return;
    for (const row of copy.reader.push(rows)) copy.table.rows.push(record(copy.columns, row));
  }

  /** Undefined: nobody asked for it. */
  #tableOf(parts: readonly string[]): Table | undefined {
    const name = parts.at(-1);
    const schema = parts.at(-2);
    if (name === undefined || !this.#names.some((wanted) => answersTo({ schema, name }, wanted))) return undefined;
    const key = JSON.stringify(parts);
    const table = this.#tables.get(key) ?? { schema, name, columns: [], rows: [] };
    this.#tables.set(key, table);
    return table;
  }
}

const HEAD_BYTES = 400;

const answersTo = ({ schema, name }: Pick<Table, 'schema' | 'name'>, wanted: string): boolean =>
  wanted === name || (schema !== undefined && wanted === `${schema}.${name}`);

const record = (columns: readonly string[], row: readonly (string | null)[]): Row =>
  Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null]));
