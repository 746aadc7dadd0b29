import { describe, expect, test } from 'vitest';

import { describeSchemaChange } from '../../../src/recording/describe-change.ts';
import type { Properties, SchemaChange } from '../../../src/recording/schema-snapshot.ts';

const column = (before: Properties | undefined, after: Properties | undefined): SchemaChange => ({
  kind: 'column',
  name: 'public.users.email',
  parent: 'public.users',
  ...(before && { before }),
  ...(after && { after }),
});

describe('a change of the schema in words', () => {
  test('names what is new and what is gone', () => {
    expect(describeSchemaChange({ kind: 'index', name: 'public.i', after: { valid: true } })).toEqual([
      'index public.i added',
    ]);
    expect(describeSchemaChange({ kind: 'materialized view', name: 'public.m', before: {} })).toEqual([
      'materialized view public.m removed',
    ]);
  });

  test('has one line per property, in order', () => {
    expect(
      describeSchemaChange(
        column({ type: 'character varying(255)', position: 3 }, { type: 'text', position: 5, notNull: true }),
      ),
    ).toEqual([
      'column public.users.email: not null no → yes',
      'column public.users.email: position 3 → 5',
      'column public.users.email: type varchar(255) → text',
    ]);
  });

  test.each([
    ['character varying', 'varchar'],
    ['character(3)', 'char(3)'],
    ['character varying(10)[]', 'varchar(10)[]'],
    ['timestamp without time zone', 'timestamp'],
    ['timestamp(3) with time zone', 'timestamptz(3)'],
    ['time with time zone', 'timetz'],
    ['public."character varying"', 'public."character varying"'],
  ])('writes the type %s as people do', (type, short) => {
    expect(describeSchemaChange(column({ type: 'text' }, { type }))).toEqual([
      `column public.users.email: type text → ${short}`,
    ]);
  });

  test.each([
    ['a default that is new', { default: undefined }, { default: 'now()' }, 'default none → now()'],
    ['a flag that is no longer set', { notNull: true }, {}, 'not null yes → no'],
    ['a flag that is noted when it is off', {}, { enforced: false }, 'enforced yes → no'],
    ['an index that became invalid', { valid: true }, { valid: false }, 'valid yes → no'],
    ['a comment on several lines', { comment: 'a\n  b' }, { comment: 'c' }, 'comment a b → c'],
    ['a grant', { privileges: ['a=r/o'] }, { privileges: ['a=r/o', 'b=r/o'] }, 'privileges + b=r/o'],
    ['the first grant', {}, { privileges: ['b=r/o'] }, 'privileges + b=r/o'],
    ['a grant of another right', { privileges: ['a=r/o'] }, { privileges: ['a=rw/o'] }, 'privileges - a=r/o, + a=rw/o'],
    ['values in another order', { labels: ['a', 'b'] }, { labels: ['b', 'a'] }, 'labels (a, b) → (b, a)'],
    ['a password', { password: 'secret:1' }, { password: 'secret:2' }, 'password changed'],
    ['a password that is new', {}, { password: 'secret:2' }, 'password added'],
    ['a password that is gone', { password: 'secret:1' }, {}, 'password removed'],
  ] as [string, Properties, Properties, string][])('says %s', (_, before, after, text) => {
    const defined = (properties: Properties): Properties =>
      Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
    expect(describeSchemaChange(column(defined(before), defined(after)))).toEqual([
      `column public.users.email: ${text}`,
    ]);
  });

  test('of a long definition shows where it differs', () => {
    const definition = (condition: string): string =>
      `SELECT id, name, mood, email, created_at, updated_at, deleted_at FROM public.users WHERE ${condition} AND active AND NOT deleted ORDER BY id`;
    expect(
      describeSchemaChange({
        kind: 'view',
        name: 'public.v',
        before: { definition: definition('age > 18') },
        after: { definition: definition('age > 21') },
      }),
    ).toEqual(['view public.v: definition …WHERE age > 18 AND active AND… → …WHERE age > 21 AND active AND…']);
  });

  test('of a definition that is altogether another shows the beginning', () => {
    const [line = ''] = describeSchemaChange({
      kind: 'function',
      name: 'public.f()',
      before: { definition: 'a'.repeat(500) },
      after: { definition: 'b'.repeat(500) },
    });
    expect(line).toBe(`function public.f(): definition ${'a'.repeat(79)}… → ${'b'.repeat(79)}…`);
  });

  test('says nothing where nothing differs', () => {
    expect(describeSchemaChange(column({ type: 'text' }, { type: 'text' }))).toEqual([]);
  });
});
