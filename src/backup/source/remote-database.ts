import { connectProduction, type ProductionDatabase } from '../../postgres/connect-production.ts';
import { quoteIdentifier } from '../../postgres/identifiers.ts';
import { parseUrlOf, type ProductionTarget } from '../../postgres/production-target.ts';
import { PgrehearseError } from '../../support/errors.ts';
import type { Row } from '../read-rows.ts';

/** A session that only reads with the database of `backup.url`. */
export async function connectRemote(target: ProductionTarget, signal: AbortSignal): Promise<ProductionDatabase> {
  return connectProduction(target, { applicationName: 'pgrehearse backup', signal }).catch((error: unknown) => {
    throw error instanceof PgrehearseError
      ? new PgrehearseError(error.code, error.message, { cause: error, hint: UNREACHABLE_HINT })
      : error;
  });
}

export const UNREACHABLE_HINT = 'Check address, network, role and password of `backup.url`.';

/**
 * Rows of some tables as `Backup.readTables` gives them, from the server itself.
 *
 * @throws {PgrehearseError} `CONFIG_INVALID`, `DATABASE_UNREACHABLE`
 */
export async function readRemoteTables(
  url: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Readonly<Record<string, readonly Row[]>>> {
  await using database = await connectRemote(parseUrlOf('backup.url', url), signal);
  const found = await database.query<Found>(TABLES, [names]);
  const tables: Record<string, readonly Row[]> = {};
  for (const name of names) {
    const same = found.filter((table) => table.name === name || `${table.schema}.${table.name}` === name);
    const table = same.find(({ schema }) => schema === 'public') ?? same[0];
    if (table) tables[name] = await database.query<Row>(rowsOf(table));
  }
  return tables;
}

interface Found {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
}

const TABLES = `
select n.nspname as schema, c.relname as name,
  array(select a.attname::text from pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum) as columns
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and (c.relname = any ($1::text[]) or n.nspname || '.' || c.relname = any ($1::text[]))
order by n.nspname`;

/** `format` writes a value as COPY does, which a cast to text does not: `t` for true, and all blanks of a char. */
const rowsOf = ({ schema, name, columns }: Found): string =>
  `select ${columns.map(asText).join(', ')} from ${quoteIdentifier(schema)}.${quoteIdentifier(name)} t`;

function asText(column: string): string {
  const quoted = quoteIdentifier(column);
  return `case when t.${quoted} is not null then format('%s', t.${quoted}) end as ${quoted}`;
}
