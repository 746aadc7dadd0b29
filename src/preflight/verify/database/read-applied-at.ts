import type { Database } from '../../../postgres/connect.ts';
import { quoteIdentifier } from '../../../postgres/identifiers.ts';

/**
 * When the newest migrations were applied, as the tool's books say, newest first, ISO-8601 UTC. Empty where the books
 * hold no times, or none whose zone is known: diesel and golang-migrate.
 */
export async function readAppliedAt(
  database: Database,
  books: readonly { readonly schema?: string; readonly name: string }[],
  most: number,
): Promise<readonly string[]> {
  const found: TimeColumn[] = [];
  for (const book of books) found.push(...(await timesIn(database, book)));
  const [times] = found;
  // Two tables of the same name, or a table with two times: which one is meant is not known.
  if (found.length !== 1 || times === undefined) return [];
  const column = quoteIdentifier(times.column);
  const rows = await database.query<{ at: string }>(
    `select pg_catalog.to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
       from ${times.relation} where pg_catalog.isfinite(${column}) order by ${column} desc limit $1`,
    [most],
  );
  return rows.map(({ at }) => at);
}

interface TimeColumn {
  readonly relation: string;
  readonly column: string;
}

const timesIn = async (
  database: Database,
  { schema, name }: { readonly schema?: string; readonly name: string },
): Promise<TimeColumn[]> =>
  await database.query<TimeColumn>(
    `select pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) as relation, a.attname as column
       from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       join pg_catalog.pg_attribute a on a.attrelid = c.oid
      where c.relname = $1 and ($2::pg_catalog.text is null or n.nspname = $2) and c.relkind in ('r', 'p')
        and a.attnum > 0 and not a.attisdropped and a.atttypid = 'pg_catalog.timestamptz'::pg_catalog.regtype`,
    [name, schema ?? null],
  );
