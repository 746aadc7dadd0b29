import { describe, expect, test } from 'vitest';

import { complaint, withoutValues } from '../../../src/backup/complaint.ts';
import { concernsServer, treatment } from '../../../src/backup/plain/database-statements.ts';
import { psqlCommand } from '../../../src/backup/plain/psql-command.ts';
import { createdTable, insertRows } from '../../../src/backup/sql/insert-rows.ts';
import { referencedRoles } from '../../../src/backup/sql/referenced-roles.ts';
import { statementHead } from '../../../src/backup/sql/statement-head.ts';

describe('roles that a statement needs', () => {
  test.each([
    ['ALTER TABLE public.orders OWNER TO app', ['app']],
    ['ALTER TABLE public."to" OWNER TO "Odd ""Role"', ['Odd "Role']],
    ['ALTER FUNCTION public.f(a integer, b text) OWNER TO app', ['app']],
    ['ALTER LARGE OBJECT 4711 OWNER TO app', ['app']],
    ['ALTER TABLE t OWNER TO CURRENT_USER', []],
    ['GRANT SELECT,INSERT ON TABLE public.t TO a, "B" WITH GRANT OPTION', ['B', 'a']],
    ['GRANT SELECT("to"),UPDATE(b) ON TABLE t TO PUBLIC', []],
    ['GRANT ALL ON FUNCTION f("from" text) TO GROUP g', ['g']],
    ['GRANT SELECT ON t TO a GRANTED BY b', ['a', 'b']],
    ['GRANT a, b TO c WITH ADMIN OPTION GRANTED BY d', ['a', 'b', 'c', 'd']],
    ['REVOKE ALL ON SCHEMA public FROM rdsadmin', ['rdsadmin']],
    ['REVOKE GRANT OPTION FOR SELECT ON t FROM a CASCADE', ['a']],
    ['ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA s GRANT SELECT ON TABLES TO b', ['a', 'b']],
    ['ALTER DEFAULT PRIVILEGES FOR ROLE a REVOKE ALL ON FUNCTIONS FROM PUBLIC', ['a']],
    ['CREATE POLICY "to x" ON t FOR SELECT TO a, b USING ((x = (\'to c\'::text)))', ['a', 'b']],
    ['CREATE POLICY p ON t USING (true)', []],
    ['CREATE SCHEMA s AUTHORIZATION a', ['a']],
    ['CREATE SCHEMA s', []],
    ['CREATE USER MAPPING FOR a SERVER s OPTIONS ("user" \'x\')', ['a']],
    ['CREATE USER MAPPING FOR public SERVER s', []],
    ["SET SESSION AUTHORIZATION 'a'", ['a']],
    ['SET SESSION AUTHORIZATION DEFAULT', []],
    ['SET ROLE a', ['a']],
    ["COMMENT ON ROLE a IS 'x'", ['a']],
    ["COMMENT ON TABLE t IS 'owner to x'", []],
    ["INSERT INTO t VALUES ('grant a to b')", []],
  ])('%s', (sql, roles) => {
    expect(referencedRoles(sql)).toEqual(roles);
  });
});

const kind = (sql: string): string => treatment(sql, 'postgres').kind;

describe('statements that reach beyond the database', () => {
  test.each([
    ['CREATE DATABASE shop WITH TEMPLATE = template0', 'skip'],
    ['ALTER DATABASE shop OWNER TO app', 'skip'],
    ['ALTER DATABASE shop SET TABLESPACE x', 'skip'],
    ["ALTER DATABASE shop SET default_tablespace TO 'x'", 'skip'],
    ['DROP DATABASE IF EXISTS shop', 'skip'],
    ["COMMENT ON DATABASE shop IS 'x'", 'skip'],
    ['GRANT ALL ON DATABASE shop TO app', 'skip'],
    ["CREATE TABLESPACE fast LOCATION '/mnt/fast'", 'skip'],
    ['GRANT CREATE ON TABLESPACE fast TO app', 'skip'],
    ['SET default_tablespace = fast', 'skip'],
    ["SET default_tablespace = ''", 'run'],
    ['DROP ROLE app', 'skip'],
    ["ALTER ROLE postgres WITH SUPERUSER PASSWORD 'x'", 'skip'],
    ['ALTER ROLE app IN DATABASE shop SET x = 1', 'skip'],
    ['CREATE TABLE database (role text, extension text)', 'run'],
    ['GRANT SELECT ON TABLE database TO role', 'run'],
    ["COMMENT ON TABLE extension IS 'x'", 'run'],
    ["COMMENT ON COLUMN database.role IS 'x'", 'run'],
    ['CREATE USER MAPPING FOR app SERVER s', 'run'],
    ['ALTER TABLE t ADD COLUMN extension text', 'run'],
    ['CREATE FUNCTION f() RETURNS void AS $$ create database x $$', 'run'],
  ])('%s: %s', (sql, expected) => {
    expect(kind(sql)).toBe(expected);
  });

  test('passwords do not come along', () => {
    expect(
      treatment("ALTER ROLE app WITH LOGIN PASSWORD 'SCRAM-SHA-256$4096:x' VALID UNTIL 'infinity'", 'postgres'),
    ).toEqual({
      kind: 'replace',
      sql: "ALTER ROLE app WITH LOGIN VALID UNTIL 'infinity'",
    });
  });

  test('settings of the database are kept for ours', () => {
    expect(treatment('ALTER DATABASE "Shop" SET "TimeZone" TO \'Asia/Tokyo\'', 'postgres')).toEqual({
      kind: 'database-setting',
      setting: 'SET "TimeZone" TO \'Asia/Tokyo\'',
    });
  });

  test.each([
    'CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public',
    'COMMENT ON EXTENSION "uuid-ossp" IS \'x\'',
    'ALTER EXTENSION "uuid-ossp" SET SCHEMA x',
  ])('%s is about that extension', (sql) => {
    expect(treatment(sql, 'postgres')).toEqual({ kind: 'extension', extension: 'uuid-ossp' });
  });
});

test.each([
  ['connect shop', { kind: 'connect', database: 'shop' }],
  ['connect "My ""Shop"', { kind: 'connect', database: 'My "Shop' }],
  [String.raw`connect -reuse-previous=on "dbname='it\'s'"`, { kind: 'connect', database: "it's" }],
  ['c shop app', { kind: 'connect', database: 'shop' }],
  ['connect - app', { kind: 'connect' }],
  ['set ON_ERROR_STOP on', { kind: 'harmless' }],
  ['restrict abc', { kind: 'harmless' }],
  ['encoding LATIN1', { kind: 'encoding', encoding: 'LATIN1' }],
  ['i other.sql', { kind: 'unsupported', name: 'i' }],
  ['! rm -rf /', { kind: 'unsupported', name: '!' }],
  ["copy t from 'x'", { kind: 'unsupported', name: 'copy' }],
])('psql command %s', (command, expected) => {
  expect(psqlCommand(command)).toEqual(expected);
});

test.each([
  ['relation "public.orders" does not exist', 'relation "public.orders" does not exist'],
  ['invalid input syntax for type integer: "Jane Doe"', 'invalid input syntax for type integer: "…"'],
  ['value "9999999999" is out of range for type integer', 'value "…" is out of range for type integer'],
  ['invalid input value for enum mood: "Jane"', 'invalid input value for enum mood: "…"'],
  [
    'null value in column "email" of relation "users" violates not-null constraint',
    'null value in column "email" of relation "users" violates not-null constraint',
  ],
  ['invalid byte sequence for encoding "UTF8": 0xe9 0x72', 'invalid byte sequence for encoding "UTF8": …'],
])('values are blanked, names stay: %s', (message, expected) => {
  expect(withoutValues(message)).toBe(expected);
});

test('a complaint says the columns of a key and not the key', () => {
  expect(
    complaint({
      message: 'could not create unique index "users_email_key"',
      sqlState: '23505',
      detail: 'Key (email)=(jane@example.org) is duplicated.',
      statement: "INSERT INTO public.users (id, email) VALUES (1, 'jane@example.org')",
    }),
  ).toEqual({
    message: 'could not create unique index "users_email_key", key (email) (SQLSTATE 23505)',
    object: 'INSERT INTO public.users',
  });
});

test('what a function raises may say anything and is not repeated', () => {
  expect(complaint({ message: 'customer Jane Doe is too old', sqlState: 'P0001' }).message).not.toContain('Jane');
});

test.each([
  ["INSERT INTO public.t VALUES (1, 'a')", 'INSERT INTO public.t'],
  ['INSERT INTO public.t (a, b) VALUES (1, 2)', 'INSERT INTO public.t'],
  ['COPY public.t (a, b) FROM stdin', 'COPY public.t'],
  ["CREATE  TABLE\n t (a text DEFAULT 'x''y')", "CREATE TABLE t (a text DEFAULT '…')"],
  [String.raw`SELECT E'a\'b', 'unfinished`, "SELECT '…', '…'"],
  ['CREATE FUNCTION f() AS $a$ secret $a$ LANGUAGE sql', 'CREATE FUNCTION f() AS $…$ LANGUAGE sql'],
])('the head of %s', (sql, head) => {
  expect(statementHead(sql)).toBe(head);
});

describe('rows of INSERTs', () => {
  test('constants of every kind', () => {
    const sql = String.raw`INSERT INTO public."T" VALUES (1, -2.5, NULL, true, 'it''s', E'a\nb', '1 day'::interval, B'101', '');`;
    expect(insertRows(sql)).toEqual({
      table: ['public', 'T'],
      rows: [['1', '-2.5', null, 't', "it's", 'a\nb', '1 day', '101', '']],
    });
  });

  test('several rows, columns, and an overridden identity', () => {
    const sql = `INSERT INTO t (id, "values") OVERRIDING SYSTEM VALUE VALUES (1, 'a(,)'), (2, NULL)`;
    expect(insertRows(sql)).toEqual({
      table: ['t'],
      columns: ['id', 'values'],
      rows: [
        ['1', 'a(,)'],
        ['2', null],
      ],
    });
  });

  test('columns of the table they go into', () => {
    const sql = `CREATE TABLE public.t (\n id integer DEFAULT nextval('a,b'::regclass) NOT NULL,\n "check" numeric(8,2),\n CONSTRAINT c CHECK ((id > 0)),\n PRIMARY KEY (id)\n)`;
    expect(createdTable(sql)).toEqual({ table: ['public', 't'], columns: ['id', 'check'] });
    expect(createdTable('CREATE TABLE t PARTITION OF x FOR VALUES IN (1)')).toEqual({ table: ['t'], columns: [] });
    expect(createdTable('CREATE VIEW v AS SELECT 1')).toBeUndefined();
  });
});

describe('on a server of others', () => {
  test.each([
    'create role app login',
    'ALTER ROLE app SUPERUSER',
    'drop user app',
    'grant admin to app',
    'revoke admin from app',
    "alter system set work_mem = '1GB'",
    "comment on role app is 'x'",
    'reassign owned by a to b',
  ])('%s is left out', (sql) => {
    expect(concernsServer(sql)).toBe(true);
  });

  test.each([
    'grant select on table role to app',
    'alter table t owner to app',
    'create table role (n int)',
    'create user mapping for app server s',
    'alter default privileges for role app grant select on tables to b',
    'select 1',
  ])('%s is run', (sql) => {
    expect(concernsServer(sql)).toBe(false);
  });
});
