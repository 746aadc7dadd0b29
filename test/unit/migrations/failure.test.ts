import { describe, expect, test } from 'vitest';

import { failureOf } from '../../../src/migrations/failure.ts';

/** As node-postgres throws it; the fields are those of a server of version 15. */
const aServerError = (fields: Readonly<Record<string, string>>): Error =>
  Object.assign(new Error(fields['message']), { name: 'error', severity: 'ERROR', length: 100, ...fields });

const raise = (message: string, fields: Readonly<Record<string, string>> = {}): Error =>
  aServerError({ message, code: 'P0001', routine: 'exec_stmt_raise', hint: 'ask ada', ...fields });

describe('an error of the server', () => {
  test('keeps message, SQLSTATE, hint and position, and never the detail', () => {
    const error = aServerError({
      message: 'column "nmae" does not exist',
      code: '42703',
      hint: 'Perhaps you meant to reference the column "users.name".',
      position: '8',
      detail: 'Key (email)=(ada@example.org) already exists.',
      where: 'COPY users, line 1: "ada@example.org"',
    });
    expect(failureOf(error)).toEqual({
      message: 'column "nmae" does not exist',
      sqlState: '42703',
      hint: 'Perhaps you meant to reference the column "users.name".',
      position: 8,
    });
  });

  test('is told without what knex put before it, when the adapter knows what the server said', () => {
    const serverMessage = 'relation "a - b" already exists';
    const error = aServerError({ message: `create table "a - b" () - ${serverMessage}`, code: '42P07' });
    expect(failureOf(error, { serverMessage }).message).toBe(serverMessage);
  });

  test.each([
    ['22P02', 'invalid input syntax for type integer: "abc"', 'invalid input syntax for type integer: "…"'],
    ['22P02', 'invalid input syntax for type integer: "a"b" - "c"', 'invalid input syntax for type integer: "…"'],
    ['22P02', 'invalid input syntax for type integer: "a\nb"', 'invalid input syntax for type integer: "…"'],
    ['22P02', 'ungültige Eingabesyntax für Typ integer: »abc«', 'ungültige Eingabesyntax für Typ integer: »…«'],
    ['22003', 'value "99999999999" is out of range for type integer', 'value "…" is out of range for type integer'],
    [
      '22021',
      'invalid byte sequence for encoding "UTF8": 0xc3 0x28',
      'invalid byte sequence for encoding "…": 0x… 0x…',
    ],
    ['22001', 'value too long for type character varying(5)', 'value too long for type character varying(5)'],
    [
      '23505',
      'duplicate key value violates unique constraint "users_email"',
      'duplicate key value violates unique constraint "users_email"',
    ],
    ['42P01', 'relation "users" does not exist', 'relation "users" does not exist'],
  ])('%s %j has no value in it', (code, message, expected) => {
    expect(failureOf(aServerError({ message, code })).message).toBe(expected);
    expect(failureOf(aServerError({ message, code }), { showValues: true }).message).toBe(message);
  });
});

describe('an exception raised in PL/pgSQL', () => {
  test.each([
    [
      'its text stands in the statement',
      "do $$ begin raise exception 'one way only'; end $$",
      'one way only',
      'one way only',
    ],
    ['its format does', "do $$ begin raise exception 'user % of %', a, b; end $$", 'user ada of 7', 'user … of …'],
    ['its format has a quote and a percent', "raise exception 'it''s %%% done', a", "it's %50 done", "it's %… done"],
  ])('is told where %s', (_, statement, message, expected) => {
    expect(failureOf(raise(message), { statement })).toEqual({ message: expected, sqlState: 'P0001' });
  });

  test.each([
    ['another format', "raise exception 'order % is open', a"],
    ['a format of nothing but values', "raise exception '%', a"],
    ['no statement', undefined],
  ])('is hidden where there is %s', (_, statement) => {
    const where = 'PL/pgSQL function check_user(integer) line 3 at RAISE';
    const { message } = failureOf(raise('user ada has no email', { where }), { statement });
    expect(message).toContain('PL/pgSQL function check_user(integer) line 3 at RAISE');
    expect(message).not.toContain('ada');
  });

  test('is hidden under any SQLSTATE that it was given', () => {
    expect(failureOf(raise('user ada', { code: '23514' })).message).not.toContain('ada');
  });

  test('is shown on demand', () => {
    expect(failureOf(raise('user ada'), { showValues: true }).message).toBe('user ada');
  });

  test('is not taken for one where the server itself ran out of rows', () => {
    const error = aServerError({ message: 'query returned no rows', code: 'P0002', routine: 'exec_stmt_execsql' });
    expect(failureOf(error).message).toBe('query returned no rows');
  });
});

describe('anything else', () => {
  test.each([
    ['an error of JavaScript', new TypeError('x is undefined'), 'x is undefined'],
    [
      'one with a code of Node',
      Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
      'connect ECONNREFUSED',
    ],
    [
      'one with a code that looks like an SQLSTATE',
      Object.assign(new Error('broken pipe'), { code: 'EPIPE' }),
      'broken pipe',
    ],
    ['one without a message', Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    ['an error with nothing', new RangeError(''), 'RangeError'],
    ['a text', 'no', 'no'],
    ['nothing', undefined, 'undefined'],
    ['a password', new Error('cannot reach postgres://me:secret@host/db'), 'cannot reach postgres://me:***@host/db'],
  ])('is told by its message: %s', (_, thrown, message) => {
    expect(failureOf(thrown)).toEqual({ message });
  });
});
