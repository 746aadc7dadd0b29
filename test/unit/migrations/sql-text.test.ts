import { expect, test } from 'vitest';

import { withSettings } from '../../../src/migrations/sql/connection-string.ts';
import { isEmptyQuery } from '../../../src/migrations/sql/layouts/is-empty-query.ts';

test.each([
  ['', true],
  [' \n;;\t', true],
  ['-- a comment', true],
  ['-- one\n/* two /* nested */ */ ;', true],
  ['-- one\nselect 1', false],
  ['/* no end', false],
  ['/* a */ select 1', false],
  ['\uFEFF', false],
  ['-', false],
])('a text without a statement: %j %s', (text, empty) => {
  expect(isEmptyQuery(text)).toBe(empty);
});

test('settings are added to a connection string, and lose against its own', () => {
  const added = new URL(
    withSettings('postgres://u:p%40@h/db?sslmode=disable&options=-c%20timezone%3DAsia%2FTokyo', {
      timezone: 'UTC',
      search_path: '"a b"',
    }),
  );
  expect(added.password).toBe('p%40');
  expect(added.searchParams.get('sslmode')).toBe('disable');
  expect(added.searchParams.get('options')).toBe(
    String.raw`-c timezone=UTC -c search_path="a\ b" -c timezone=Asia/Tokyo`,
  );
});
