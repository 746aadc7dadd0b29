import type { Database } from '../../postgres/connect.ts';
import type { SchemaSnapshot } from '../../recording/schema-snapshot.ts';
import type { ObserverContext } from '../observer.ts';
import { bookkeepingOf } from './bookkeeping.ts';
import { byKey } from './incremental/schema-state.ts';
import { readEverything } from './read-everything.ts';
import { openSession, prepareSession, withLocalSettings } from './session.ts';

/** Everything `pg_dump` writes of the session's database, and the roles and settings of its cluster. */
export async function readSchemaSnapshot(session: Database, context: ObserverContext): Promise<SchemaSnapshot> {
  await prepareSession(session);
  const isBookkeeping = await bookkeepingOf(session, context.bookkeeping);
  const sightings = await readEverything(session, context.server.major, () => openSession(context));
  return byKey([sightings.map(({ object }) => object).filter((object) => !isBookkeeping(object))]);
}

/**
 * The same of a database that is not ours: over one session, which keeps its own limits and is left as it was. Each
 * portion is a script of its own, so that no lock is held for longer than one takes.
 */
export async function readForeignSchema(
  session: Database,
  { major, bookkeeping }: { readonly major: number; readonly bookkeeping: ObserverContext['bookkeeping'] },
): Promise<SchemaSnapshot> {
  const prepared = withLocalSettings(session);
  const isBookkeeping = await bookkeepingOf(prepared, bookkeeping);
  const sightings = await readEverything(prepared, major);
  return byKey([sightings.map(({ object }) => object).filter((object) => !isBookkeeping(object))]);
}
