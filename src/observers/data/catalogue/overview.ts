import type { Database } from '../../../postgres/connect.ts';

/** What has to be read whole each time, because its rows vanish without a trace: one query, a few short texts. */
export interface Overview {
  /** No transaction older than this one was running: rows it and older ones wrote are all in this reading. */
  readonly horizon: string;
  /** Tables, indexes and sequences that exist. */
  readonly live: ReadonlySet<number>;
  /** Which column each sequence feeds: `oid of the relation`, attribute number. */
  readonly feeds: ReadonlyMap<number, readonly [number, number]>;
  readonly largeObjectFiles: readonly number[];
}

/** A column that owns the sequence comes before one that has it as default. */
const OVERVIEW = `
select pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::text as next,
  (select pg_catalog.string_agg(c.oid::text, ' ') from pg_catalog.pg_class c
    where c.oid >= 16384 and c.relpersistence <> 't' and c.relkind in ('r', 'p', 'm', 'f', 'i', 'I', 'S')) as live,
  (select pg_catalog.string_agg(pg_catalog.concat_ws(' ', u.refobjid, a.adrelid, a.adnum), ',' order by a.adrelid desc, a.adnum desc)
    from pg_catalog.pg_depend u
    join pg_catalog.pg_sequence s on s.seqrelid = u.refobjid
    join pg_catalog.pg_attrdef a on a.oid = u.objid
    where u.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass and u.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass) as defaults,
  (select pg_catalog.string_agg(pg_catalog.concat_ws(' ', o.objid, o.refobjid, o.refobjsubid), ',')
    from pg_catalog.pg_depend o
    join pg_catalog.pg_sequence s on s.seqrelid = o.objid
    where o.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and o.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      and o.objsubid = 0 and o.refobjsubid > 0 and o.deptype in ('a', 'i')) as owned,
  pg_catalog.concat_ws(' ', pg_catalog.pg_relation_filenode('pg_catalog.pg_largeobject'),
    pg_catalog.pg_relation_filenode('pg_catalog.pg_largeobject_metadata')) as large_objects`;

interface OverviewRow {
  readonly next: string;
  readonly live: string | null;
  readonly defaults: string | null;
  readonly owned: string | null;
  readonly large_objects: string;
}

export async function readOverview(database: Database): Promise<Overview> {
  const [row] = await database.query<OverviewRow>(OVERVIEW);
  return {
    horizon: BigInt.asUintN(32, BigInt(row?.next ?? 0)).toString(),
    live: new Set(numbers(row?.live)),
    feeds: new Map([...triples(row?.defaults), ...triples(row?.owned)]),
    largeObjectFiles: numbers(row?.large_objects),
  };
}

const numbers = (text: string | null | undefined): number[] => (text ? text.split(' ').map(Number) : []);

function triples(text: string | null | undefined): [number, readonly [number, number]][] {
  if (!text) return [];
  return text.split(',').map((triple) => {
    const [sequence = 0, relation = 0, column = 0] = numbers(triple);
    return [sequence, [relation, column]];
  });
}
