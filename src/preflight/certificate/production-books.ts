import type { BookkeepingTable, MigrationSource } from '../../migrations/source.ts';
import type { Database } from '../../postgres/connect.ts';
import { quoteIdentifier, quoteLiteral } from '../../postgres/identifiers.ts';
import type { AppliedMigration } from '../../recording/recording.ts';
import { known, type Reading, unknown } from '../reading.ts';

/**
 * What the tool's books say, read as text: the tool's own session could create its table. No table means that nothing is
 * applied; one that may not be read is unknown.
 */
export async function readProductionBooks(
  database: Database,
  bookkeeping: readonly BookkeepingTable[],
  source: Pick<MigrationSource, 'readApplied'>,
): Promise<Reading<readonly AppliedMigration[]>> {
  const books: Record<string, readonly Row[]> = {};
  for (const table of await findTables(database, bookkeeping)) {
    if (books[table.name]) continue;
    if (!table.readable) {
      return unknown(`the table ${table.qualified} may not be read`, `SELECT on ${table.qualified}`);
    }
    books[table.name] = await database.query<Row>(rowsSql(table));
  }
  return known(source.readApplied(books));
}

type Row = Readonly<Record<string, string | null>>;

interface FoundTable {
  readonly name: string;
  /** For messages, quoted where needed. */
  readonly qualified: string;
  readonly schema: string;
  readonly columns: readonly string[];
  readonly readable: boolean;
}

/** In the order in which they are wanted; of one that is named without a schema, that of `public` first. */
async function findTables(database: Database, bookkeeping: readonly BookkeepingTable[]): Promise<FoundTable[]> {
  if (bookkeeping.length === 0) return [];
  const wanted = bookkeeping.map(
    ({ schema, name }, place) =>
      `(${place}, ${schema === undefined ? 'null' : quoteLiteral(schema)}, ${quoteLiteral(name)})`,
  );
  return database.query<FoundTable>(`
    select c.relname::text as name, n.nspname::text as schema,
      pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) as qualified,
      pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_table_privilege(c.oid, 'select') as readable,
      array(select a.attname::text from pg_catalog.pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum) as columns
    from (values (-1, null::text, null::text), ${wanted.join(', ')}) w(place, schema, name)
      join pg_catalog.pg_class c on c.relname = w.name and c.relkind in ('r', 'p')
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace and (w.schema is null or n.nspname = w.schema)
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    order by w.place, n.nspname <> 'public', n.nspname`);
}

/** Text as COPY writes it, which is what the type's own output is, unlike what a cast gives. */
function rowsSql({ schema, name, columns }: FoundTable): string {
  const texts = columns.map((column) => {
    const quoted = quoteIdentifier(column);
    return `case when ${quoted} is not null then pg_catalog.format('%s', ${quoted}) end as ${quoted}`;
  });
  return `select ${texts.join(', ')} from ${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}
