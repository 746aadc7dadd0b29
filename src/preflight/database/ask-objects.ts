import type { EventTriggerFacts, InvalidIndexFacts, SequenceFacts } from '../facts/database.ts';
import type { Reading } from '../reading.ts';
import { mapKnown, type Interview } from './interview.ts';

export const askInvalidIndexes = (
  interview: Interview,
  oids: readonly number[],
): Promise<Reading<readonly InvalidIndexFacts[]>> =>
  interview.rows<InvalidIndexFacts>({
    about: 'invalid indexes',
    values: [oids],
    sql: `SELECT i.indrelid::regclass::text AS relation, i.indexrelid::regclass::text AS index,
        c.relkind = 'I' AS "isPartitioned",
        EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid) AS "isBuilding",
        i.indrelid = ANY ($1::oid[]) AS "isTarget"
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE NOT (i.indisvalid AND i.indisready AND i.indislive) AND c.relpersistence <> 't'
      ORDER BY 5 DESC, 2 LIMIT 200`,
  });

/** Of target tables. NOT ENFORCED (from 18 on) is never validated, and so it is meant. */
export const askUnvalidated = (
  interview: Interview,
  oids: readonly number[],
): Promise<Reading<readonly { readonly relation: string; readonly name: string }[]>> =>
  interview.rows({
    about: 'constraints that were never validated',
    values: [oids],
    sql: `SELECT c.conrelid::regclass::text AS relation, c.conname::text AS name FROM pg_constraint c
      WHERE NOT c.convalidated AND c.conrelid = ANY ($1::oid[]) AND c.conparentid = 0
        AND coalesce(to_jsonb(c)->>'conenforced', 'true') = 'true' ORDER BY 1, 2 LIMIT 200`,
  });

/** Those that fire in a usual session. */
export const askEventTriggers = (interview: Interview): Promise<Reading<readonly EventTriggerFacts[]>> =>
  interview.rows<EventTriggerFacts>({
    about: 'event triggers',
    sql: `SELECT t.evtname::text AS name, t.evtevent::text AS event, t.evtfoid::regproc::text AS function,
        pg_get_userbyid(t.evtowner)::text AS owner,
        (SELECT e.extname::text FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
          WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = t.oid AND d.deptype = 'e'
            AND d.refclassid = 'pg_extension'::regclass) AS extension
      FROM pg_event_trigger t WHERE t.evtenabled NOT IN ('D', 'R') ORDER BY 1`,
  });

/** Those that feed a target table, and others past half of their way. */
export const askSequences = (
  interview: Interview,
  oids: readonly number[],
): Promise<Reading<readonly SequenceFacts[]>> =>
  interview.rows<SequenceFacts>({
    about: 'sequences',
    values: [oids],
    sql: `WITH state AS (
        SELECT q.seqrelid::regclass::text AS sequence, d.refobjid::regclass::text AS relation,
          d.refobjid::regclass::text || '.' || quote_ident(a.attname) AS column,
          coalesce(d.refobjid = ANY ($1::oid[]), false) AS "isTarget", r.readable AS "isReadable",
          CASE WHEN r.readable THEN pg_sequence_last_value(c.oid) END::float8 AS "lastValue",
          least(q.seqmax, CASE format_type(a.atttypid, NULL) WHEN 'smallint' THEN 32767
            WHEN 'integer' THEN 2147483647 ELSE q.seqmax END)::float8 AS cap, q.seqcycle AS cycles
        FROM pg_sequence q JOIN pg_class c ON c.oid = q.seqrelid AND c.relpersistence <> 't'
        CROSS JOIN LATERAL (SELECT has_sequence_privilege(c.oid, 'SELECT, USAGE') AS readable) r
        LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
          AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
        LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE q.seqincrement > 0
      ) SELECT * FROM state WHERE "isTarget" OR "lastValue" > cap / 2 ORDER BY "isTarget" DESC, "lastValue" / cap DESC NULLS LAST
      LIMIT 500`,
  });

/** Their contents are not in WAL, and so in no backup made of it. */
export async function askUnlogged(interview: Interview): Promise<Reading<readonly string[]>> {
  const rows = await interview.rows<{ relation: string }>({
    about: 'unlogged tables',
    sql: `SELECT c.oid::regclass::text AS relation FROM pg_class c
      WHERE c.relpersistence = 'u' AND c.relkind IN ('r', 'm') AND NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') ORDER BY 1 LIMIT 200`,
  });
  return mapKnown(rows, (tables) => tables.map(({ relation }) => relation));
}

export async function askExtensions(interview: Interview): Promise<Reading<Readonly<Record<string, string>>>> {
  const rows = await interview.rows<{ name: string; version: string }>({
    about: 'extensions',
    sql: 'SELECT extname::text AS name, extversion AS version FROM pg_extension ORDER BY 1',
  });
  return mapKnown(rows, (list) => Object.fromEntries(list.map(({ name, version }) => [name, version])));
}
