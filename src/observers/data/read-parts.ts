import type { Database } from '../../postgres/connect.ts';
import { type Contents, readContents } from './contents.ts';
import type { Reading } from './reading.ts';

export interface PartReading {
  readonly oid: number;
  readonly reading: Reading;
}

export type ReadingResult = { readonly contents: Contents } | { readonly unread: string };

/** Reads each part once, small ones many in one query. */
export async function readParts(
  database: Database,
  parts: readonly PartReading[],
): Promise<Map<number, ReadingResult>> {
  const results = new Map<number, ReadingResult>();
  for (const batch of await batches(database, parts)) {
    for (const [oid, result] of await readBatch(database, batch)) results.set(oid, result);
  }
  return results;
}

async function readBatch(database: Database, batch: readonly PartReading[]): Promise<[number, ReadingResult][]> {
  try {
    const contents = await readContents(
      database,
      batch.map(({ reading }) => reading),
    );
    return batch
      .flatMap(({ oid }, at) => {
        const found = contents[at];
        return found ? [[oid, { contents: found }] as const] : [];
      })
      .map(([oid, result]) => [oid, result]);
  } catch (error) {
    const [part, ...others] = batch;
    if (!part) return [];
    if (others.length === 0) return [[part.oid, { unread: reasonOf(error) }]];
    const each = await Promise.resolve(batch.map((one) => [one]));
    const results: [number, ReadingResult][] = [];
    for (const one of each) results.push(...(await readBatch(database, one)));
    return results;
  }
}

/**
 * A table may be unreadable for good: its type's library is missing, it is damaged. Whatever may pass (locks, resources,
 * the connection, a relation that has gone in between) is no property of the table and ends the observation.
 */
function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code) || /^(08|40|42P01|53|55P03|57)/.test(code)) throw error;
  return `the server could not read it (SQLSTATE ${code})`;
}

const SMALL_BYTES = 2_000_000;
const BATCH_BYTES = 8_000_000;
const BATCH_COLUMNS = 400;

async function batches(database: Database, parts: readonly PartReading[]): Promise<PartReading[][]> {
  if (parts.length < 2) return parts.map((part) => [part]);
  const sizes = await sizesOf(database, parts);
  const result: PartReading[][] = [];
  let open: PartReading[] = [];
  let room = { bytes: BATCH_BYTES, columns: BATCH_COLUMNS };
  for (const part of parts) {
    const bytes = sizes.get(part.oid) ?? 0;
    if (bytes > SMALL_BYTES) {
      result.push([part]);
      continue;
    }
    if (open.length > 0 && (room.bytes < bytes || room.columns < part.reading.columns.length)) {
      result.push(open);
      open = [];
      room = { bytes: BATCH_BYTES, columns: BATCH_COLUMNS };
    }
    open.push(part);
    room = { bytes: room.bytes - bytes, columns: room.columns - part.reading.columns.length };
  }
  return open.length > 0 ? [...result, open] : result;
}

async function sizesOf(database: Database, parts: readonly PartReading[]): Promise<Map<number, number>> {
  const rows = await database.query<{ oid: number; bytes: string }>(
    'select o.oid::int8::float8 as oid, pg_catalog.pg_table_size(o.oid::pg_catalog.regclass)::text as bytes from pg_catalog.unnest($1::oid[]) o (oid)',
    [parts.map(({ oid }) => oid)],
  );
  return new Map(rows.map(({ oid, bytes }) => [oid, Number(bytes)]));
}
