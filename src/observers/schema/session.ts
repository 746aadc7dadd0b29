import { connect, type Database } from '../../postgres/connect.ts';
import type { ObserverContext } from '../observer.ts';

/** A session whose texts of definitions are the same whatever the settings of role and database. */
export async function openSession({ server, database }: ObserverContext): Promise<Database> {
  const { connectionString } = server.target(database);
  const session = await connect(connectionString, OURS).catch((error: unknown) => {
    // Only a superuser may keep out of the server's log.
    if (isInsufficientPrivilege(error)) return connect(connectionString, { ...OURS, quiet: false });
    throw error;
  });
  await prepareSession(session);
  return session;
}

const OURS = { applicationName: 'pgrehearse schema observer' };

const isInsufficientPrivilege = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '42501';

export async function prepareSession(session: Database): Promise<void> {
  await session.script(SETTINGS);
}

/**
 * An empty search path makes every name qualified. The rest are settings that constants in definitions are printed by.
 * Printing a view takes a lock that a migration left open would block for ever.
 */
const SETTINGS = `
  set search_path = '';
  set timezone = 'UTC';
  set datestyle = 'ISO, MDY';
  set intervalstyle = 'postgres';
  set extra_float_digits = 3;
  set bytea_output = 'hex';
  set xmloption = 'content';
  set quote_all_identifiers = off;
  set standard_conforming_strings = on;
  set lock_timeout = '20s';
  set statement_timeout = '120s';
  set idle_in_transaction_session_timeout = '60s';
  set default_transaction_read_only = on;
  set row_security = off;
  set work_mem = '32MB';
  set plan_cache_mode = force_generic_plan`;
