import type { Database } from '../../postgres/connect.ts';
import { annotationsSql } from './annotations.ts';
import { takeCensus, type Census } from './census.ts';
import type { Reader } from './reader.ts';
import { toAnnotations, toSightings, type Annotations, type Sighting } from './sighting.ts';

/** From this many relations on, a second session for a moment costs less than it saves. */
const MANY_RELATIONS = 1500;

/** Every object there is. `another` opens a second session, which is closed again; absent: there is to be none. */
export async function readEverything(
  session: Database,
  major: number,
  another?: () => Promise<Database>,
): Promise<Sighting[]> {
  const census = await takeCensus(session, major);
  const annotations = toAnnotations((await session.script(annotationsSql(everything).join(';\n'))).flat());
  const portions = toPortions(census.readers);
  const take = (by: Database): Promise<Sighting[]> => readPortions(by, census, annotations, portions);
  if (census.relations < MANY_RELATIONS || !another) return take(session);
  await using helper = await another();
  return (await Promise.all([take(session), take(helper)])).flat();
}

const everything = (): string => 'true';

/** The slow ones one by one, longest first, and the many small ones in one round trip. */
function toPortions(readers: readonly Reader[]): Reader[][] {
  const alone = readers.filter(({ effort }) => effort !== undefined);
  const together = readers.filter(({ effort }) => effort === undefined);
  return [...alone.toSorted((a, b) => (b.effort ?? 0) - (a.effort ?? 0)).map((reader) => [reader]), together];
}

/** Takes the next portion until there is none; several sessions may share one list. */
async function readPortions(
  session: Database,
  { major, superuser }: Census,
  annotations: Annotations,
  portions: Reader[][],
): Promise<Sighting[]> {
  const sightings: Sighting[] = [];
  for (let readers = portions.shift(); readers; readers = portions.shift()) {
    const [, ...results] = await session.script(
      [NO_NESTED_LOOPS, ...readers.map(({ sql }) => sql({ major, superuser, only: everything }))].join(';\n'),
    );
    for (const [place, reader] of readers.entries()) {
      for (const sighting of toSightings(reader, results[place] ?? [], annotations)) sightings.push(sighting);
    }
  }
  return sightings;
}

/** Fresh catalogues have no statistics, and without them the planner takes a nested loop over thousands of rows. */
const NO_NESTED_LOOPS = 'set local enable_nestloop = off';
