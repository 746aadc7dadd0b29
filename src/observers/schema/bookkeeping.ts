import type { Database } from '../../postgres/connect.ts';
import { quoteLiteral } from '../../postgres/identifiers.ts';
import type { SchemaObject } from '../../recording/schema-snapshot.ts';
import type { ObserverContext } from '../observer.ts';

export type IsBookkeeping = (object: SchemaObject) => boolean;

/**
 * Whether an object is, or belongs to, a bookkeeping table of the migration tool. One that is named without a schema
 * is meant in whichever schema the tool's search path finds it.
 */
export async function bookkeepingOf(
  session: Database,
  bookkeeping: ObserverContext['bookkeeping'],
): Promise<IsBookkeeping> {
  if (bookkeeping.length === 0) return () => false;
  const quoted = bookkeeping.map(
    ({ schema, name }) => `(${schema === undefined ? 'null' : quoteLiteral(schema)}, ${quoteLiteral(name)})`,
  );
  const rows = await session.query<{ schema: string | null; name: string }>(
    `select pg_catalog.quote_ident(schema) as schema, pg_catalog.quote_ident(name) as name
       from (values (null::text, null::text), ${quoted.join(', ')}) b(schema, name) where name is not null`,
  );
  const exact = new Set(rows.filter(({ schema }) => schema !== null).map(({ schema, name }) => `${schema}.${name}`));
  const anywhere = rows.filter(({ schema }) => schema === null).map(({ name }) => inAnySchema(name));
  const isTable = (name: string): boolean => exact.has(name) || anywhere.some((pattern) => pattern.test(name));
  return ({ name, parent, kind }) => (parent === undefined ? RELATIONS.has(kind) && isTable(name) : isTable(parent));
}

const RELATIONS = new Set(['table', 'type', 'view']);

const inAnySchema = (table: string): RegExp =>
  new RegExp(String.raw`^([^".]+|"([^"]|"")*")\.${table.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)}$`);
