import type { Database } from '../../postgres/connect.ts';
import type { TableLedger } from '../../recording/data-ledger.ts';
import { hashOf, type ReadColumn, rowHash, seedExpression } from './reading.ts';
import { readValueTypes } from './catalogue/value-types.ts';

/** One row as hashes. */
export interface HashedRow {
  /** What the row is recognised by. */
  readonly identity: bigint;
  /** One per compared column; null for null. */
  readonly values: readonly (string | null)[];
}

export interface RowStreamOptions {
  readonly relation: string;
  /** Rows are recognised by these columns: a key, or all that did not change. */
  readonly identity: readonly string[];
  readonly isKey: boolean;
  readonly compared: readonly string[];
}

/** Rows in the order of their identity, through a cursor: the server sorts, and nobody holds them all. */
export async function* rowStream(database: Database, options: RowStreamOptions): AsyncGenerator<HashedRow> {
  const query = await rowQuery(database, options);
  await database.query('begin isolation level repeatable read read only');
  try {
    await database.query(`declare pgrehearse_rows no scroll cursor for ${query}`);
    for (;;) {
      const rows = await database.query<{ identity: string; values: (string | null)[] }>(
        `fetch forward ${FETCHED_ROWS} from pgrehearse_rows`,
      );
      for (const { identity, values } of rows) yield { identity: BigInt(identity), values };
      if (rows.length < FETCHED_ROWS) return;
    }
  } finally {
    await database.query('rollback');
  }
}

const FETCHED_ROWS = 5_000;

async function rowQuery(database: Database, options: RowStreamOptions): Promise<string> {
  const { relation, identity, isKey, compared } = options;
  const { columns, partitioned } = await columnsOf(database, relation);
  const pick = (names: readonly string[]): ReadColumn[] => names.flatMap((name) => columns.get(name) ?? []);
  const recognised = isKey ? seedExpression({ seed: pick(identity), seedUnique: false }) : rowHash(pick(identity));
  const values = pick(compared).map((column) => `(${hashOf(column, '1::pg_catalog.int8')})::text`);
  return (
    `select (${recognised})::text as identity, array[${values.join(', ')}]::text[] as values ` +
    `from ${partitioned ? '' : 'only '}${relation} r order by (${recognised})`
  );
}

const COLUMNS = `
select a.attname::text as name, a.atttypid::int8::float8 as type_oid, c.relkind = 'p' as partitioned
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid
where a.attrelid = $1::pg_catalog.regclass and a.attnum > 0 and not a.attisdropped`;

async function columnsOf(
  database: Database,
  relation: string,
): Promise<{ readonly columns: ReadonlyMap<string, ReadColumn>; readonly partitioned: boolean }> {
  const rows = await database.query<{ name: string; type_oid: number; partitioned: boolean }>(COLUMNS, [relation]);
  const types = await readValueTypes(database, [...new Set(rows.map(({ type_oid }) => type_oid))]);
  return {
    columns: new Map(
      rows.map(({ name, type_oid }) => [name, { name, baseOid: types.get(type_oid)?.baseOid ?? type_oid }]),
    ),
    partitioned: rows[0]?.partitioned ?? false,
  };
}

/** Columns that both have, and among them those whose contents differ. */
export function commonColumns(
  was: TableLedger,
  is: TableLedger,
): { readonly common: readonly string[]; readonly differing: readonly string[] } {
  const common = Object.keys(was.columns)
    .filter((name) => is.columns[name])
    .toSorted();
  const differing = common.filter((name) => was.columns[name]?.fingerprint !== is.columns[name]?.fingerprint);
  return { common, differing };
}
