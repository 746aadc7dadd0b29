import type { Database } from '../../postgres/connect.ts';
import { objectKey, type SchemaObject, type SchemaSnapshot } from '../../recording/schema-snapshot.ts';
import type { ObserverContext } from '../observer.ts';
import { bookkeepingOf } from './bookkeeping.ts';
import { readEverything } from './read-everything.ts';
import { openSession, prepareSession } from './session.ts';

/** Everything `pg_dump` writes of the session's database, and the roles and settings of its cluster. */
export async function readSchemaSnapshot(session: Database, context: ObserverContext): Promise<SchemaSnapshot> {
  await prepareSession(session);
  const isBookkeeping = await bookkeepingOf(session, context.bookkeeping);
  const sightings = await readEverything(session, context.server.major, () => openSession(context));
  return toSnapshot(sightings.map(({ object }) => object).filter((object) => !isBookkeeping(object)));
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
