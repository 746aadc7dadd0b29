import type { TargetTableFacts } from '../facts/database.ts';
import { isKnown, known, type Reading } from '../reading.ts';
import type { Interview } from './interview.ts';

/** A table asked about, or a partition or child of one. */
export interface Member {
  readonly oid: number;
  readonly root: number;
  /** Of the root. */
  readonly rootRelation: string;
}

/** Without a name in SQL that has to be resolved: that would need USAGE on the schema. */
export const askMembers = (interview: Interview, tables: readonly string[]): Promise<Reading<readonly Member[]>> =>
  interview.rows<Member>({
    about: 'the target tables',
    values: [tables],
    sql: `WITH RECURSIVE tree AS (
        SELECT c.oid, c.oid AS root, format('%I.%I', n.nspname, c.relname) AS name
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND format('%I.%I', n.nspname, c.relname) = ANY ($1::text[])
        UNION
        SELECT i.inhrelid, t.root, t.name FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid
      ) SELECT oid::bigint::float8 AS oid, root::bigint::float8 AS root, name AS "rootRelation" FROM tree`,
  });

export async function askTargets(
  interview: Interview,
  tables: readonly string[],
  members: readonly Member[],
  role: string,
): Promise<Reading<readonly TargetTableFacts[]>> {
  const rows = await interview.rows<Omit<TargetTableFacts, 'exists'>>({
    about: 'size, owner and statistics of the target tables',
    values: [members.map(({ oid }) => oid), members.map(({ root }) => root), role],
    sql: TARGETS,
  });
  if (!isKnown(rows)) return rows;
  const found = new Map(rows.value.map((row) => [row.relation, { ...row, exists: true }]));
  return known(tables.map((relation) => found.get(relation) ?? { relation, exists: false }));
}

/** Pages and rows as VACUUM and ANALYZE last counted them: to count them now would wait behind a waiting ALTER TABLE. */
const TARGETS = `
WITH role AS (SELECT (SELECT oid FROM pg_roles WHERE rolname = $3) AS oid),
member AS (
  SELECT m.root, c.*,
    CASE c.relreplident WHEN 'f' THEN true WHEN 'n' THEN false ELSE EXISTS (
      SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisvalid
        AND CASE c.relreplident WHEN 'd' THEN i.indisprimary ELSE i.indisreplident END) END AS has_identity,
    (SELECT coalesce(sum(x.relpages), 0) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
      WHERE i.indrelid = c.oid) AS index_pages,
    t.relpages AS toast_pages, t.relfrozenxid AS toast_xid, t.relminmxid AS toast_mxid,
    s.n_live_tup, s.n_mod_since_analyze,
    c.reltuples >= 0 OR s.last_analyze IS NOT NULL OR s.last_autoanalyze IS NOT NULL AS analyzed
  FROM unnest($1::oid[], $2::oid[]) AS m(oid, root) JOIN pg_class c ON c.oid = m.oid
  LEFT JOIN pg_class t ON t.oid = c.reltoastrelid LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
), total AS (
  SELECT root, count(*) - 1 AS partitions,
    CASE WHEN bool_or(reltuples < 0) FILTER (WHERE relkind IN ('r', 'm')) THEN NULL
      ELSE sum(reltuples) FILTER (WHERE relkind IN ('r', 'm')) END AS rows,
    sum(relpages + coalesce(toast_pages, 0)) FILTER (WHERE relkind IN ('r', 'm')) AS heap_pages,
    sum(index_pages) AS index_pages, bool_and(has_identity) FILTER (WHERE relkind = 'r') AS has_identity,
    bool_or(relpersistence = 'u') AS unlogged,
    max(greatest(age(relfrozenxid), age(toast_xid))) FILTER (WHERE relkind IN ('r', 'm')) AS xid_age,
    max(greatest(mxid_age(relminmxid), mxid_age(toast_mxid))) FILTER (WHERE relkind IN ('r', 'm')) AS mxid_age,
    sum(n_live_tup) AS live, sum(n_mod_since_analyze) AS modified,
    bool_and(analyzed) FILTER (WHERE relkind IN ('r', 'm')) AS analyzed
  FROM member GROUP BY root
)
SELECT format('%I.%I', n.nspname, c.relname) AS relation, c.relkind AS kind, t.partitions::int AS partitions,
  t.unlogged AS "isUnlogged", t.rows::float8 AS rows,
  (t.heap_pages * current_setting('block_size')::bigint)::float8 AS "heapBytes",
  (t.index_pages * current_setting('block_size')::bigint)::float8 AS "indexBytes",
  pg_get_userbyid(c.relowner)::text AS owner, pg_has_role(role.oid, c.relowner, 'USAGE') AS "roleOwns",
  has_table_privilege(role.oid, c.oid, 'INSERT, UPDATE, DELETE') AS "roleMayWrite",
  has_schema_privilege(role.oid, n.oid, 'CREATE') AS "roleMayCreateInSchema",
  t.has_identity AS "hasReplicaIdentity", t.xid_age::float8 AS "xidAge", t.mxid_age::float8 AS "multixactAge",
  t.live::float8 AS "liveRows", t.modified::float8 AS "modifiedSinceAnalyze", t.analyzed AS analyzed
FROM total t JOIN pg_class c ON c.oid = t.root JOIN pg_namespace n ON n.oid = c.relnamespace, role`;
