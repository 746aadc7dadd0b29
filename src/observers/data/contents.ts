import type { Database } from '../../postgres/connect.ts';
import { type Reading, readingQueries } from './reading.ts';

/** Contents of one stored relation as sums of hashes, so that the parts of a partitioned table add up. */
export interface Contents {
  readonly rows: number;
  readonly columns: readonly ColumnContents[];
  readonly maxima: readonly (bigint | undefined)[];
  readonly wholeRows?: bigint;
}

interface ColumnContents {
  /** Modulo 2^64. */
  readonly sum: bigint;
  readonly filledRows: number;
}

interface ContentsRow {
  readonly at: number;
  /** Which of the reading's queries; the server gives the rows of a union in any order. */
  readonly chunk: number;
  readonly rows: string;
  readonly sums: readonly (string | null)[];
  readonly filled: readonly string[];
  readonly maxima: readonly (string | null)[];
  readonly whole_rows: string | null;
}

/** Reads several relations in one round trip. Rejects when one of them cannot be read. */
export async function readContents(database: Database, readings: readonly Reading[]): Promise<Contents[]> {
  const queries = readings.flatMap((reading, at) =>
    readingQueries(reading).map((query, chunk) => `select ${at} as at, ${chunk} as chunk, q.* from (${query}) q`),
  );
  if (queries.length === 0) return [];
  const rows = await database.query<ContentsRow>(queries.join('\nunion all\n'));
  return readings.map((reading, at) => {
    const ofReading = rows.filter((row) => row.at === at).toSorted((a, b) => a.chunk - b.chunk);
    return merge(ofReading, reading);
  });
}

function merge(rows: readonly ContentsRow[], { seedUnique }: Reading): Contents {
  const wholeRows = rows.find(({ whole_rows }) => whole_rows !== null)?.whole_rows ?? null;
  return {
    rows: Number(rows[0]?.rows ?? 0),
    columns: rows.flatMap(({ sums, filled }) =>
      sums.map((sum, index) => ({ sum: modulo(sum), filledRows: Number(filled[index]) })),
    ),
    maxima: (rows.find(({ maxima }) => maxima.length > 0)?.maxima ?? []).map((text) =>
      text === null ? undefined : BigInt(text),
    ),
    ...(!seedUnique && { wholeRows: modulo(wholeRows) }),
  };
}

/** The contents of all parts together. Every part was read with the same columns in the same order. */
export function addContents(parts: readonly Contents[], columnCount: number): Contents {
  const wholeRows = parts.map((part) => part.wholeRows);
  return {
    rows: parts.reduce((total, part) => total + part.rows, 0),
    columns: Array.from({ length: columnCount }, (_, index) => ({
      sum: BigInt.asUintN(
        64,
        parts.reduce((total, part) => total + (part.columns[index]?.sum ?? 0n), 0n),
      ),
      filledRows: parts.reduce((total, part) => total + (part.columns[index]?.filledRows ?? 0), 0),
    })),
    maxima: largest(parts.map((part) => part.maxima)),
    ...(wholeRows.some((sum) => sum !== undefined) && {
      wholeRows: BigInt.asUintN(
        64,
        wholeRows.reduce<bigint>((total, sum) => total + (sum ?? 0n), 0n),
      ),
    }),
  };
}

function largest(lists: readonly (readonly (bigint | undefined)[])[]): (bigint | undefined)[] {
  const length = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length }, (_, index) =>
    lists
      .map((list) => list[index])
      .reduce((a, b) => (a === undefined || (b !== undefined && b > a) ? b : a), undefined),
  );
}

const modulo = (sum: string | null): bigint => BigInt.asUintN(64, BigInt(sum ?? 0));
