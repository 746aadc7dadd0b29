import type { Database } from '../../postgres/connect.ts';
import { objectKey, type SchemaObject, type SchemaSnapshot } from '../../recording/schema-snapshot.ts';
import type { ObserverContext } from '../observer.ts';
import { annotationsSql } from './annotations.ts';
import { bookkeepingOf } from './bookkeeping.ts';
import type { Reader } from './reader.ts';
import { readersFor } from './readers/index.ts';
import { prepareSession } from './session.ts';
import { toAnnotations, toSighting, type Sighting } from './unit.ts';

/** Everything `pg_dump` writes of the session's database, and the roles and settings of its cluster. */
export async function readSchemaSnapshot(
  session: Database,
  { server, bookkeeping }: Pick<ObserverContext, 'server' | 'bookkeeping'>,
): Promise<SchemaSnapshot> {
  await prepareSession(session);
  const isBookkeeping = await bookkeepingOf(session, bookkeeping);
  const sightings = await readEverything(session, server.major);
  return toSnapshot(sightings.map(({ object }) => object).filter((object) => !isBookkeeping(object)));
}

/** Two round trips: what kinds of objects there are, and all of them. */
export async function readEverything(session: Database, major: number): Promise<Sighting[]> {
  const { readers, superuser } = await census(session, major);
  const only = (): string => 'true';
  const results = await session.script(
    [
      // Fresh catalogues have no statistics, and without them the planner takes a nested loop for a few rows.
      'set enable_nestloop = off',
      ...annotationsSql(only),
      ...readers.map((reader) => reader.sql({ major, superuser, only })),
      'set enable_nestloop = on',
    ].join(';\n'),
  );
  const annotations = toAnnotations(results.slice(1, 4).flat());
  return readers.flatMap(({ catalogue }, place) =>
    (results[place + 4] ?? []).map((row) => toSighting(catalogue, row, annotations)),
  );
}

interface Census {
  readonly readers: readonly Reader[];
  readonly superuser: boolean;
}

async function census(session: Database, major: number): Promise<Census> {
  const readers = readersFor(major);
  const present = readers.map(({ present: condition = 'true' }) => condition);
  const [row] = await session.query<{ superuser: boolean; present: boolean[] }>(`
    select pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'select') as superuser,
      array[${present.join(', ')}] as present`);
  return { readers: readers.filter((_, place) => row?.present[place]), superuser: row?.superuser === true };
}

export function toSnapshot(objects: readonly SchemaObject[]): SchemaSnapshot {
  const byKey = objects.map((object) => [objectKey(object), object] as const);
  return Object.fromEntries(byKey.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
