import { describe, expect, test } from 'vitest';

import { inlineWaivers } from '../../../src/migrations/inline-waivers.ts';

describe('a waiver', () => {
  test.each([
    '-- pgrehearse: allow blocking-lock until 2027-01-31, nobody reads it yet',
    '// pgrehearse: allow blocking-lock until 2027-01-31, nobody reads it yet',
    '/* pgrehearse: allow blocking-lock until 2027-01-31, nobody reads it yet */',
    '/**\n * pgrehearse: allow blocking-lock until 2027-01-31, nobody reads it yet\n */',
    'alter table users add email text; -- pgrehearse: allow blocking-lock until 2027-01-31, nobody reads it yet',
    '--pgrehearse:  Allow  Blocking-Lock  until 2027-01-31 ,  nobody reads it yet  \r\nselect 1;',
  ])('is read from %j', (source) => {
    expect(inlineWaivers(source)).toEqual({
      waivers: [{ check: 'blocking-lock', until: '2027-01-31', reason: 'nobody reads it yet' }],
      misspelt: [],
    });
  });

  test('needs no date', () => {
    expect(inlineWaivers('-- pgrehearse: allow down-missing, archived').waivers).toEqual([
      { check: 'down-missing', reason: 'archived' },
    ]);
  });

  test('may be one of several', () => {
    const source = '-- pgrehearse: allow a-b, one\nselect 1;\n-- pgrehearse: allow c-d, two\n';
    expect(inlineWaivers(source).waivers.map(({ check }) => check)).toEqual(['a-b', 'c-d']);
  });

  test.each([
    ['without a reason', 'allow down-missing until 2027-01-31'],
    ['with an empty reason', 'allow down-missing, '],
    ['with a date that does not exist', 'allow down-missing until 2027-02-31, archived'],
    ['with a date in words', 'allow down-missing until tomorrow, archived'],
    ['without a check', 'allow, archived'],
    ['with another verb', 'ignore down-missing, archived'],
  ])('%s waives nothing and is said', (_, text) => {
    expect(inlineWaivers(`-- pgrehearse: ${text}`)).toEqual({ waivers: [], misspelt: [text.trim()] });
  });

  test('is not found where only the name is spoken of', () => {
    expect(inlineWaivers("select 'pgrehearse: allow x, y'; -- see pgrehearse: docs")).toEqual({
      waivers: [],
      misspelt: [],
    });
  });
});
