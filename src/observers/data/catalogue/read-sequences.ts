import type { Database } from '../../../postgres/connect.ts';
import type { StoredSequence } from './stored-sequence.ts';

const SEQUENCES = `
select c.oid::int8::float8 as oid, pg_catalog.format('%I.%I', n.nspname, c.relname) as name,
  c.relfilenode::int8::float8 as filenode, c.relpersistence = 'u' as unlogged,
  s.seqincrement::text as increment, s.seqmin::text as minimum, s.seqmax::text as maximum, s.seqcycle as cycles
from pg_catalog.pg_sequence s
join pg_catalog.pg_class c on c.oid = s.seqrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relpersistence <> 't' and c.oid = any($1::oid[])`;

interface SequenceRow {
  readonly oid: number;
  readonly name: string;
  readonly filenode: number;
  readonly unlogged: boolean;
  readonly increment: string;
  readonly minimum: string;
  readonly maximum: string;
  readonly cycles: boolean;
}

export async function readSequences(
  database: Database,
  oids: readonly number[],
): Promise<Omit<StoredSequence, 'feeds'>[]> {
  const rows = await database.query<SequenceRow>(SEQUENCES, [[...oids]]);
  return rows.map((row) => ({
    ...row,
    increment: BigInt(row.increment),
    minimum: BigInt(row.minimum),
    maximum: BigInt(row.maximum),
  }));
}
