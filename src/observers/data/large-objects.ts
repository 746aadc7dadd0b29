import type { Database } from '../../postgres/connect.ts';
import type { TableLedger } from '../../recording/data-ledger.ts';
import { BYTEA, columnHash } from './column-hash.ts';
import { fingerprint } from './fingerprint.ts';

const PAGE_SEED = 'pg_catalog.hashint4extended(p.pageno, pg_catalog.hashoidextended(p.loid, 0))';

/** An empty large object has no page, so the objects are counted where their owners are kept. */
const LARGE_OBJECTS = `
select (select pg_catalog.count(*) from pg_catalog.pg_largeobject_metadata)::text as objects,
  (select pg_catalog.sum(pg_catalog.hashoidextended(m.oid, 0)) from pg_catalog.pg_largeobject_metadata m)::text as loids,
  (select pg_catalog.sum(${columnHash('p.data', BYTEA, PAGE_SEED)}) from pg_catalog.pg_largeobject p)::text as data`;

const RELATION_OID = 2613;

export async function readLargeObjects(database: Database): Promise<TableLedger> {
  const [row] = await database.query<{ objects: string; loids: string | null; data: string | null }>(LARGE_OBJECTS);
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
