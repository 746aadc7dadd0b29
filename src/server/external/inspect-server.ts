import type { Database } from '../../postgres/connect.ts';
import { PgrehearseError } from '../../support/errors.ts';
import { OLDEST_MAJOR } from '../oldest-major.ts';

/** What the server is, and what our role may do there. */
export interface ServerFacts {
  readonly version: string;
  readonly major: number;
  /** Undefined where the role may not ask. */
  readonly systemIdentifier: string | undefined;
  readonly isSuperuser: boolean;
  readonly mayCreateDatabases: boolean;
  readonly isStandby: boolean;
}

export async function inspectServer(session: Database): Promise<ServerFacts> {
  const [row] = await session.query<Omit<ServerFacts, 'systemIdentifier'>>(
    `select pg_catalog.split_part(pg_catalog.current_setting('server_version'), ' ', 1) as version,
       pg_catalog.current_setting('server_version_num')::int4 / 10000 as major,
       r.rolsuper as "isSuperuser", r.rolsuper or r.rolcreatedb as "mayCreateDatabases",
       pg_catalog.pg_is_in_recovery() as "isStandby"
     from pg_catalog.pg_roles r where r.rolname = current_user`,
  );
  if (!row) throw new Error('The server did not say who we are.');
  return { ...row, systemIdentifier: await systemIdentifier(session) };
}

async function systemIdentifier(session: Database): Promise<string | undefined> {
  const rows = await session
    .query<{ id: string }>('select system_identifier::text as id from pg_catalog.pg_control_system()')
    .catch(() => []);
  return rows[0]?.id;
}

/** @throws {PgrehearseError} `SERVER_RIGHTS_MISSING`, `SERVER_UNAVAILABLE` */
export function assertUsable({ isStandby, mayCreateDatabases, major }: ServerFacts, user: string): void {
  if (isStandby) {
    throw new PgrehearseError('SERVER_UNAVAILABLE', 'The server of server.url is a standby and takes no writes.', {
      hint: 'Name a server of its own, never a replica of production.',
    });
  }
  if (major < OLDEST_MAJOR) {
    throw new PgrehearseError(
      'SERVER_UNAVAILABLE',
      `The server of server.url is PostgreSQL ${major}, which is too old.`,
      {
        hint: `PostgreSQL ${OLDEST_MAJOR} and newer are supported.`,
      },
    );
  }
  if (!mayCreateDatabases) {
    throw new PgrehearseError('SERVER_RIGHTS_MISSING', `The role ${user} of server.url may not create databases.`, {
      hint: `Let an administrator run: alter role ${user} createdb createrole`,
    });
  }
}
