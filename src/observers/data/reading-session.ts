import { availableParallelism } from 'node:os';
import { connect, type Database } from '../../postgres/connect.ts';

/**
 * Text forms of values depend on these; a database may carry its own (`alter database … set`), so each is fixed here.
 * With an empty search path the names in `regclass` and the like are always qualified.
 */
const TEXT_FORMS = `
set search_path = '';
set datestyle = 'ISO, YMD';
set intervalstyle = 'postgres';
set timezone = 'UTC';
set extra_float_digits = 3;
set bytea_output = 'hex';
set xmlbinary = 'base64';
set lc_monetary = 'C';
set quote_all_identifiers = off;
set standard_conforming_strings = on;`;

/** A reading must neither be cut short by the database's own limits nor hang behind a session the tool left open. */
const CONDUCT = `
set row_security = off;
set default_transaction_read_only = on;
set default_transaction_isolation = 'read committed';
set default_transaction_deferrable = off;
set statement_timeout = 0;
set idle_in_transaction_session_timeout = 0;
set lock_timeout = '60s';
set work_mem = '64MB';
set parallel_setup_cost = 0;
set parallel_tuple_cost = 0;
set min_parallel_table_scan_size = '1MB';
set enable_seqscan = on;
set enable_parallel_append = on;`;

/** Fixes everything that the text of a value depends on, for the rest of the session. */
export async function fixTextForms(database: Database): Promise<void> {
  await database.script(TEXT_FORMS + CONDUCT);
}

export interface ReadingSession extends AsyncDisposable {
  readonly database: Database;
  /** Schemas that an unqualified name is looked up in by a session that sets nothing. */
  readonly defaultSchemas: readonly string[];
}

/** Opens a session that reads contents; it holds no lock and no snapshot between two queries. */
export async function openReadingSession(connectionString: string): Promise<ReadingSession> {
  const database = await connect(connectionString, { applicationName: 'pgrehearse observer data' });
  const [row] = await database.query<{ schemas: string[] }>(
    'select pg_catalog.current_schemas(false)::text[] as schemas',
  );
  await fixTextForms(database);
  await database.script(`set max_parallel_workers_per_gather = ${Math.min(availableParallelism(), 4)}`);
  return {
    database,
    defaultSchemas: [...new Set([...(row?.schemas ?? []), 'public'])],
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
