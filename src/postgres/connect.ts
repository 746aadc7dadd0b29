import { Client, type QueryResult } from 'pg';

import { INSUFFICIENT_PRIVILEGE, sqlStateOf } from './sqlstate.ts';

/** One session with a Postgres server. Rows come back as node-postgres parses them; `bigint` is text. */
export interface Database extends AsyncDisposable {
  /** Backend process id, as `pg_stat_activity.pid` shows it. */
  readonly processId: number;
  query<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Several statements in one round trip (simple protocol); one list of rows per statement. */
  script(sql: string): Promise<Record<string, unknown>[][]>;
  /** The driver's client, for what this interface does not cover (COPY). Only `postgres/` knows its type. */
  readonly client: Client;
}

export interface ConnectOptions {
  /** Shown in `pg_stat_activity`. Ours begin with `pgrehearse`. */
  readonly applicationName: string;
  /** Our own sessions keep out of the server's statement log; a migration's session does not. */
  readonly quiet?: boolean;
  /** For the connection alone. Absent: as long as the system tries. */
  readonly timeoutMs?: number;
}

/** Opens one session. Errors of the driver come through untouched. */
export async function connect(connectionString: string, options: ConnectOptions): Promise<Database> {
  if (options.quiet === false) return await open(connectionString, options);
  return await open(connectionString, options, `${UNLOGGED} ${UNLIMITED}`).catch((error: unknown) => {
    // Only a superuser may keep out of the server's log.
    if (sqlStateOf(error) === INSUFFICIENT_PRIVILEGE) return open(connectionString, options, UNLIMITED);
    throw error;
  });
}

async function open(connectionString: string, options: ConnectOptions, settings?: string): Promise<Database> {
  const client = new Client({
    connectionString,
    // What the shell says of encryption (PGSSLMODE) is meant for others; what the connection string says holds.
    ssl: false,
    application_name: options.applicationName,
    ...(settings !== undefined && { options: settings }),
    ...(options.timeoutMs !== undefined && { connectionTimeoutMillis: options.timeoutMs }),
  });
  // A server that goes away between queries must not end our process; the next query rejects.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  return {
    client,
    processId: (client as unknown as { processID: number }).processID,
    query: async <Row>(sql: string, values: readonly unknown[] = []) =>
      (await client.query(sql, [...values])).rows as Row[],
    script: async (sql) => {
      const results = (await client.query(sql)) as QueryResult | QueryResult[];
      return (Array.isArray(results) ? results : [results]).map(({ rows }) => rows as Record<string, unknown>[]);
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

const UNLOGGED = '-c log_statement=none -c log_min_duration_statement=-1 -c log_duration=off';

/** No limit that the backup brings (`ALTER DATABASE … SET statement_timeout`) holds for ours. */
const UNLIMITED = '-c jit=off -c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0';
