import { connect, type Database } from '../../postgres/connect.ts';
import { quoteIdentifier } from '../../postgres/identifiers.ts';
import { PgrehearseError, toError } from '../../support/errors.ts';
import { redact } from '../../support/redact.ts';
import { type Account, targetOf } from '../account-target.ts';
import { applySettings } from '../database-settings.ts';
import { OLDEST_MAJOR } from '../oldest-major.ts';
import type { ServerSpec } from '../provider.ts';

export interface PreparedDatabase {
  readonly version: string;
  readonly major: number;
  readonly database: string;
  readonly limits: readonly string[];
}

/**
 * What a rehearsal needs on a server where we are the master user and no superuser: a database for upkeep, and to see what
 * others own. All of it goes with the server.
 *
 * @param session in the database, or in another where there is none of that name; closed
 * @throws {PgrehearseError} `CONFIG_INVALID`, `SERVER_RIGHTS_MISSING`, `SERVER_UNAVAILABLE`
 */
export async function prepareDatabase(
  account: Account,
  session: Database,
  settings: ServerSpec['settings'],
): Promise<PreparedDatabase> {
  const { database } = account;
  const { facts, limits } = await lookInto(session, database, settings);
  if (facts.major < OLDEST_MAJOR) {
    throw new PgrehearseError('SERVER_UNAVAILABLE', `PostgreSQL ${facts.version} is older than ${OLDEST_MAJOR}.`, {
      hint: `Rehearsals need PostgreSQL ${OLDEST_MAJOR} or newer.`,
    });
  }
  const { version, major, databases } = facts;
  const renamed = database === UPKEEP;
  if (renamed || !databases.includes(UPKEEP)) await makeUpkeep(account, renamed);
  return {
    version,
    major,
    database: renamed ? INSTEAD : database,
    limits: [
      ...LIMITS,
      ...limits,
      ...(renamed ? [`the database is called ${INSTEAD} here, since ${UPKEEP} is the one for upkeep`] : []),
    ],
  };
}

const UPKEEP = 'postgres';
const INSTEAD = 'rehearsal';

const LIMITS = [
  'the master user is no superuser: statements are not recorded, and contents are read in full after each step',
  'durations of the first steps hold that RDS loads the storage of a restored instance when it is first read',
];

interface ServerFacts {
  readonly version: string;
  readonly major: number;
  readonly databases: readonly string[];
}

async function lookInto(
  given: Database,
  database: string,
  settings: ServerSpec['settings'],
): Promise<{ readonly facts: ServerFacts; readonly limits: readonly string[] }> {
  await using session = given;
  const [facts] = await session.query<ServerFacts>(
    `select pg_catalog.current_setting('server_version') as version,
       pg_catalog.current_setting('server_version_num')::int / 10000 as major,
       array(select d.datname::text from pg_catalog.pg_database d where not d.datistemplate order by 1) as databases`,
  );
  if (!facts) throw new Error('The server did not say what it is.');
  if (!facts.databases.includes(database)) {
    const others = facts.databases.filter((name) => name !== 'rdsadmin').join(', ');
    throw new PgrehearseError('CONFIG_INVALID', `What was restored has no database ${database}.`, {
      hint: `Set \`server.rds.database\` to one of: ${others}.`,
    });
  }
  await applySettings(session, database, settings, 'an instance of RDS');
  return { facts, limits: await joinOwners(session) };
}

/** Without superuser rights only a member of the role that owns something is sure to see it, and may cancel its sessions. */
async function joinOwners(session: Database): Promise<readonly string[]> {
  const owners = await session.query<{ name: string }>(OWNERS);
  const refused: string[] = [];
  for (const { name } of owners) {
    try {
      await session.query(`grant ${quoteIdentifier(name)} to current_user`);
    } catch (error) {
      refused.push(`what ${name} owns may not be visible: ${redact(toError(error).message)}`);
    }
  }
  if (refused.length === 0) return [];
  // Helps for all but row level security.
  const reads = await session.query('grant pg_read_all_data to current_user').then(
    () => true,
    () => false,
  );
  return reads ? [] : refused;
}

const OWNERS = `
select r.rolname::text as name
from pg_catalog.pg_roles r
where not r.rolsuper and r.rolname !~ '^(pg_|rds)' and not pg_catalog.pg_has_role(r.oid, 'USAGE') and (
  exists (select from pg_catalog.pg_class c where c.relowner = r.oid)
  or exists (select from pg_catalog.pg_namespace n where n.nspowner = r.oid)
  or exists (select from pg_catalog.pg_subscription s where s.subowner = r.oid)
  or exists (select from pg_catalog.pg_database d where d.datdba = r.oid and d.datname = pg_catalog.current_database()))
order by 1`;

async function makeUpkeep(account: Account, isTaken: boolean): Promise<void> {
  try {
    await using session = await connect(targetOf(account, 'template1').connectionString, {
      applicationName: 'pgrehearse keeper',
    });
    if (isTaken) await session.query(`alter database ${quoteIdentifier(UPKEEP)} rename to ${quoteIdentifier(INSTEAD)}`);
    await session.query(`create database ${quoteIdentifier(UPKEEP)} template template0`);
  } catch (cause) {
    const message = `No database for upkeep could be made: ${redact(toError(cause).message)}.`;
    throw new PgrehearseError('SERVER_RIGHTS_MISSING', message, {
      cause,
      hint: 'The master user must own the database postgres and be allowed to create databases.',
    });
  }
}
