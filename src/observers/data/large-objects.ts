import type { Database } from '../../postgres/connect.ts';
import type { TableLedger } from '../../recording/data-ledger.ts';
import { BYTEA, columnHash } from './column-hash.ts';
import { fingerprint } from './fingerprint.ts';

const PAGE_SEED = 'pg_catalog.hashint4extended(p.pageno, pg_catalog.hashoidextended(p.loid, 0))';

/** An empty large object has no page, so the objects are counted where their owners are kept. */
const largeObjects = (pages: string): string => `
select (select pg_catalog.count(*) from pg_catalog.pg_largeobject_metadata)::text as objects,
  (select pg_catalog.sum(pg_catalog.hashoidextended(m.oid, 0)) from pg_catalog.pg_largeobject_metadata m)::text as loids,
  (select pg_catalog.sum(${columnHash('p.data', BYTEA, PAGE_SEED)}) from ${pages} p)::text as data`;

/** Pages are for superusers. Others read whole objects, of which one that is not theirs, or too large, is an error. */
const OWN_OBJECTS =
  '(select m.oid as loid, 0 as pageno, pg_catalog.lo_get(m.oid) as data from pg_catalog.pg_largeobject_metadata m)';

const RELATION_OID = 2613;

export async function readLargeObjects(database: Database): Promise<TableLedger> {
  const [right] = await database.query<{ mayReadPages: boolean }>(
    `select pg_catalog.has_table_privilege('pg_catalog.pg_largeobject', 'select') as "mayReadPages"`,
  );
  const pages = right?.mayReadPages === true ? 'pg_catalog.pg_largeobject' : OWN_OBJECTS;
  const [row] = await database.query<{ objects: string; loids: string | null; data: string | null }>(
    largeObjects(pages),
  );
  return {
    oid: RELATION_OID,
    kind: 'large objects',
    rows: Number(row?.objects ?? 0),
    key: ['loid'],
    columns: {
      loid: { type: 'oid', number: 1, fingerprint: sumText(row?.loids), nullRows: 0 },
      data: { type: 'bytea', number: 3, fingerprint: sumText(row?.data), nullRows: 0 },
    },
  };
}

const sumText = (sum: string | null | undefined): string => fingerprint(BigInt(sum ?? 0));
