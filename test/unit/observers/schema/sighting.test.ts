import { describe, expect, test } from 'vitest';

import type { Reader, Row } from '../../../../src/observers/schema/reader.ts';
import { columns } from '../../../../src/observers/schema/readers/columns.ts';
import { toAnnotations, toSightings, type Annotations } from '../../../../src/observers/schema/sighting.ts';

const toSighting = (of: Reader, row: Row, annotations: Annotations) => {
  const [sighting] = toSightings(of, [row], annotations);
  if (!sighting) throw new Error('The row became nothing.');
  return sighting;
};

const reader = { catalogue: 'pg_class', kind: 'column', sql: () => '' };

describe('a row of a reader', () => {
  test('becomes an object of what is not null, and the entries of rest', () => {
    const row = { oid: 5, parent: 'public.t', part: 'c', type: 'text', default: null, rest: { storage: 'main' } };
    expect(toSighting(reader, row, new Map())).toEqual({
      unit: 'pg_class 5',
      object: {
        kind: 'column',
        name: 'public.t.c',
        parent: 'public.t',
        properties: { type: 'text', storage: 'main' },
      },
    });
  });

  test('belongs to its unit, and has the comment of its own number', () => {
    const annotations = toAnnotations([
      { catalogue: 'pg_constraint', oid: 9, part: 0, comment: 'its own' },
      { catalogue: 'pg_class', oid: 9, part: 0, comment: 'of another' },
    ]);
    const constraint = { ...reader, kind: 'constraint', partCatalogue: 'pg_constraint' };
    const { unit, object } = toSighting(constraint, { oid: 9, unit: 5, parent: 't', part: 'k' }, annotations);
    expect(unit).toBe('pg_class 5');
    expect(object.properties).toEqual({ comment: 'its own' });
  });

  test('columns have the comment of their number in the table', () => {
    const annotations = toAnnotations([
      { catalogue: 'pg_class', oid: 5, part: 2, comment: 'second' },
      { catalogue: 'pg_class', oid: 5, part: 2, securityLabels: ['p: l'] },
    ]);
    const second = toSighting(reader, { oid: 5, columnNumber: 2, parent: 't', part: 'c' }, annotations);
    expect(second.object.properties).toEqual({ comment: 'second', securityLabels: ['p: l'] });
    const first = toSighting(reader, { oid: 5, columnNumber: 1, parent: 't', part: 'c' }, annotations);
    expect(first.object.properties).toEqual({});
  });

  test('columns of one relation come packed, in any order', () => {
    const packed = [
      [5, 'b', 'text', false, null, { storage: 'main' }],
      [2, 'a', 'integer', true, '0', null],
    ];
    const objects = toSightings(columns, [{ oid: 5, parent: 'public.t', columns: packed }], new Map());
    expect(objects.map(({ object }) => [object.name, object.properties])).toEqual([
      ['public.t.a', { position: 1, type: 'integer', notNull: true, default: '0' }],
      ['public.t.b', { position: 2, type: 'text', storage: 'main' }],
    ]);
  });

  test('keeps of a secret only whether it is the same', () => {
    const mark = (text: string) =>
      toSighting(reader, { oid: 1, name: 'x', 'secret:connection': text }, new Map()).object.properties['connection'];
    expect(mark('password=hush')).toMatch(/^secret:[0-9a-f]{16}$/);
    expect(mark('password=hush')).toBe(mark('password=hush'));
    expect(mark('password=hush')).not.toBe(mark('password=other'));
  });

  test('refuses what would not be equal to itself in JSON', () => {
    expect(() => toSighting(reader, { oid: 1, name: 'x', made: new Date(0) }, new Map())).toThrow('made');
  });
});
