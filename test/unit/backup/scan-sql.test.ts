import { describe, expect, test } from 'vitest';

import { createSqlScanner, type SqlPart } from '../../../src/backup/plain/scan-sql.ts';

/** Parts of a text that comes in chunks of so many bytes, as short texts; rows joined. */
function parts(text: string, chunkBytes = 1 << 20): string[] {
  const bytes = Buffer.from(text);
  const scanner = createSqlScanner();
  const found: SqlPart[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes)
    found.push(...scanner.push(bytes.subarray(at, at + chunkBytes)));
  found.push(...scanner.end());
  const texts: string[] = [];
  for (const part of found) {
    if (part.kind === 'statement') texts.push(part.sql.toString());
    if (part.kind === 'copy') texts.push(`COPY> ${part.sql.toString()}`, 'ROWS> ');
    if (part.kind === 'copy-rows') texts[texts.length - 1] += part.rows.toString();
    if (part.kind === 'meta') texts.push(`\\${part.command}${part.afterSql ? ' (after SQL)' : ''}`);
    if (part.kind === 'unfinished') texts.push(`UNFINISHED ${part.inside}`);
  }
  return texts;
}

const CASES: [string, string, string[]][] = [
  ['statements', 'select 1; select 2;', ['select 1', 'select 2']],
  ['a last one without semicolon', 'select 1;\nselect 2\n', ['select 1', 'select 2\n']],
  ['semicolons in strings', `select 'a;b', 'it''s;', ';';select 2;`, [`select 'a;b', 'it''s;', ';'`, 'select 2']],
  ['backslashes, which end nothing', String.raw`select 'a\'; select 'b';`, [String.raw`select 'a\'`, `select 'b'`]],
  ['escape strings', String.raw`select E'a\';b', e'c\\'; select 2;`, [String.raw`select E'a\';b', e'c\\'`, 'select 2']],
  [
    'escape strings with doubled quotes',
    String.raw`select E'a'';\';'; select 2;`,
    [String.raw`select E'a'';\';'`, 'select 2'],
  ],
  ['a name that ends with e', String.raw`select type'a\'; select 2;`, [String.raw`select type'a\'`, 'select 2']],
  [
    'the setting of old dumps',
    String.raw`SET standard_conforming_strings = off; select 'a\';b'; select 2;`,
    ['SET standard_conforming_strings = off', String.raw`select 'a\';b'`, 'select 2'],
  ],
  ['quoted names', 'select "a;""b;", "\'"; select 2;', ['select "a;""b;", "\'"', 'select 2']],
  [
    'dollar quotes',
    'do $$ a; $b$ c; $$; do $b$ ; $$ ; $b$; select 2;',
    ['do $$ a; $b$ c; $$', 'do $b$ ; $$ ; $b$', 'select 2'],
  ],
  ['dollars that quote nothing', 'select $1, a$b$c, $2; select 2;', ['select $1, a$b$c, $2', 'select 2']],
  ['a tag beside a longer one', 'do $a$ $ab$ ; $a$; select 2;', ['do $a$ $ab$ ; $a$', 'select 2']],
  ['comments', "-- ;\nselect 1 -- ; '\n, 2; /* ; /* ; */ ' ; */ select 3;", ["select 1 -- ; '\n, 2", 'select 3']],
  ['operators like comments', 'select 1 - -1, 4 / 2, 2 */**/ 3;', ['select 1 - -1, 4 / 2, 2 */**/ 3']],
  [
    'rules',
    'create rule r as on insert to v do instead (insert into t values (1); delete from t); select 2;',
    ['create rule r as on insert to v do instead (insert into t values (1); delete from t)', 'select 2'],
  ],
  [
    'bodies of functions',
    'create function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3;',
    ['create function f() returns int begin atomic select case when true then 1 end; select 2; end', 'select 3'],
  ],
  [
    'replaced procedures',
    'CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC insert into t values (1); END; select 3;',
    ['CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC insert into t values (1); END', 'select 3'],
  ],
  ['transactions, which are no bodies', 'begin; select 1; end; select 2;', ['begin', 'select 1', 'end', 'select 2']],
  [
    'psql commands',
    '\\restrict abc\nselect 1;\n\\connect shop\nselect 2;',
    ['\\restrict abc', 'select 1', '\\connect shop', 'select 2'],
  ],
  ['psql commands after SQL', 'select 1 \\gexec\nselect 2;', ['\\gexec (after SQL)', 'select 2']],
  [
    'rows',
    "COPY t (a) FROM stdin;\n1\n2;'\n\\.\nselect 2;",
    ['COPY> COPY t (a) FROM stdin', "ROWS> 1\n2;'\n", 'select 2'],
  ],
  ['no rows', 'COPY t (a) FROM stdin;\n\\.\n\n\nselect 2;', ['COPY> COPY t (a) FROM stdin', 'ROWS> ', 'select 2']],
  [
    'rows with Windows line ends',
    'COPY t FROM STDIN;\r\n1\r\n\\.\r\nselect 2;',
    ['COPY> COPY t FROM STDIN', 'ROWS> 1\r\n', 'select 2'],
  ],
  [
    'rows that look like the end',
    'copy t from stdin;\na\\.\n\\.x\n\\\\.\n\\N\n\\.\nselect 2;',
    ['COPY> copy t from stdin', 'ROWS> a\\.\n\\.x\n\\\\.\n\\N\n', 'select 2'],
  ],
  [
    'a column called stdin',
    'copy "from stdin" from stdin; \n1\n\\.\n',
    ['COPY> copy "from stdin" from stdin', 'ROWS> 1\n'],
  ],
  ['rows at the end of the file', 'copy t from stdin;\n1\n\\.', ['COPY> copy t from stdin', 'ROWS> 1\n']],
  [
    'rows without an end',
    'copy t from stdin;\n1\n\\',
    ['COPY> copy t from stdin', 'ROWS> 1\n\\', 'UNFINISHED the rows of a COPY'],
  ],
  ['COPY to', 'copy t to stdout; select 2;', ['copy t to stdout', 'select 2']],
  ['a string without an end', "select 1; select 'abc", ['select 1', 'UNFINISHED a quoted string']],
  ['an escape at the end', String.raw`select E'abc\'`, ['UNFINISHED a quoted string']],
  ['a dollar quote without an end', 'do $x$ abc $x', ['UNFINISHED a dollar-quoted string']],
  ['a comment without an end', 'select 1; /* abc /* */', ['select 1', 'UNFINISHED a comment']],
  ['a parenthesis without an end', 'create table t (a int,', ['UNFINISHED a statement']],
  ['nothing', ' \n -- only a comment', []],
  ['other alphabets', 'select \'書;\', "Ünï;" from 書; select 2;', ['select \'書;\', "Ünï;" from 書', 'select 2']],
];

describe.each(CASES)('%s', (_, text, expected) => {
  test.each([1, 2, 3, 7, 1 << 20])('in chunks of %d bytes', (chunkBytes) => {
    expect(parts(text, chunkBytes)).toEqual(expected);
  });
});

test('a statement of many megabytes in small chunks takes no quadratic time', () => {
  const scanner = createSqlScanner();
  const chunk = Buffer.alloc(16_384, 'x');
  const startMs = performance.now();
  scanner.push(Buffer.from("insert into t values ('"));
  for (let count = 0; count < 2_000; count += 1) scanner.push(chunk);
  const [part] = scanner.push(Buffer.from("');"));
  expect(part?.kind === 'statement' && part.sql.length).toBe(23 + 2_000 * 16_384 + 2);
  expect(performance.now() - startMs).toBeLessThan(5_000);
});
