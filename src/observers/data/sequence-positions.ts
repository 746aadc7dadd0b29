import type { Database } from '../../postgres/connect.ts';
import type { StoredSequence } from './catalogue/stored-sequence.ts';

/** Where a sequence stands. */
export interface SequencePosition {
  readonly lastValue: string;
  readonly isCalled: boolean;
}

const LAST_VALUES = `
select s.oid::int8::float8 as oid, pg_catalog.pg_sequence_last_value(s.oid::pg_catalog.regclass)::text as last
from pg_catalog.unnest($1::oid[]) s (oid)`;

/**
 * `nextval` reaches the write-ahead log only every 32nd time, so the log cannot say that nothing moved; one function
 * call per sequence can. It says nothing of sequences never called, but those move only by what is in the log.
 *
 * @param unmoved the position of a sequence that the log does not mention since it was read
 */
export async function readPositions(
  database: Database,
  sequences: readonly StoredSequence[],
  unmoved: (sequence: StoredSequence) => SequencePosition | undefined,
): Promise<Map<number, SequencePosition>> {
  const positions = new Map<number, SequencePosition>();
  if (sequences.length === 0) return positions;
  const oids = sequences.map(({ oid }) => oid);
  const called = await database.query<{ oid: number; last: string | null }>(LAST_VALUES, [oids]);
  for (const { oid, last } of called) if (last !== null) positions.set(oid, { lastValue: last, isCalled: true });
  const unclear: StoredSequence[] = [];
  for (const sequence of sequences.filter(({ oid }) => !positions.has(oid))) {
    const before = unmoved(sequence);
    if (before && !before.isCalled) positions.set(sequence.oid, before);
    else unclear.push(sequence);
  }
  for (const [oid, position] of await readEach(database, unclear)) positions.set(oid, position);
  return positions;
}

async function readEach(
  database: Database,
  sequences: readonly StoredSequence[],
): Promise<Map<number, SequencePosition>> {
  if (sequences.length === 0) return new Map();
  const query = sequences
    .map(({ oid, name }) => `select ${oid}::float8 as oid, last_value::text as last, is_called as called from ${name}`)
    .join(' union all ');
  const rows = await database.query<{ oid: number; last: string; called: boolean }>(query);
  return new Map(rows.map(({ oid, last, called }) => [oid, { lastValue: last, isCalled: called }]));
}
