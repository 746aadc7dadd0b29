import { connect, type Database } from '../../postgres/connect.ts';
import type { ObserverContext } from '../observer.ts';

/** A session whose texts of definitions are the same whatever the settings of role and database. */
export async function openSession({ server, database }: ObserverContext): Promise<Database> {
  const { connectionString } = server.target(database);
  const session = await connect(connectionString, { applicationName: 'pgrehearse schema observer' });
  await prepareSession(session);
  return session;
}

export async function prepareSession(session: Database): Promise<void> {
  await session.script([...TEXTS, ...CONDUCT].map((setting) => `set ${setting}`).join(';\n'));
}

/**
 * A session of a database that is not ours, which must not be left with settings of ours: behind a pooler it is somebody
 * else's a moment later. Each script sets for its own transaction what decides how texts look.
 */
export function withLocalSettings(session: Database): Database {
  const settings = TEXTS.map((setting) => `set local ${setting};\n`);
  return {
    ...session,
    script: async (sql) => (await session.script(settings.join('') + sql)).slice(settings.length),
  };
}

/** An empty search path makes every name qualified. The rest are settings that constants in definitions are printed by. */
const TEXTS = [
  `search_path = ''`,
  `timezone = 'UTC'`,
  `datestyle = 'ISO, MDY'`,
  `intervalstyle = 'postgres'`,
  'extra_float_digits = 3',
  `bytea_output = 'hex'`,
  `xmloption = 'content'`,
  'quote_all_identifiers = off',
  'standard_conforming_strings = on',
  `work_mem = '32MB'`,
];

/** Printing a view takes a lock that a migration left open would block for ever. */
const CONDUCT = [
  `lock_timeout = '20s'`,
  `statement_timeout = '120s'`,
  `idle_in_transaction_session_timeout = '60s'`,
  'default_transaction_read_only = on',
  'row_security = off',
  'plan_cache_mode = force_generic_plan',
];
