import type { PublicationFacts, ReplicaFacts, SlotFacts, VisibilityFacts } from '../facts/database.ts';
import { isKnown, unknown, type Reading } from '../reading.ts';
import type { Member } from './ask-targets.ts';
import type { Interview } from './interview.ts';

/** Aurora has a WAL position only with `wal_level=logical`. */
export const askSlots = (interview: Interview): Promise<Reading<readonly SlotFacts[]>> =>
  interview.rows<SlotFacts>({
    about: 'replication slots',
    sql: [slots('pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::float8'), slots('NULL::float8')],
  });

const slots = (retained: string): string => `
  SELECT slot_name::text AS name, slot_type AS type, active, temporary, wal_status AS "walStatus",
    safe_wal_size::float8 AS "safeWalBytes",
    CASE WHEN NOT pg_is_in_recovery() THEN ${retained} END AS "retainedBytes"
  FROM pg_replication_slots ORDER BY slot_name`;

/** How far behind a replica is, is masked as sessions are. */
export async function askReplicas(
  interview: Interview,
  visibility: Reading<VisibilityFacts>,
  isAurora: boolean,
): Promise<Reading<readonly ReplicaFacts[]>> {
  const replicas = await interview.rows<ReplicaFacts>({ about: 'replicas', sql: isAurora ? AURORA : REPLICAS });
  if (isAurora || !isKnown(replicas) || replicas.value.length === 0) return replicas;
  if (isKnown(visibility) && visibility.value.seesAll) return replicas;
  return unknown(`how far ${replicas.value.length} replicas are behind is not shown`, 'pg_monitor');
}

const REPLICAS = `
  SELECT coalesce(nullif(application_name, ''), host(client_addr), pid::text) AS name, state,
    pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::float8 AS "lagBytes",
    extract(epoch FROM replay_lag)::float8 AS "lagSeconds"
  FROM pg_stat_replication WHERE state IS DISTINCT FROM 'backup' AND NOT pg_is_in_recovery()`;

const AURORA = `
  SELECT server_id AS name, 'streaming' AS state, (replica_lag_in_msec / 1000)::float8 AS "lagSeconds"
  FROM aurora_replica_status() WHERE session_id <> 'MASTER_SESSION_ID'`;

/** From the catalogues: `pg_publication_tables` waits behind a waiting ALTER TABLE from 16 on. Schemas: from 15 on. */
export const askPublications = (
  interview: Interview,
  members: readonly Member[],
): Promise<Reading<readonly PublicationFacts[]>> =>
  interview.rows<PublicationFacts>({
    about: 'publications',
    values: [members.map(({ oid }) => oid), members.map(({ rootRelation }) => rootRelation)],
    sql: [
      publications(`UNION SELECT m.name FROM member m JOIN pg_class c ON c.oid = m.oid
        JOIN pg_publication_namespace pn ON pn.pnnspid = c.relnamespace WHERE pn.pnpubid = p.oid`),
      publications(''),
    ],
  });

/** A table asked about is published where one of its partitions is: it is the name of the root that comes back. */
const publications = (ofSchemas: string): string => `
  WITH member AS (SELECT * FROM unnest($1::oid[], $2::text[]) AS m(oid, name))
  SELECT p.pubname::text AS name, p.puballtables AS "allTables", p.pubupdate OR p.pubdelete AS "publishesChanges",
    ARRAY(SELECT m.name FROM pg_publication_rel r JOIN member m ON m.oid = r.prrelid
      WHERE r.prpubid = p.oid ${ofSchemas}) AS targets
  FROM pg_publication p ORDER BY p.pubname`;

export const askSubscriptions = (
  interview: Interview,
): Promise<Reading<readonly { readonly name: string; readonly enabled: boolean }[]>> =>
  interview.rows({
    about: 'subscriptions',
    sql: `SELECT subname::text AS name, subenabled AS enabled FROM pg_subscription
      WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  });
