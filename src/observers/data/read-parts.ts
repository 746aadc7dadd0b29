import type { Database } from '../../postgres/connect.ts';
import { sqlStateOf } from '../../postgres/sqlstate.ts';
import { type Contents, readContents } from './contents.ts';
import type { Reading } from './reading.ts';
import type { ReadingSessions } from './reading-session.ts';

export interface PartReading {
  readonly oid: number;
  readonly reading: Reading;
}

export type ReadingResult = { readonly contents: Contents } | { readonly unread: string };

/** Large parts are read one after the other by all processors; small ones many in one query, in several sessions. */
export async function readParts(
  sessions: ReadingSessions,
  parts: readonly PartReading[],
): Promise<Map<number, ReadingResult>> {
  const results = new Map<number, ReadingResult>();
  const { large, small } = await batches(sessions.main, parts);
  const readNext = async (database: Database, waiting: PartReading[][]): Promise<void> => {
    for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
      for (const [oid, result] of await readBatch(database, batch)) results.set(oid, result);
    }
  };
  await readNext(sessions.main, large);
  const readers = small.length > 1 ? await sessions.all() : [sessions.main];
  const finished = await Promise.allSettled(readers.map((database) => readNext(database, small)));
  for (const reader of finished) if (reader.status === 'rejected') throw reader.reason;
  return results;
}

async function readBatch(
  database: Database,
  batch: readonly PartReading[],
): Promise<(readonly [number, ReadingResult])[]> {
  try {
    const contents = await readContents(
      database,
      batch.map(({ reading }) => reading),
    );
    return contents.flatMap((found, at) => {
      const oid = batch[at]?.oid;
      return oid === undefined ? [] : [[oid, { contents: found }] as const];
    });
  } catch (error) {
    const reason = reasonOf(error);
    const [part, ...others] = batch;
    if (part && others.length === 0) return [[part.oid, { unread: reason }]];
    const results: (readonly [number, ReadingResult])[] = [];
    for (const one of batch) results.push(...(await readBatch(database, [one])));
    return results;
  }
}

/**
 * A table may be unreadable for good: its type's library is missing, it is damaged. Whatever may pass (locks, resources,
 * the connection, a relation that has gone in between) is no property of the table and ends the observation.
 */
function reasonOf(error: unknown): string {
  const sqlState = sqlStateOf(error);
  if (sqlState === undefined || /^(08|40|42P01|53|55P03|57)/.test(sqlState)) throw error;
  return `the server could not read it (SQLSTATE ${sqlState})`;
}

/** From here on the server uses several processes for one table by itself. */
const LARGE_BYTES = 8 * 1024 * 1024;
const BATCH_BYTES = 4_000_000;
const BATCH_COLUMNS = 300;

interface Batches {
  readonly large: PartReading[][];
  readonly small: PartReading[][];
}

async function batches(database: Database, parts: readonly PartReading[]): Promise<Batches> {
  if (parts.length < 2) return { large: parts.map((part) => [part]), small: [] };
  const sizes = await sizesOf(database, parts);
  const large: PartReading[][] = [];
  const small: PartReading[][] = [];
  let room = { bytes: 0, columns: 0 };
  for (const part of parts) {
    const bytes = sizes.get(part.oid) ?? 0;
    const columns = part.reading.columns.length;
    if (bytes >= LARGE_BYTES) {
      large.push([part]);
      continue;
    }
    const open = small.at(-1);
    if (open && room.bytes >= bytes && room.columns >= columns) open.push(part);
    else {
      small.push([part]);
      room = { bytes: BATCH_BYTES, columns: BATCH_COLUMNS };
    }
    room = { bytes: room.bytes - bytes, columns: room.columns - columns };
  }
  return { large, small };
}

async function sizesOf(database: Database, parts: readonly PartReading[]): Promise<Map<number, number>> {
  const rows = await database.query<{ oid: number; bytes: string }>(
    'select o.oid::int8::float8 as oid, pg_catalog.pg_table_size(o.oid::pg_catalog.regclass)::text as bytes from pg_catalog.unnest($1::oid[]) o (oid)',
    [parts.map(({ oid }) => oid)],
  );
  return new Map(rows.map(({ oid, bytes }) => [oid, Number(bytes)]));
}
