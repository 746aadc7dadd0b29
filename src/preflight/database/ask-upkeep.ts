import type { ArchiverFacts, MaintenanceWorkFacts, WraparoundFacts } from '../facts/database.ts';
import { isKnown, known, unknown, type Reading } from '../reading.ts';
import { iso, mapKnown, secondsSince, type Interview } from './interview.ts';

export async function askWraparound(interview: Interview): Promise<Reading<WraparoundFacts>> {
  const rows = await interview.rows<WraparoundFacts['databases'][number] & { freeze: number; failsafe: number }>({
    about: 'transaction ids left',
    sql: `SELECT datname::text AS database, age(datfrozenxid)::float8 AS "xidAge", mxid_age(datminmxid)::float8 AS "multixactAge",
        current_setting('autovacuum_freeze_max_age')::float8 AS freeze, current_setting('vacuum_failsafe_age')::float8 AS failsafe
      FROM pg_database ORDER BY greatest(age(datfrozenxid), mxid_age(datminmxid)) DESC`,
  });
  if (!isKnown(rows)) return rows;
  const [first] = rows.value;
  if (first === undefined) return unknown('the server lists no database');
  return known({
    databases: rows.value.map(({ database, xidAge, multixactAge }) => ({ database, xidAge, multixactAge })),
    freezeMaxAge: first.freeze,
    failsafeAge: first.failsafe,
  });
}

/** VACUUM, ANALYZE, CREATE INDEX, CLUSTER and VACUUM FULL that run in this database now. */
export async function askMaintenance(
  interview: Interview,
  oids: readonly number[],
): Promise<Reading<readonly MaintenanceWorkFacts[]>> {
  const rows = await interview.rows<MaintenanceWorkFacts>({
    about: 'maintenance that runs now',
    values: [oids],
    sql: `SELECT w.kind, w.pid AS "processId", w.relid::regclass::text AS relation, w.phase,
        coalesce(w.relid = ANY ($1::oid[]), false) AS "isTarget", a.usesysid IS NULL AS "isAutomatic",
        CASE WHEN a.backend_type IS NOT NULL THEN a.query LIKE '%(to prevent wraparound)%' END AS "againstWraparound"
      FROM (
        SELECT 'vacuum' AS kind, pid, datname, relid, phase FROM pg_stat_progress_vacuum
        UNION ALL SELECT 'analyze', pid, datname, relid, phase FROM pg_stat_progress_analyze
        UNION ALL SELECT 'create index', pid, datname, relid, phase FROM pg_stat_progress_create_index
        UNION ALL SELECT 'cluster', pid, datname, relid, phase FROM pg_stat_progress_cluster
      ) w JOIN pg_stat_activity a ON a.pid = w.pid WHERE w.datname = current_database() AND w.pid <> pg_backend_pid()`,
  });
  // The row of a session that is masked shows no table.
  return isKnown(rows) && rows.value.some(({ relation }) => relation === undefined)
    ? unknown('maintenance runs on tables that are not shown', 'pg_monitor')
    : rows;
}

/** Aurora has a WAL position only with `wal_level=logical`. */
export async function askArchiver(interview: Interview): Promise<Reading<ArchiverFacts>> {
  const row = await interview.row<Omit<ArchiverFacts, 'behindFiles'> & Positions>({
    about: 'the WAL archiver',
    sql: [archiver('pg_walfile_name(pg_current_wal_lsn())'), archiver('NULL::text')],
  });
  return mapKnown(row, ({ archivedFile, currentFile, fileBytes, ...rest }) => {
    const behindFiles = filesBetween({ archivedFile, currentFile, fileBytes });
    return { ...rest, ...(behindFiles !== undefined && { behindFiles }) };
  });
}

interface Positions {
  readonly archivedFile?: string | undefined;
  readonly currentFile?: string | undefined;
  readonly fileBytes: number;
}

const archiver = (currentFile: string): string => `
  SELECT current_setting('archive_mode') AS mode, ${iso('last_archived_time')} AS "lastArchivedAt",
    ${iso('last_failed_time')} AS "lastFailedAt", failed_count::float8 AS "failedCount",
    ${secondsSince('last_archived_time')} AS "sinceArchivedSeconds", last_archived_wal AS "archivedFile",
    CASE WHEN NOT pg_is_in_recovery() THEN ${currentFile} END AS "currentFile",
    (SELECT setting::float8 FROM pg_settings WHERE name = 'wal_segment_size') AS "fileBytes"
  FROM pg_stat_archiver`;

/** A WAL file's name is timeline, log and segment, 8 hexadecimal digits each. The current one is not finished. */
function filesBetween({ archivedFile, currentFile, fileBytes }: Positions): number | undefined {
  const numberOf = (name: string | undefined): number | undefined => {
    const parts = /^[0-9A-F]{8}([0-9A-F]{8})([0-9A-F]{8})/.exec(name ?? '');
    if (parts?.[1] === undefined || parts[2] === undefined) return undefined;
    return parseInt(parts[1], 16) * (2 ** 32 / fileBytes) + parseInt(parts[2], 16);
  };
  const [archived, current] = [numberOf(archivedFile), numberOf(currentFile)];
  return archived === undefined || current === undefined ? undefined : Math.max(0, current - archived - 1);
}

export const askChecksums = (
  interview: Interview,
): Promise<Reading<{ readonly failures?: number; readonly lastFailureAt?: string }>> =>
  interview.row({
    about: 'checksum failures',
    sql: `SELECT checksum_failures::float8 AS failures, ${iso('checksum_last_failure')} AS "lastFailureAt"
      FROM pg_stat_database WHERE datname = current_database()`,
  });

/** From 15 on a database knows the version of its collation. */
export const askCollation = (
  interview: Interview,
): Promise<Reading<{ readonly recorded?: string; readonly actual?: string }>> =>
  interview.row({
    about: 'the version of the collation',
    sql: [
      `SELECT datcollversion AS recorded, pg_database_collation_actual_version(oid) AS actual
        FROM pg_database WHERE datname = current_database()`,
      'SELECT NULL AS recorded',
    ],
  });
