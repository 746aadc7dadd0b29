import type {
  AdvisoryLockFacts,
  ConnectionsFacts,
  PreparedFacts,
  TargetLockFacts,
  TransactionFacts,
  VisibilityFacts,
  WaitFacts,
} from '../facts/database.ts';
import { isKnown, unknown, type Reading } from '../reading.ts';
import { secondsSince, type Interview } from './interview.ts';

/** Sessions of ours: this one, and others of a pre-flight that runs at the same time as the same role. */
const OURS = `(a.pid = pg_backend_pid() OR a.usename = current_user AND a.application_name LIKE 'pgrehearse%')`;

const THIS_DATABASE = '(SELECT oid FROM pg_database WHERE datname = current_database())';

/**
 * What of others is shown. Whose a session is stays visible without any grant, and the server's own processes are
 * nobody's: only sessions of other roles count as masked. Where everything is shown, a host may still mask its own
 * superuser's (RDS does); those are not ours to judge.
 */
export const askVisibility = (interview: Interview): Promise<Reading<VisibilityFacts>> =>
  interview.row<VisibilityFacts>({
    about: 'what is shown of other sessions',
    sql: `SELECT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS "seesAll",
        (count(*) FILTER (WHERE usesysid IS NOT NULL AND backend_type IS NULL))::int AS masked,
        (count(*) FILTER (WHERE state = 'disabled'))::int AS silent
      FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  });

export async function askTransactions(
  interview: Interview,
  visibility: Reading<VisibilityFacts>,
): Promise<Reading<readonly TransactionFacts[]>> {
  const hidden = whatIsHidden(visibility);
  if (hidden !== undefined) return hidden;
  return interview.rows<TransactionFacts>({
    about: 'open transactions',
    sql: `SELECT a.pid AS "processId", a.usename::text AS "user", nullif(a.application_name, '') AS application, a.state,
        ${secondsSince('a.xact_start')} AS "transactionSeconds", ${secondsSince('a.state_change')} AS "stateSeconds",
        CASE WHEN a.wait_event_type = 'Lock' THEN a.wait_event END AS "waitsFor",
        a.application_name IN ('pg_dump', 'pg_dumpall')
          OR a.state = 'active' AND a.query ~* '^\\s*copy\\y.*\\yto\\y' AS "isDump"
      FROM pg_stat_activity a WHERE a.datname = current_database() AND a.xact_start IS NOT NULL AND NOT ${OURS}
        AND a.backend_type IN ('client backend', 'background worker', 'logical replication worker')
      ORDER BY a.xact_start LIMIT 100`,
  });
}

/** "No rows" would look like "no problem". */
function whatIsHidden(visibility: Reading<VisibilityFacts>): Reading<never> | undefined {
  if (!isKnown(visibility)) return visibility;
  const { seesAll, masked, silent } = visibility.value;
  if (!seesAll && masked > 0)
    return unknown(
      `${counted(masked)} of other roles ${masked === 1 ? 'does' : 'do'} not show what is being done`,
      'pg_monitor',
    );
  return silent > 0
    ? unknown(
        `${counted(silent)} ${silent === 1 ? 'does' : 'do'} not report what is being done (track_activities is off)`,
      )
    : undefined;
}

const counted = (sessions: number): string => (sessions === 1 ? 'a session' : `${sessions} sessions`);

export const askPrepared = (interview: Interview): Promise<Reading<readonly PreparedFacts[]>> =>
  interview.rows<PreparedFacts>({
    about: 'prepared transactions',
    sql: `SELECT gid AS id, owner::text AS owner, ${secondsSince('prepared')} AS "ageSeconds"
      FROM pg_prepared_xacts WHERE database = current_database() ORDER BY prepared LIMIT 100`,
  });

/** pg_locks is not masked; whose a lock is may be. */
export const askTargetLocks = (
  interview: Interview,
  oids: readonly number[],
): Promise<Reading<readonly TargetLockFacts[]>> =>
  interview.rows<TargetLockFacts>({
    about: 'locks on the target tables',
    values: [oids],
    sql: `SELECT l.relation::regclass::text AS relation, l.mode, l.granted, l.pid AS "processId",
        a.usename::text AS "user", nullif(a.application_name, '') AS application, a.state,
        ${secondsSince('a.xact_start')} AS "transactionSeconds",
        a.pid IS NOT NULL AND a.usesysid IS NULL AS "isSystem"
      FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'relation' AND l.database = ${THIS_DATABASE} AND l.relation = ANY ($1::oid[])
        AND l.mode <> 'SIReadLock' AND NOT coalesce(${OURS}, false)
      ORDER BY a.xact_start NULLS FIRST LIMIT 200`,
  });

export const askWaits = (interview: Interview, oids: readonly number[]): Promise<Reading<readonly WaitFacts[]>> =>
  interview.rows<WaitFacts>({
    about: 'waiting lock requests',
    values: [oids],
    sql: `SELECT l.pid AS "processId", l.locktype AS "lockType", l.mode,
        CASE WHEN l.database = ${THIS_DATABASE} THEN l.relation::regclass::text END AS relation,
        ${secondsSince('l.waitstart')} AS "waitSeconds", pg_blocking_pids(l.pid) AS "blockedBy",
        coalesce(l.database = ${THIS_DATABASE} AND l.relation = ANY ($1::oid[]), false) AS "isTarget"
      FROM pg_locks l WHERE NOT l.granted AND l.pid <> pg_backend_pid() ORDER BY l.waitstart LIMIT 100`,
  });

export const askAdvisoryLocks = (interview: Interview): Promise<Reading<readonly AdvisoryLockFacts[]>> =>
  interview.rows<AdvisoryLockFacts>({
    about: 'advisory locks',
    sql: `SELECT CASE WHEN objsubid = 1 THEN ((classid::bigint << 32) | objid::bigint)::text END AS key,
        pid AS "processId", granted
      FROM pg_locks WHERE locktype = 'advisory' AND database = ${THIS_DATABASE} AND pid IS NOT NULL LIMIT 500`,
  });

export const askConnections = (interview: Interview, role: string): Promise<Reading<ConnectionsFacts>> =>
  interview.row<ConnectionsFacts>({
    about: 'the number of connections',
    values: [role],
    sql: `SELECT current_setting('max_connections')::int AS max,
        current_setting('superuser_reserved_connections')::int
          + coalesce(nullif(current_setting('reserved_connections', true), '')::int, 0)
          + coalesce(nullif(current_setting('rds.rds_superuser_reserved_connections', true), '')::int, 0) AS reserved,
        (SELECT sum(numbackends) FROM pg_stat_database)::int AS used,
        d.datconnlimit AS "databaseLimit",
        (SELECT numbackends FROM pg_stat_database WHERE datname = current_database()) AS "databaseUsed",
        (SELECT rolconnlimit FROM pg_roles WHERE rolname = $1) AS "roleLimit",
        (SELECT count(*) FROM pg_stat_activity WHERE usename = $1)::int AS "roleUsed"
      FROM pg_database d WHERE d.datname = current_database()`,
  });
