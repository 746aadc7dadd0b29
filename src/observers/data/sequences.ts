import type { Database } from '../../postgres/connect.ts';
import type { SequenceLedger } from '../../recording/data-ledger.ts';

/** A sequence as the catalogue has it. */
export interface StoredSequence {
  readonly oid: number;
  /** Qualified, quoted where needed. */
  readonly name: string;
  readonly filenode: number;
  readonly unlogged: boolean;
  readonly increment: bigint;
  readonly minimum: bigint;
  readonly maximum: bigint;
  readonly cycles: boolean;
  /** The column that owns it, or else has it as default. */
  readonly feeds?: { readonly relationOid: number; readonly column: string; readonly label: string };
}

/** Where a sequence stands. */
export interface SequencePosition {
  readonly lastValue: string;
  readonly isCalled: boolean;
}

interface SequenceRow {
  readonly oid: number;
  readonly name: string;
  readonly filenode: number;
  readonly unlogged: boolean;
  readonly increment: string;
  readonly minimum: string;
  readonly maximum: string;
  readonly cycles: boolean;
  readonly relation: number | null;
  readonly column: string | null;
  readonly label: string | null;
}

const SEQUENCES = `
with fed as (
  select distinct on (d.sequence) d.sequence, d.relation, d.number
  from (
    select o.objid as sequence, o.refobjid as relation, o.refobjsubid as number, 1 as rank
    from pg_catalog.pg_depend o
    where o.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and o.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      and o.deptype in ('a', 'i') and o.refobjsubid > 0 and o.objsubid = 0
    union all
    select u.refobjid, a.adrelid, a.adnum, 2
    from pg_catalog.pg_depend u
    join pg_catalog.pg_attrdef a on a.oid = u.objid
    where u.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass and u.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
  ) d
  order by d.sequence, d.rank, d.relation, d.number
)
select c.oid::int8::float8 as oid, pg_catalog.format('%I.%I', n.nspname, c.relname) as name,
  c.relfilenode::int8::float8 as filenode, c.relpersistence = 'u' as unlogged,
  s.seqincrement::text as increment, s.seqmin::text as minimum, s.seqmax::text as maximum, s.seqcycle as cycles,
  f.relation::int8::float8 as relation, a.attname::text as column,
  pg_catalog.format('%I.%I.%I', tn.nspname, t.relname, a.attname) as label
from pg_catalog.pg_sequence s
join pg_catalog.pg_class c on c.oid = s.seqrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join fed f on f.sequence = c.oid
left join pg_catalog.pg_class t on t.oid = f.relation
left join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
left join pg_catalog.pg_attribute a on a.attrelid = f.relation and a.attnum = f.number
where c.relpersistence <> 't' and c.oid >= 16384`;

export async function readSequences(database: Database): Promise<StoredSequence[]> {
  const rows = await database.query<SequenceRow>(SEQUENCES);
  return rows.map((row) => ({
    oid: row.oid,
    name: row.name,
    filenode: row.filenode,
    unlogged: row.unlogged,
    increment: BigInt(row.increment),
    minimum: BigInt(row.minimum),
    maximum: BigInt(row.maximum),
    cycles: row.cycles,
    ...(row.relation !== null &&
      row.column !== null &&
      row.label !== null && { feeds: { relationOid: row.relation, column: row.column, label: row.label } }),
  }));
}

/**
 * `nextval` reaches the write-ahead log only every 32nd time, so the log cannot say that nothing moved; one function
 * call per sequence can. It says nothing of sequences never called, but those move only by what is in the log.
 */
export async function readPositions(
  database: Database,
  sequences: readonly StoredSequence[],
  known: (sequence: StoredSequence) => SequencePosition | undefined,
): Promise<Map<number, SequencePosition>> {
  const positions = new Map<number, SequencePosition>();
  if (sequences.length === 0) return positions;
  const called = await database.query<{ oid: number; last: string | null }>(
    'select s.oid::int8::float8 as oid, pg_catalog.pg_sequence_last_value(s.oid::pg_catalog.regclass)::text as last from pg_catalog.unnest($1::oid[]) s (oid)',
    [sequences.map(({ oid }) => oid)],
  );
  for (const { oid, last } of called) if (last !== null) positions.set(oid, { lastValue: last, isCalled: true });
  const uncalled: StoredSequence[] = [];
  for (const sequence of sequences.filter(({ oid }) => !positions.has(oid))) {
    const before = known(sequence);
    if (before && !before.isCalled) positions.set(sequence.oid, before);
    else uncalled.push(sequence);
  }
  for (const [oid, position] of await readEach(database, uncalled)) positions.set(oid, position);
  return positions;
}

async function readEach(
  database: Database,
  sequences: readonly StoredSequence[],
): Promise<Map<number, SequencePosition>> {
  if (sequences.length === 0) return new Map();
  const rows = await database.query<{ at: number; last: string; called: boolean }>(
    sequences
      .map(({ name }, at) => `select ${at} as at, last_value::text as last, is_called as called from ${name}`)
      .join(' union all '),
  );
  return new Map(
    rows.flatMap(({ at, last, called }) => {
      const sequence = sequences[at];
      return sequence ? [[sequence.oid, { lastValue: last, isCalled: called }] as const] : [];
    }),
  );
}

export function sequenceLedger(
  sequence: StoredSequence,
  position: SequencePosition,
  columnMax: bigint | undefined,
): SequenceLedger {
  return {
    ...position,
    nextValue: nextValue(sequence, position).toString(),
    ...(sequence.feeds && { column: sequence.feeds.label }),
    ...(columnMax !== undefined && { columnMax: columnMax.toString() }),
  };
}

/** Beyond its end a sequence that does not cycle fails; the number is then the one it would have given. */
function nextValue(sequence: StoredSequence, { lastValue, isCalled }: SequencePosition): bigint {
  const { increment, minimum, maximum, cycles } = sequence;
  const next = isCalled ? BigInt(lastValue) + increment : BigInt(lastValue);
  if (cycles && next > maximum) return minimum;
  if (cycles && next < minimum) return maximum;
  return next;
}
