import type { Database } from '../../postgres/connect.ts';
import type { SequenceLedger } from '../../recording/data-ledger.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import type { StoredRelation } from './catalogue/stored-relation.ts';
import type { StoredSequence } from './catalogue/stored-sequence.ts';
import { readPositions, type SequencePosition } from './sequence-positions.ts';

type ReadSequenceLedgers = (
  catalogue: Pick<Catalogue, 'sequences' | 'relations'>,
  touched: ReadonlySet<number> | undefined,
  columnMax: ReadonlyMap<string, bigint>,
) => Promise<Record<string, SequenceLedger>>;

interface Kept extends SequencePosition {
  readonly filenode: number;
  readonly sequence: StoredSequence;
  readonly columnMax: bigint | undefined;
  readonly ledger: SequenceLedger;
}

/** Sequences of the tables that are left out are left out with them. What did not move is the same object as before. */
export function sequenceReader(
  database: Database,
  excluded: (relation: StoredRelation) => boolean,
): ReadSequenceLedgers {
  let kept = new Map<number, Kept>();
  return async ({ sequences, relations }, touched, columnMax) => {
    const wanted = [...sequences.values()].filter(({ feeds }) => {
      const relation = feeds && relations.get(feeds.relationOid);
      return !relation || !excluded(relation);
    });
    const positions = await readPositions(database, wanted, ({ oid, filenode, unlogged }) => {
      const before = kept.get(oid);
      return unlogged || !touched || touched.has(filenode) || before?.filenode !== filenode ? undefined : before;
    });
    const now = wanted.flatMap((sequence) => {
      const position = positions.get(sequence.oid);
      const max = sequence.feeds && columnMax.get(`${sequence.feeds.relationOid} ${sequence.feeds.column}`);
      return position ? [keep(sequence, position, { max, before: kept.get(sequence.oid) })] : [];
    });
    kept = new Map(now.map((one) => [one.sequence.oid, one]));
    return Object.fromEntries(
      now
        .toSorted((a, b) => (a.sequence.name < b.sequence.name ? -1 : 1))
        .map((one) => [one.sequence.name, one.ledger]),
    );
  };
}

function keep(
  sequence: StoredSequence,
  { lastValue, isCalled }: SequencePosition,
  { max, before }: { readonly max: bigint | undefined; readonly before: Kept | undefined },
): Kept {
  const moved = before?.lastValue !== lastValue || before.isCalled !== isCalled || before.columnMax !== max;
  if (before && !moved && before.sequence === sequence) return before;
  const ledger = sequenceLedger(sequence, { lastValue, isCalled }, max);
  return { lastValue, isCalled, filenode: sequence.filenode, sequence, columnMax: max, ledger };
}

function sequenceLedger(
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
