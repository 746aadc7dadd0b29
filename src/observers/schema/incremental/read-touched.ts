import type { Database } from '../../../postgres/connect.ts';
import { annotationsSql } from '../annotations.ts';
import type { Reader } from '../reader.ts';
import { readersFor } from '../readers/index.ts';
import { toAnnotations, toSightings, type Sighting } from '../sighting.ts';
import type { Touched } from './catalogue-watch.ts';
import { preparedQueries } from './prepared.ts';

export type ReadTouched = (touched: Touched) => Promise<Sighting[]>;

/** Reads what was touched; the session must be a superuser's. */
export function touchedReader(session: Database, major: number): ReadTouched {
  const run = preparedQueries(session);
  const readers = readersFor(major).map((reader, place) => ({
    reader,
    name: `pgrehearse_read_${place}`,
    sql: reader.sql({ major, superuser: true, only: listed }),
  }));

  return async ({ units, catalogues }) => {
    const oids = byCatalogue(units);
    const partly = readers.filter(({ reader }) => oids.has(reader.catalogue));
    const wholly = readersFor(major).filter(({ catalogue }) => catalogues.has(catalogue));
    const rows = [
      ...(await run(
        partly,
        partly.map(({ reader }) => oids.get(reader.catalogue) ?? []),
      )),
      ...(await readWholly(session, wholly, major)),
    ];
    const found = [...partly.map(({ reader }) => reader), ...wholly].map((reader, place) => ({
      reader,
      rows: rows[place] ?? [],
    }));
    const numbers = [...new Set(found.flatMap((one) => one.rows.map(({ oid }) => String(oid))))];
    const annotations = toAnnotations(
      (await run(numbers.length > 0 ? ANNOTATIONS : [], [numbers, numbers, numbers])).flat(),
    );
    return found.flatMap((one) => toSightings(one.reader, one.rows, annotations));
  };
}

async function readWholly(session: Database, readers: readonly Reader[], major: number) {
  if (readers.length === 0) return [];
  return session.script(readers.map(({ sql }) => sql({ major, superuser: true, only: () => 'true' })).join(';\n'));
}

const listed = (column: string): string => `${column} = any($1)`;

const ANNOTATIONS = annotationsSql(listed).map((sql, place) => ({ name: `pgrehearse_annotations_${place}`, sql }));

function byCatalogue(units: ReadonlySet<string>): Map<string, string[]> {
  const oids = new Map<string, string[]>();
  for (const unit of units) {
    const [catalogue = '', oid = ''] = unit.split(' ');
    const list = oids.get(catalogue);
    if (list) list.push(oid);
    else oids.set(catalogue, [oid]);
  }
  return oids;
}
