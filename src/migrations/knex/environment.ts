import type { MigrationTarget } from '../source.ts';

/** Where nothing listens: a listing must not reach any database, and least of all production. */
const NOWHERE: MigrationTarget = {
  connectionString: 'postgres://nobody@127.0.0.1:1/nowhere',
  host: '127.0.0.1',
  port: 1,
  user: 'nobody',
  password: '',
  database: 'nowhere',
};

/**
 * The environment for the user's own code. Whatever in it could name a Postgres names the ephemeral one instead, so
 * that code which opens a connection of its own lands there too. `DATABASE_URL` and the `PG…` variables are always set:
 * a `.env` file read by the user's code does not override what exists.
 */
export function hostEnvironment(
  inherited: NodeJS.ProcessEnv,
  target: MigrationTarget = NOWHERE,
  applicationName = '',
): NodeJS.ProcessEnv {
  const kept = Object.entries(inherited)
    .filter(([name]) => !isLibpqVariable(name))
    .map(([name, value]) => [name, value?.replaceAll(POSTGRES_URL, () => target.connectionString)]);
  return {
    ...Object.fromEntries(kept),
    DATABASE_URL: target.connectionString,
    PGHOST: target.host,
    PGPORT: String(target.port),
    PGUSER: target.user,
    PGPASSWORD: target.password,
    PGDATABASE: target.database,
    PGAPPNAME: applicationName,
  };
}

/** `PGHOST`, `PGSERVICEFILE` …, and `PG_HOST` as projects write it; not our own `PGREHEARSE_…`, nor `PGP_…`. */
const isLibpqVariable = (name: string): boolean => /^PG(?:_|[A-Z]+$)/i.test(name);

/** Also inside of JSON, and with a driver's name: `jdbc:postgresql://…`, `postgresql+asyncpg://…`. */
const POSTGRES_URL = /(?:jdbc:)?postgres(?:ql)?(?:\+\w+)?:\/\/[^\s"'`]+/gi;
