import { expect, test } from 'vitest';
import { withoutPasswords } from '../../../src/observers/statements/without-passwords.ts';

test.each([
  ["alter role app password 'hunter2' valid until '2030'", "alter role app password '***' valid until '2030'"],
  [
    "create role a encrypted PASSWORD e'a\\'b''hunter2'; select 'x'",
    "create role a encrypted PASSWORD '***'; select 'x'",
  ],
  ['create role a password $p$hunter2$p$ login', "create role a password '***' login"],
  [
    "create user mapping for a server s options (user 'u', password 'hunter2')",
    "create user mapping for a server s options (user 'u', password '***')",
  ],
  [
    "create subscription s connection 'host=h password=hunter2 user=u' publication p",
    "create subscription s connection 'host=h password=*** user=u' publication p",
  ],
  ["select dblink_connect('postgres://u:hunter2@h/db')", "select dblink_connect('postgres://u:***@h/db')"],
])('%s', (sql, shown) => {
  expect(withoutPasswords(sql)).not.toContain('hunter2');
  expect(withoutPasswords(sql)).toBe(shown);
});

test.each([
  "insert into words values ('password'),('other')",
  'alter table users add column password text',
  'select 1',
])('stays as it is: %s', (sql) => {
  expect(withoutPasswords(sql)).toBe(sql);
});
