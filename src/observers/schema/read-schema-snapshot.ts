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

/** What kinds of objects there are, and then all of them; the server reads on while we convert. */
export async function readEverything(session: Database, major: number): Promise<Sighting[]> {
  const { readers, superuser } = await census(session, major);
  const only = (): string => 'true';
  const annotating = session.script(annotationsSql(only).join(';\n'));
  const reading = readers.map(async ({ catalogue, sql }) => {
    const [rows = []] = await session.script(sql({ major, superuser, only }));
    const annotations = toAnnotations((await annotating).flat());
    return rows.map((row) => toSighting(catalogue, row, annotations));
  });
  return (await Promise.all(reading)).flat();
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

/** Sorted, so that two machines write the same recording. */
export function toSnapshot(objects: Iterable<SchemaObject>): SchemaSnapshot {
  const byKey = new Map<string, SchemaObject>();
  for (const object of objects) byKey.set(objectKey(object), object);
  const snapshot: Record<string, SchemaObject> = {};
  for (const key of [...byKey.keys()].toSorted()) {
    const object = byKey.get(key);
    if (object) snapshot[key] = object;
  }
  return snapshot;
}
