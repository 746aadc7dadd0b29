import type { Database } from '../../../postgres/connect.ts';
import { QUERY_CANCELED, sqlStateOf } from '../../../postgres/sqlstate.ts';

export interface RowsExpected {
  /** Qualified and quoted where needed, as `regclass` prints it: `public.users`. */
  readonly relation: string;
  /** Fewer than this is a loss. Absent: it only has to be there and be readable. */
  readonly atLeast?: number;
  /** Not counted but estimated: an exact count of it would take too long. */
  readonly isLarge?: boolean;
}

/** Exact, or where that takes longer than `limitMs` what the planner believes; the detail says which. */
export async function countRows(
  database: Database,
  { relation, atLeast = 0, isLarge = false }: RowsExpected,
  limitMs: number,
): Promise<{ readonly ok: boolean; readonly detail: string }> {
  const name = await quotedName(database, relation);
  if (name === undefined) return { ok: false, detail: `${relation} does not exist` };
  const exact = isLarge ? undefined : await countExactly(database, name, limitMs);
  const rows = exact ?? (await estimate(database, name));
  if (rows === undefined)
    return { ok: false, detail: `could not be counted within ${limitMs / 1000} s, nor estimated` };
  const said = exact === undefined ? `about ${rows} rows (estimated)` : `${rows} rows`;
  return rows >= atLeast ? { ok: true, detail: said } : { ok: false, detail: `${said}, at least ${atLeast} expected` };
}

/** As this server quotes it, so that nothing else gets into the statement. */
async function quotedName(database: Database, relation: string): Promise<string | undefined> {
  const [row] = await database.query<{ name: string }>(
    `select pg_catalog.format('%I.%I', n.nspname, c.relname) as name
       from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.oid = pg_catalog.to_regclass($1)`,
    [relation],
  );
  return row?.name;
}

async function countExactly(database: Database, name: string, limitMs: number): Promise<number | undefined> {
  try {
    const results = await database.script(
      `begin; set local statement_timeout = ${Math.max(1, Math.round(limitMs))}; select count(*)::text as rows from ${name}; commit`,
    );
    return Number(results[2]?.[0]?.['rows']);
  } catch (error) {
    await database.script('rollback');
    if (sqlStateOf(error) === QUERY_CANCELED) return undefined;
    throw error;
  }
}

/** Of a partitioned table: of its partitions. Never analysed: nothing is known. */
async function estimate(database: Database, name: string): Promise<number | undefined> {
  const [row] = await database.query<{ rows: string | null }>(
    `select case when bool_or(c.reltuples < 0) then null else sum(c.reltuples)::bigint::text end as rows
       from pg_catalog.pg_class c
      where c.relkind in ('r', 'm')
        and (c.oid = $1::regclass or c.oid in (select relid from pg_catalog.pg_partition_tree($1::regclass)))`,
    [name],
  );
  return row?.rows === null || row?.rows === undefined ? undefined : Number(row.rows);
}
