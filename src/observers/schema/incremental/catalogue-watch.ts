import type { Database } from '../../../postgres/connect.ts';
import { unitKey } from '../sighting.ts';
import { currentHorizon, probe, type Probe } from './probe.ts';
import { RowCounts, toRowsPerUnit, type RowsPerUnit } from './row-counts.ts';
import { isPrimary, PART_CATALOGUES, UNIT_CATALOGUES, UNIT_SOURCES, wholeSourcesFor } from './sources.ts';
import { dependentsSql, probeSql, rowsOfAllSql, rowsOfUnitsSql } from './statements.ts';

/** What has to be read again. */
export interface Touched {
  /** Keys of units; some of them may be gone. */
  readonly units: ReadonlySet<string>;
  /** Catalogues all of whose objects may differ. */
  readonly catalogues: ReadonlySet<string>;
  /** Too much, or something that others are printed by. */
  readonly everything: boolean;
}

export interface CatalogueWatch {
  /** What changed since the last call, or since the watch was made. */
  touched(): Promise<Touched>;
}

/** From this many units on, reading everything is not slower. */
const MANY_UNITS = 400;

/** Knows of each catalogue how many rows each unit has; finds what changed by that and by the rows' transactions. */
export async function watchCatalogue(session: Database, major: number): Promise<CatalogueWatch> {
  await session.script(`prepare pgrehearse_probe(xid8) as ${probeSql(major)};
    prepare pgrehearse_rows(oid[]) as ${rowsOfUnitsSql};
    prepare pgrehearse_dependents(oid[], oid[]) as ${dependentsSql}`);
  const horizon = await currentHorizon(session);
  let seen: Probe = { ...(await probe(session, horizon)), horizon };
  const counts = new RowCounts(await listRows(session, COUNTED));
  const names = await catalogueNames(session);

  return {
    async touched() {
      const now = await probe(session, seen.horizon);
      const units = await changedUnits(session, counts, now);
      const sources = wholeSourcesFor(major).filter((_, index) => {
        const place = UNIT_SOURCES.length + index;
        return now.freshSources.has(place) || now.rows[place] !== seen.rows[place];
      });
      seen = now;
      const system = [...units].some((unit) => unit.endsWith(' 0'));
      if (system || units.size > MANY_UNITS || sources.some(({ catalogue }) => catalogue === undefined))
        return EVERYTHING;
      return withDependents(session, units, {
        names,
        major,
        catalogues: sources.flatMap(({ catalogue = [] }) => catalogue),
      });
    },
  };
}

/** Sources of which rows may go alone. */
const COUNTED = UNIT_SOURCES.flatMap(({ goesWithUnit }, place) => (goesWithUnit ? [] : [place]));

export const EVERYTHING: Touched = { units: new Set(), catalogues: new Set(), everything: true };

/**
 * Units with fresh rows, and units with fewer rows than before. The number of rows that a source should have follows
 * from what is known of each unit; where it has another, rows of other units are gone, and these are looked for.
 */
async function changedUnits(session: Database, counts: RowCounts, now: Probe): Promise<Set<string>> {
  const units = new Set(now.freshUnits);
  if (units.size > 0) {
    const rows = await rowsOf(session, units);
    for (const unit of units) {
      for (const place of COUNTED) counts.setUnit(place, unit, rows[place]?.get(unit) ?? 0);
    }
  }
  const primary = UNIT_SOURCES.map(isPrimary);
  for (const places of [counts.deviating(now.rows).filter((place) => primary[place]), undefined]) {
    const listed = places ?? counts.deviating(now.rows);
    if (listed.length === 0) continue;
    const listing = await listRows(session, listed);
    for (const place of listed) {
      const rows = listing[place] ?? new Map<string, number>();
      for (const unit of counts.replace(place, rows)) {
        units.add(unit);
        if (primary[place] && !rows.has(unit)) counts.forget(unit);
      }
    }
  }
  return units;
}

async function withDependents(
  session: Database,
  roots: ReadonlySet<string>,
  known: { names: ReadonlyMap<string, string>; major: number; catalogues: readonly string[] },
): Promise<Touched> {
  const units = new Set<string>();
  const catalogues = new Set(known.catalogues);
  let everything = false;
  const add = (catalogue: string, oid: string): void => {
    if (UNIT_CATALOGUES.includes(catalogue)) units.add(unitKey(catalogue, Number(oid)));
    else if (!PART_CATALOGUES.includes(catalogue)) {
      const whole = groupOf(catalogue, known.major);
      if (whole === undefined) everything = true;
      else catalogues.add(whole);
    }
  };
  const numbers = [...roots].map((unit) => unit.split(' '));
  for (const [catalogue = '', oid = ''] of numbers) add(known.names.get(catalogue) ?? '', oid);
  if (roots.size > 0) {
    const list = (place: number): string => `'{${numbers.map((pair) => pair[place]).join(',')}}'`;
    const [rows = []] = await session.script(`execute pgrehearse_dependents(${list(0)}, ${list(1)})`);
    for (const { catalogue, oid } of rows) add(String(catalogue), String(oid));
  }
  return everything || units.size > MANY_UNITS ? EVERYTHING : { units, catalogues, everything };
}

const groupOf = (catalogue: string, major: number): string | undefined =>
  catalogue === 'pg_largeobject'
    ? 'pg_largeobject_metadata'
    : wholeSourcesFor(major).find(({ table }) => table === catalogue)?.catalogue;

async function rowsOf(session: Database, units: ReadonlySet<string>): Promise<RowsPerUnit[]> {
  const oids = [...units].map((unit) => unit.slice(unit.indexOf(' ') + 1));
  const [rows = []] = await session.script(`execute pgrehearse_rows('{${oids.join(',')}}')`);
  return toListing(rows);
}

async function listRows(session: Database, places: readonly number[]): Promise<RowsPerUnit[]> {
  const [rows = []] = await session.script(rowsOfAllSql(places));
  return toListing(rows);
}

function toListing(rows: readonly Record<string, unknown>[]): RowsPerUnit[] {
  const listing = UNIT_SOURCES.map((): RowsPerUnit => new Map());
  for (const { source, rows: text } of rows) listing[Number(source)] = toRowsPerUnit(text);
  return listing;
}

/** Numbers of catalogues are the same everywhere, but nobody knows them by heart. */
async function catalogueNames(session: Database): Promise<ReadonlyMap<string, string>> {
  const rows = await session.query<{ oid: string; name: string }>(
    `select oid::text, relname::text as name from pg_catalog.pg_class
     where relkind = 'r' and relnamespace = 'pg_catalog'::pg_catalog.regnamespace`,
  );
  return new Map(rows.map(({ oid, name }) => [oid, name]));
}
