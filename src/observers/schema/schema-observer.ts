import type { Database } from '../../postgres/connect.ts';
import { diffSnapshots } from '../../recording/changes.ts';
import type { SchemaChange } from '../../recording/schema-snapshot.ts';
import type { Observer, ObserverContext, Watch } from '../observer.ts';
import { bookkeepingOf } from './bookkeeping.ts';
import { takeCensus } from './census.ts';
import { EVERYTHING, watchCatalogue, type CatalogueWatch } from './incremental/catalogue-watch.ts';
import { touchedReader, type ReadTouched } from './incremental/read-touched.ts';
import { SchemaState } from './incremental/schema-state.ts';
import { readEverything } from './read-everything.ts';
import { openSession } from './session.ts';
import type { Sighting } from './sighting.ts';

/** So that a mistake of reading in part cannot go on for long. */
const STEPS_BETWEEN_PROOFS = 500;

/** Compares the catalogue after each step with the one before it, and reads only what can have changed. */
export const schemaObserver: Observer = {
  id: 'schema',
  async open(context) {
    const session = await openSession(context);
    try {
      return await watch(session, context);
    } catch (error) {
      await session[Symbol.asyncDispose]();
      throw error;
    }
  },
};

async function watch(session: Database, context: ObserverContext): Promise<Watch> {
  const isBookkeeping = await bookkeepingOf(session, context.bookkeeping);
  const wanted = (sightings: readonly Sighting[]): Sighting[] =>
    sightings.filter(({ object }) => !isBookkeeping(object));
  const everything = async (): Promise<SchemaState> =>
    new SchemaState(wanted(await readEverything(session, context.server.major, () => openSession(context))));

  // The catalogue is watched before it is read: what changes in between is read twice, not missed.
  const parts = await readingInParts(session, context.server.major);
  let state = await everything();
  let steps = 0;

  async function refresh(): Promise<SchemaChange[]> {
    const touched = (await parts?.catalogue.touched()) ?? EVERYTHING;
    if (parts && !touched.everything) {
      if (touched.units.size === 0 && touched.catalogues.size === 0) return [];
      const sightings = wanted(await parts.read(touched));
      const { before, after, renamed } = state.compare(touched, sightings);
      if (!renamed) {
        state.replace(touched, sightings);
        return diffSnapshots(before, after);
      }
    }
    const before = state.snapshot();
    state = await everything();
    return diffSnapshots(before, state.snapshot());
  }

  async function verify(): Promise<void> {
    await refresh();
    const missed = diffSnapshots(state.snapshot(), (await everything()).snapshot());
    if (missed.length === 0) return;
    const names = missed.map(({ kind, name }) => `${kind} ${name}`).join(', ');
    throw new Error(`Reading the schema in parts missed changes of ${names}. Please report this.`);
  }

  return {
    start: { schema: state.snapshot() },
    async afterStep() {
      const schema = await refresh();
      steps += 1;
      if (steps % STEPS_BETWEEN_PROOFS === 0) await verify();
      return { schema };
    },
    verify,
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

interface ReadingInParts {
  readonly catalogue: CatalogueWatch;
  readonly read: ReadTouched;
}

/** Not for a role that may not see all catalogues: it reads everything each time. */
async function readingInParts(session: Database, major: number): Promise<ReadingInParts | undefined> {
  const { superuser } = await takeCensus(session, major);
  if (!superuser) return undefined;
  return { catalogue: await watchCatalogue(session, major), read: touchedReader(session, major) };
}
