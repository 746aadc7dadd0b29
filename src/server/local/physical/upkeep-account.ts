import { quoteIdentifier, quoteLiteral } from '../../../postgres/identifiers.ts';
import { CUT_SUBSCRIPTIONS } from '../../../postgres/subscriptions.ts';
import { scramVerifier } from '../../own/scram-verifier.ts';

/** Role and database of our own in a copy of somebody's cluster, in which nothing has to be as we would have it. */
export const UPKEEP = 'pgrehearse_upkeep';

/**
 * Statements that make them, and that keep subscriptions from reaching the server they were made for: dropping one would
 * remove its slot there.
 *
 * The settings of our role come before those of databases and of all roles, which so hold for migrations only.
 */
export const upkeepStatements = (major: number, password: string): readonly string[] => [
  `create role ${UPKEEP} superuser login password ${quoteLiteral(scramVerifier(password))}`,
  // Roles with such a comment are left out of what is recorded.
  `comment on role ${UPKEEP} is 'pgrehearse shim; sessions of the rehearsal'`,
  ...Object.entries(settingsOf(major)).map(
    ([name, value]) => `alter role ${UPKEEP} set ${quoteIdentifier(name)} = ${quoteLiteral(value)}`,
  ),
  // '' would be one library without a name; the settings of the moment are those of our postgresql.conf.
  ...['local', 'session'].map((when) => `alter role ${UPKEEP} set ${when}_preload_libraries from current`),
  CUT_SUBSCRIPTIONS,
  `create database ${UPKEEP} owner ${UPKEEP} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'${major >= 15 ? ' locale_provider libc' : ''}`,
];

const settingsOf = (major: number): Readonly<Record<string, string>> => ({
  default_transaction_deferrable: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  lock_timeout: '0',
  session_replication_role: 'origin',
  statement_timeout: '0',
  ...(major >= 17 && { event_triggers: 'off', transaction_timeout: '0' }),
});
