import type { Database } from '../../../postgres/connect.ts';
import { quoteIdentifier } from '../../../postgres/identifiers.ts';
import { QUERY_CANCELED, sqlStateOf } from '../../../postgres/sqlstate.ts';
import { toError } from '../../../support/errors.ts';

/**
 * Checks btree indexes with amcheck, small ones first so that most are reached before the time is up. Only for a database of
 * ours: the extension is created where it is missing.
 */
export async function checkIndexes(
  database: Database,
  limitMs: number,
  signal: AbortSignal,
): Promise<{ readonly ok: boolean; readonly detail: string }> {
  const began = performance.now();
  const schema = await amcheckSchema(database);
  const indexes = await database.query<{ oid: string; name: string }>(INDEXES);
  const broken: string[] = [];
  let checked = 0;
  for (const { oid, name } of indexes) {
    signal.throwIfAborted();
    const leftMs = Math.floor(limitMs - (performance.now() - began));
    if (leftMs <= 0) break;
    const result = await checkIndex(database, schema, oid, leftMs);
    if (result === 'too-long') break;
    checked += 1;
    if (result !== 'sound') broken.push(`${name}: ${result}`);
  }
  const extent =
    checked === indexes.length ? `${checked} indexes` : `${checked} of ${indexes.length} indexes, then time was up`;
  if (broken.length > 0) return { ok: false, detail: `${broken.slice(0, 3).join('; ')} (${extent} checked)` };
  return { ok: checked > 0 || indexes.length === 0, detail: `${extent} checked` };
}

/** Sessions of ours to production are read only, each script in a transaction of its own: this one leaves that first. */
async function amcheckSchema(database: Database): Promise<string> {
  await database.script(`
    commit; begin transaction read write; set local statement_timeout = ${CREATE_LIMIT_MS};
    create schema if not exists pgrehearse_amcheck;
    create extension if not exists amcheck with schema pgrehearse_amcheck; commit`);
  const [row] = await database.query<{ schema: string }>(
    `select n.nspname as schema from pg_catalog.pg_extension e
       join pg_catalog.pg_namespace n on n.oid = e.extnamespace where e.extname = 'amcheck'`,
  );
  if (row === undefined) throw new Error('amcheck is not there after it was created');
  return quoteIdentifier(row.schema);
}

async function checkIndex(
  database: Database,
  schema: string,
  oid: string,
  limitMs: number,
): Promise<'sound' | 'too-long' | (string & {})> {
  try {
    await database.script(
      `begin; set local statement_timeout = ${limitMs}; select ${schema}.bt_index_check(${Number(oid)}::oid::regclass); commit`,
    );
    return 'sound';
  } catch (error) {
    await database.script('rollback');
    const sqlState = sqlStateOf(error);
    if (sqlState === QUERY_CANCELED) return 'too-long';
    if (sqlState === DATA_CORRUPTED || sqlState === INDEX_CORRUPTED) return toError(error).message;
    throw error;
  }
}

const INDEXES = `
  select i.indexrelid::text as oid, pg_catalog.format('%I.%I', n.nspname, c.relname) as name
    from pg_catalog.pg_index i
    join pg_catalog.pg_class c on c.oid = i.indexrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_am a on a.oid = c.relam
   where a.amname = 'btree' and c.relkind = 'i' and c.relpersistence = 'p' and i.indisvalid and i.indisready
   order by c.relpages, i.indexrelid`;

const DATA_CORRUPTED = 'XX001';
const INDEX_CORRUPTED = 'XX002';
const CREATE_LIMIT_MS = 60_000;
