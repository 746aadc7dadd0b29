import { describe, expect, test } from 'vitest';

import { SchemaState } from '../../../../src/observers/schema/incremental/schema-state.ts';
import type { Sighting } from '../../../../src/observers/schema/sighting.ts';

const sighting = (unit: string, kind: string, name: string, type = 'x'): Sighting => ({
  unit,
  object: { kind, name, properties: { type } },
});

const touched = (units: string[], catalogues: string[] = []) => ({
  units: new Set(units),
  catalogues: new Set(catalogues),
  everything: false,
});

const table = sighting('pg_class 1', 'table', 'public.t');
const column = sighting('pg_class 1', 'column', 'public.t.c');
const publication = sighting('pg_publication 7', 'publication', 'p');

describe('the state of the schema', () => {
  test('compares touched units only, and changes nothing by that', () => {
    const state = new SchemaState([table, column, publication]);
    const { before, after, renamed } = state.compare(touched(['pg_class 1']), [
      table,
      sighting('pg_class 1', 'column', 'public.t.c', 'y'),
    ]);
    expect(Object.keys(before)).toEqual(['column public.t.c', 'table public.t']);
    expect(after['column public.t.c']?.properties).toEqual({ type: 'y' });
    expect(renamed).toBe(false);
    expect(state.snapshot()['column public.t.c']?.properties).toEqual({ type: 'x' });
  });

  test('replaces touched units, also by nothing', () => {
    const state = new SchemaState([table, column, publication]);
    state.replace(touched(['pg_class 1']), []);
    expect(Object.keys(state.snapshot())).toEqual(['publication p']);
  });

  test('replaces everything of a catalogue', () => {
    const state = new SchemaState([table, publication]);
    state.replace(touched([], ['pg_publication']), [sighting('pg_publication 8', 'publication', 'q')]);
    expect(Object.keys(state.snapshot())).toEqual(['publication q', 'table public.t']);
  });

  test.each([
    ['a table with another name', [sighting('pg_class 1', 'table', 'public.u')], true],
    ['a column with another name', [table, sighting('pg_class 1', 'column', 'public.t.d')], false],
    ['a table that is gone', [], false],
  ])('%s is a rename: %#', (_, sightings, renamed) => {
    const state = new SchemaState([table, column]);
    expect(state.compare(touched(['pg_class 1']), sightings).renamed).toBe(renamed);
  });

  test('what takes the name of something that is gone stays', () => {
    const state = new SchemaState([table]);
    state.replace(touched(['pg_class 1', 'pg_class 2']), [sighting('pg_class 2', 'table', 'public.t', 'y')]);
    expect(state.snapshot()['table public.t']?.properties).toEqual({ type: 'y' });
  });
});
