import { availableParallelism } from 'node:os';
import { connect, type Database } from '../../postgres/connect.ts';
import { Disposals } from '../../support/disposals.ts';

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
set min_parallel_table_scan_size = '8MB';
set enable_seqscan = on;
set enable_parallel_append = on;`;

/** Fixes everything that the text of a value depends on, for the rest of the session. */
export async function fixTextForms(database: Database): Promise<void> {
  await database.script(TEXT_FORMS + CONDUCT);
}

export interface ReadingSessions extends AsyncDisposable {
  readonly main: Database;
  /** Enough sessions to keep every processor busy with many small tables. Opened when first asked for. */
  all(): Promise<readonly Database[]>;
  /** Schemas that an unqualified name is looked up in by a session that sets nothing. */
  readonly defaultSchemas: readonly string[];
}

/** One more than there are processors, so that none waits while a result is on its way. */
const SESSIONS = Math.min(availableParallelism(), 4) + 1;

/** Opens sessions that read contents; they hold no lock and no snapshot between two queries. */
export async function openReadingSessions(connectionString: string): Promise<ReadingSessions> {
  const disposals = new Disposals();
  const open = async (): Promise<Database> =>
    disposals.use(await connect(connectionString, { applicationName: 'pgrehearse observer data' }));
  const openPrepared = async (): Promise<Database> => prepare(await open());
  try {
    const main = await open();
    const defaultSchemas = await schemasOf(main);
    await prepare(main);
    let others: Promise<Database[]> | undefined;
    return {
      main,
      all: async () => {
        others ??= Promise.all(Array.from({ length: SESSIONS - 1 }, openPrepared));
        return [main, ...(await others)];
      },
      defaultSchemas,
      [Symbol.asyncDispose]: () => disposals[Symbol.asyncDispose](),
    };
  } catch (error) {
    await disposals[Symbol.asyncDispose]();
    throw error;
  }
}

async function prepare(database: Database): Promise<Database> {
  await fixTextForms(database);
  await database.script(`set max_parallel_workers_per_gather = ${SESSIONS - 1}`);
  return database;
}

async function schemasOf(database: Database): Promise<string[]> {
  const [row] = await database.query<{ schemas: string[] }>(
    'select pg_catalog.current_schemas(false)::text[] as schemas',
  );
  return [...new Set([...(row?.schemas ?? []), 'public'])];
}
