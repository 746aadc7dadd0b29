import { PgrehearseError } from '../../../support/errors.ts';
import { type HostConnection, type HostSettings, isObject } from '../messages.ts';
import type { KnexOptions } from '../options.ts';
import { rememberServerMessages } from './error-origin.ts';
import { sessionSettings } from './session-settings.ts';

type Config = Readonly<Record<string, unknown>>;

/** The user's configuration, with the connection replaced by ours and what pgrehearse's config says on top. */
export function buildConfig(own: Config, { options, connection }: HostSettings): Config {
  // A pool that the user made is connected to the user's server.
  const { connectionPool: _pool, ...rest } = own;
  return {
    ...rest,
    client: checkedClient(own),
    connection: connection ? { ...sessionSettings(own['connection']), ...connectionOf(connection) } : NO_CONNECTION,
    pool: poolOf(own['pool']),
    migrations: migrationsOf(own['migrations'], options),
    log: logOf(own['log']),
    ...(options.searchPath && { searchPath: options.searchPath }),
  };
}

const NO_CONNECTION = { host: '127.0.0.1', port: 1, user: 'nobody', database: 'nowhere' };

const connectionOf = ({ applicationName, host, port, user, password, database }: HostConnection): Config => ({
  host,
  port,
  user,
  password,
  database,
  application_name: applicationName,
});

/**
 * One connection, opened once and kept: one backend to watch, and what a migration leaves behind in its session meets
 * the next one, as it does when the tool runs them in a row. `relievePool` lets it grow where one would not do.
 */
function poolOf(own: unknown): Config {
  const pool: Config = isObject(own) ? own : {};
  return { ...pool, min: 1, max: 1, afterCreate: afterCreate(pool['afterCreate']) };
}

type Done = (error: unknown, connection?: unknown) => void;

const afterCreate =
  (own: unknown) =>
  (connection: unknown, done: Done): void => {
    rememberServerMessages(connection);
    if (typeof own === 'function') own(connection, done);
    else done(null, connection);
  };

/** knex logs a failure with the SQL and whatever the server said; the failed step says it without values of rows. */
function logOf(own: unknown): Config {
  const log: Config = isObject(own) ? own : {};
  const { warn } = log;
  return {
    ...log,
    warn: (message: unknown): void => {
      if (typeof message === 'string' && /^migration (?:file .* failed$|failed with error:)/s.test(message)) return;
      if (typeof warn === 'function') warn(message);
      else process.stderr.write(`${String(message)}\n`);
    },
  };
}

function migrationsOf(own: unknown, options: KnexOptions): Config {
  const { directory, loadExtensions, sortDirsSeparately, tableName, schemaName, disableTransactions } = options;
  const files = { ...(directory && { directory }), ...(loadExtensions && { loadExtensions }) };
  // knex lets a migration source win over files; here the more explicit config does.
  const { migrationSource, ...rest }: Config = isObject(own) ? own : {};
  return {
    ...rest,
    ...(migrationSource !== undefined && !directory && { migrationSource }),
    ...files,
    ...(sortDirsSeparately !== undefined && { sortDirsSeparately }),
    ...(tableName !== undefined && { tableName }),
    ...(schemaName !== undefined && { schemaName }),
    ...(disableTransactions !== undefined && { disableTransactions }),
  };
}

/** A client class of the user's is as good as the name, when it speaks through node-postgres. */
function checkedClient({ client, connection }: Config): unknown {
  if (client === undefined && !isForeignUrl(connection)) return 'pg';
  if (typeof client === 'string' && ['pg', 'postgres', 'postgresql'].includes(client)) return client;
  if (typeof client === 'function' && Reflect.get(Object(client.prototype), 'driverName') === 'pg') return client;
  const name = typeof client === 'string' ? client : 'another client';
  throw new PgrehearseError('CONFIG_INVALID', `The knexfile names the client ${name}, not pg.`, {
    hint: 'pgrehearse rehearses PostgreSQL through node-postgres; choose an environment of the knexfile with client: pg.',
  });
}

const isForeignUrl = (connection: unknown): boolean =>
  typeof connection === 'string' && !/^(?:postgres(?:ql)?:|socket:|[^:]*$)/i.test(connection);
