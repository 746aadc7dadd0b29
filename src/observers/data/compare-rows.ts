import type { Database } from '../../postgres/connect.ts';
import type { TableLedger } from '../../recording/data-ledger.ts';
import { fixTextForms } from './reading-session.ts';
import { commonColumns, type HashedRow, rowStream, type RowStreamOptions } from './row-stream.ts';

export interface RowComparison {
  readonly missingRows: number;
  readonly addedRows: number;
  /** Per column that both have: rows that are in both, with another value. Columns without any are left out. */
  readonly differingRows: Readonly<Record<string, number>>;
}

/**
 * Compares one relation of two databases row by row. Rows are recognised by the key, or where there is none by the
 * columns that did not change as a whole; rows alike in those are counted, and paired as well as they can be.
 *
 * Both sessions get fixed text forms; neither may be in a transaction. Memory does not grow with the table.
 */
export async function compareRows(
  before: Database,
  after: Database,
  relation: string,
  was: TableLedger,
  is: TableLedger,
): Promise<RowComparison> {
  const { common, differing } = commonColumns(was, is);
  await fixTextForms(before);
  await fixTextForms(after);
  const isKey = was.key.length > 0 && was.key.every((name) => common.includes(name));
  const unchanged = common.filter((name) => !differing.includes(name));
  const recognisable = isKey || (unchanged.length > 0 && was.rows === is.rows);
  const identity = isKey ? was.key : unchanged;
  const result = recognisable && (await compareBy(before, after, { relation, identity, isKey, common }));
  // A row that changed is then one gone and one come.
  return result || (await compareBy(before, after, { relation, identity: common, isKey: false, common })) || NOTHING;
}

const NOTHING: RowComparison = { missingRows: 0, addedRows: 0, differingRows: {} };

/** Undefined when too many rows are alike in what they are recognised by. */
async function compareBy(
  before: Database,
  after: Database,
  { common, ...how }: Omit<RowStreamOptions, 'compared'> & { readonly common: readonly string[] },
): Promise<RowComparison | undefined> {
  const compared = common.filter((name) => !how.identity.includes(name));
  const tally = { missingRows: 0, addedRows: 0, differing: compared.map(() => 0) };
  const left = groups(rowStream(before, { ...how, compared }));
  const right = groups(rowStream(after, { ...how, compared }));
  for await (const [was, is] of pairGroups(left, right)) {
    if (was.length + is.length > MOST_ALIKE_ROWS && compared.length > 0) return undefined;
    compareGroup(was, is, tally);
  }
  const { missingRows, addedRows } = tally;
  const counted = compared.map((name, at): [string, number] => [name, tally.differing[at] ?? 0]);
  return { missingRows, addedRows, differingRows: Object.fromEntries(counted.filter(([, rows]) => rows > 0)) };
}

const MOST_ALIKE_ROWS = 100_000;

interface Group {
  readonly identity: bigint;
  readonly rows: readonly HashedRow[];
}

async function* groups(rows: AsyncIterable<HashedRow>): AsyncGenerator<Group> {
  let group: { identity: bigint; rows: HashedRow[] } | undefined;
  for await (const row of rows) {
    if (group?.identity === row.identity) {
      // One more than is allowed says as much as all of them.
      if (row.values.length === 0 || group.rows.length <= MOST_ALIKE_ROWS) group.rows.push(row);
      continue;
    }
    if (group) yield group;
    group = { identity: row.identity, rows: [row] };
  }
  if (group) yield group;
}

type Rows = readonly HashedRow[];

/** Merges two ordered lists; what one of them lacks is an empty list. */
async function* pairGroups(
  before: AsyncGenerator<Group>,
  after: AsyncGenerator<Group>,
): AsyncGenerator<readonly [Rows, Rows]> {
  try {
    let left = await before.next();
    let right = await after.next();
    while (!left.done || !right.done) {
      if (right.done || (!left.done && left.value.identity < right.value.identity)) {
        yield [left.done ? [] : left.value.rows, []];
        left = await before.next();
      } else if (left.done || left.value.identity > right.value.identity) {
        yield [[], right.value.rows];
        right = await after.next();
      } else {
        yield [left.value.rows, right.value.rows];
        left = await before.next();
        right = await after.next();
      }
    }
  } finally {
    await before.return(undefined);
    await after.return(undefined);
  }
}

interface Tally {
  missingRows: number;
  addedRows: number;
  readonly differing: number[];
}

function compareGroup(before: Rows, after: Rows, tally: Tally): void {
  const [left, right] = withoutEqual(before, after);
  const pairs = Math.min(left.length, right.length);
  tally.missingRows += left.length - pairs;
  tally.addedRows += right.length - pairs;
  for (let pair = 0; pair < pairs; pair += 1) {
    for (const [at, value] of (left[pair]?.values ?? []).entries()) {
      if (value !== right[pair]?.values[at]) tally.differing[at] = (tally.differing[at] ?? 0) + 1;
    }
  }
}

/** Each row of one side cancels one equal row of the other. */
function withoutEqual(before: Rows, after: Rows): [Rows, Rows] {
  if (before.length === 1 && after.length === 1) return [before, after];
  const counts = new Map<string, number>();
  for (const row of after) counts.set(textOf(row), (counts.get(textOf(row)) ?? 0) + 1);
  const left = before.filter((row) => !take(counts, textOf(row)));
  const right = after.filter((row) => take(counts, textOf(row)));
  return [left, right];
}

function take(counts: Map<string, number>, text: string): boolean {
  const count = counts.get(text) ?? 0;
  if (count > 0) counts.set(text, count - 1);
  return count > 0;
}

const textOf = ({ values }: HashedRow): string => JSON.stringify(values);
