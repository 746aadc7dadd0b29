import type { Database } from '../../postgres/connect.ts';
import { objectKey, type SchemaObject, type SchemaSnapshot } from '../../recording/schema-snapshot.ts';
import type { ObserverContext } from '../observer.ts';
import { bookkeepingOf } from './bookkeeping.ts';
import { readersFor } from './readers/index.ts';
import { prepareSession } from './session.ts';
import { toSighting, type Sighting } from './unit.ts';

/** Everything `pg_dump` writes of the session's database, and the roles and settings of its cluster. */
export async function readSchemaSnapshot(
  session: Database,
  { server, bookkeeping }: Pick<ObserverContext, 'server' | 'bookkeeping'>,
): Promise<SchemaSnapshot> {
  await prepareSession(session);
  const isBookkeeping = await bookkeepingOf(session, bookkeeping);
  const sightings = await readAll(session, server.major);
  return toSnapshot(sightings.map(({ object }) => object).filter((object) => !isBookkeeping(object)));
}

export async function readAll(session: Database, major: number): Promise<Sighting[]> {
  const superuser = await isSuperuser(session);
  const readers = readersFor(major);
  const script = readers.map((reader) => reader.sql({ major, superuser, only: () => 'true' })).join(';\n');
  return (await session.script(script)).flatMap((rows) => rows.map(toSighting));
}

export async function isSuperuser(session: Database): Promise<boolean> {
  const [row] = await session.query<{ readable: boolean }>(
    `select pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'select') as readable`,
  );
  return row?.readable === true;
}

export function toSnapshot(objects: readonly SchemaObject[]): SchemaSnapshot {
  const byKey = objects.map((object) => [objectKey(object), object] as const);
  return Object.fromEntries(byKey.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
