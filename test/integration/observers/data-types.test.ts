import { afterAll, beforeAll, expect, test } from 'vitest';
import { sameContents } from '../../../src/recording/changes.ts';
import type { EphemeralServer } from '../../../src/server/provider.ts';
import { startTestServer } from '../../helpers/servers.ts';
import { aDataRig } from './data-rig.ts';

/** Two values each that are not the same, though the server calls them equal, hashes them alike, or prints them alike. */
const PAIRS: readonly (readonly [type: string, a: string, b: string])[] = [
  ['int2', '1', '-1'],
  ['int4', '1', '-1'],
  ['int8', '1', '4294967296'],
  ['int8', '-1', '-4294967297'],
  ['int8', '0', '-1'],
  ['int8', '9223372036854775807', '-9223372036854775808'],
  ['oid', '1', '2'],
  ['numeric', "'1.0'", "'1.00'"],
  ['numeric', '5', '-5'],
  ['numeric', '1', '10000'],
  ['numeric', "'NaN'", "'Infinity'"],
  ['numeric', "'-Infinity'", "'Infinity'"],
  ['numeric', '0', "'0.0'"],
  ['numeric(10,2)', '0.01', '-0.01'],
  ['float4', "'0'", "'-0'"],
  ['float4', "'16777216'", "'16777218'"],
  ['float8', "'0'", "'-0'"],
  ['float8', "'NaN'", "'Infinity'"],
  ['float8', "'0.1'", "'0.10000000000000002'"],
  ['money', "'1.00'", "'-1.00'"],
  ['bool', 'true', 'false'],
  ['text', "''", 'null'],
  ['text', "'a'", "'A'"],
  ['text', "'a'", "'a '"],
  ['varchar(10)', "''", 'null'],
  ['bpchar', "'a'", "'a '"],
  ['char(3)', "''", 'null'],
  ['"char"', "'a'", "'b'"],
  ['name', "'a'", "'b'"],
  ['citext', "'a'", "'A'"],
  ['text collate case_insensitive', "'a'", "'A'"],
  ['bytea', "'\\x'", 'null'],
  ['bytea', "'\\x00'", "'\\x0000'"],
  ['json', '\'{"a":1}\'', '\'{"a": 1}\''],
  ['json', '\'{"a":1,"a":2}\'', '\'{"a":2}\''],
  ['json', "'null'", 'null'],
  ['jsonb', '\'{"a":1.0}\'', '\'{"a":1.00}\''],
  ['jsonb', "'null'", 'null'],
  ['xml', "'<a/>'", "'<a></a>'"],
  ['uuid', "'00000000-0000-0000-0000-000000000001'", "'00000001-0000-0000-0000-000000000000'"],
  ['date', "'2000-01-01'", "'2000-01-02'"],
  ['date', "'infinity'", "'-infinity'"],
  ['date', "'5874897-12-31'", "'infinity'"],
  ['date', "'0044-03-15'", "'0044-03-15 BC'"],
  ['time', "'00:00'", "'24:00'"],
  ['timetz', "'12:00+00'", "'13:00+01'"],
  // Both halves of the 64 bits differ in the lowest bit, so that folding the halves gives the same 32 bits.
  ['timestamp', "'2000-01-01 00:00:00'", "timestamp '2000-01-01' + 4294967297 * interval '1 microsecond'"],
  ['timestamp', "'2000-01-01 00:00:00.000001'", "timestamp '2000-01-01' + 4294967296 * interval '1 microsecond'"],
  ['timestamp', "'infinity'", "'-infinity'"],
  ['timestamp', "'4713-01-01 BC'", "'294276-12-31'"],
  [
    'timestamptz',
    "'2000-01-01 00:00:00.000001+00'",
    "timestamptz '2000-01-01+00' + 4294967296 * interval '1 microsecond'",
  ],
  ['timestamptz', "'2000-01-01 00:00+00'", "'2000-01-01 00:00+01'"],
  ['timestamptz', "'infinity'", "'-infinity'"],
  ['timestamptz', "'infinity'", "'2000-01-02 00:00+00'"],
  ['timestamptz', "'4713-01-01 BC'", "'294276-12-31'"],
  ['interval', "'1 mon'", "'30 days'"],
  ['interval', "'1 day'", "'24:00:00'"],
  ['interval', "'-1 day +23:00'", "'-1:00'"],
  ['inet', "'10.0.0.1/8'", "'10.0.0.1'"],
  ['varbit', "B'01'", "B'1'"],
  ['point', "'(0,0)'", "'(-0,0)'"],
  ['polygon', "'((0,0),(1,1),(1,0))'", "'((1,1),(1,0),(0,0))'"],
  ['tsvector', "'a:1'", "'a:2'"],
  ['int4[]', "'{1,2}'", "'[0:1]={1,2}'"],
  ['int4[]', "'{}'", 'null'],
  ['int4[]', "'{1,2,3,4}'", "'{{1,2},{3,4}}'"],
  ['text[]', "'{NULL}'", '\'{"NULL"}\''],
  ['text[]', "'{NULL}'", "array['']"],
  ['numeric[]', "'{1.0}'", "'{1.00}'"],
  ['float8[]', "'{0}'", "'{-0}'"],
  ['pair', "row(1, '')", 'row(1, null)'],
  ['pair', 'row(null, null)', 'null'],
  ['pair', "row(1.0, 'a')", "row(1.00, 'a')"],
  ['pair[]', "array[row(1.0, 'a')::pair]", "array[row(1.00, 'a')::pair]"],
  ['numrange', "'[1.0,2)'", "'[1.00,2)'"],
  ['int4range', "'empty'", "'(,)'"],
  ['nummultirange', "'{[1.0,2)}'", "'{[1.00,2)}'"],
  ['mood', "'ok'", "'bad'"],
  ['mood[]', "'{ok}'", "'{bad}'"],
  ['price', "'1.0'", "'1.00'"],
  ['price', '5', '-5'],
  ['wide', '1', '4294967296'],
  ['label', "''", 'null'],
  ['regclass', "'pairs.alike'", "'other.alike'"],
  ['hstore', "'a=>NULL'", '\'a=>"NULL"\''],
];

const SETUP = [
  'create extension citext',
  'create extension hstore',
  "create collation case_insensitive (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
  'create type pair as (n numeric, t text)',
  "create type mood as enum ('ok', 'bad')",
  'create domain price as numeric',
  'create domain wide as int8 check (value > 0)',
  'create domain label as varchar(20)',
  'create schema pairs',
  'create schema other',
  'create table pairs.alike ()',
  'create table other.alike ()',
];

let server: EphemeralServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const table = (index: number): string => `public.t${index}`;
const all = (sql: (table: string, pair: readonly [string, string, string]) => string): string[] =>
  PAIRS.map((pair, index) => sql(table(index), pair));
const named = (indexes: readonly number[]): string[] => indexes.map((index) => (PAIRS[index] ?? []).join(' '));

test('no two values that differ look the same, in place or moved to another row', async () => {
  await using rig = await aDataRig(server, [
    ...SETUP,
    ...all((name, [type]) => `create table ${name} (id int primary key, v ${type})`),
    ...all((name, [, a, b]) => `insert into ${name} values (1, ${a}), (2, ${b}), (3, null)`),
  ]);
  const unseen = (): number[] =>
    PAIRS.flatMap((_, index) =>
      sameContents(rig.start.tables[table(index)], rig.ledger().tables[table(index)]) ? [index] : [],
    );
  const everything = PAIRS.map((_, index) => index);
  expect(named(unseen())).toEqual(named(everything));

  await rig.step(...all((name) => `update ${name} t set v = o.v from ${name} o where t.id + o.id = 3`));
  expect(named(unseen())).toEqual([]);

  await rig.step(...all((name) => `update ${name} t set v = o.v from ${name} o where t.id + o.id = 3`));
  expect(named(unseen())).toEqual(named(everything));

  await rig.step(...all((name, [, , b]) => `update ${name} set v = ${b} where id = 1`));
  expect(named(unseen())).toEqual([]);

  await rig.step(...all((name) => `delete from ${name} where id = 1`));
  await rig.step(...all((name, [, a]) => `insert into ${name} values (1, ${a})`));
  expect(named(unseen())).toEqual(named(everything));
});

test('no two values that differ look the same in a table without a key', async () => {
  await using rig = await aDataRig(server, [
    ...SETUP,
    ...all((name, [type]) => `create table ${name} (n int, v ${type})`),
    ...all((name, [, a, b]) => `insert into ${name} values (1, ${a}), (2, ${b}), (3, null), (3, null)`),
  ]);
  const unseen = (): number[] =>
    PAIRS.flatMap((_, index) =>
      sameContents(rig.start.tables[table(index)], rig.ledger().tables[table(index)]) ? [index] : [],
    );
  const everything = PAIRS.map((_, index) => index);

  await rig.step(...all((name) => `update ${name} t set v = o.v from ${name} o where t.n + o.n = 3`));
  expect(named(unseen())).toEqual([]);
  await rig.step(...all((name) => `update ${name} t set v = o.v from ${name} o where t.n + o.n = 3`));
  expect(named(unseen())).toEqual(named(everything));
  await rig.step(...all((name, [, , b]) => `update ${name} set v = ${b} where n = 1`));
  expect(named(unseen())).toEqual([]);
});

test('what the database sets for its sessions changes nothing', async () => {
  await using rig = await aDataRig(server, [
    ...SETUP,
    ...all((name, [type]) => `create table ${name} (id int primary key, v ${type})`),
    ...all((name, [, a, b]) => `insert into ${name} values (1, ${a}), (2, ${b}), (3, null)`),
  ]);
  for (const setting of [
    "datestyle = 'SQL, DMY'",
    "intervalstyle = 'iso_8601'",
    "timezone = 'Asia/Kathmandu'",
    'extra_float_digits = -2',
    "bytea_output = 'escape'",
    'search_path = pairs, public',
    "xmlbinary = 'hex'",
    'quote_all_identifiers = on',
    'row_security = off',
    'statement_timeout = 1',
  ]) {
    await rig.session.query(`alter database ${rig.name} set ${setting}`);
  }
  expect(await rig.fresh()).toEqual(rig.start);
});

test('a wider integer, varchar or text column keeps its fingerprint', async () => {
  await using rig = await aDataRig(server, [
    'create table t (id int primary key, n int, v varchar(10), s int2)',
    "insert into t select g, -g, 'v' || g, g from generate_series(1, 100) g",
  ]);
  const [change] = await rig.step(
    'alter table t alter id type int8, alter n type int8, alter v type text, alter s type int4',
  );
  const fingerprints = (ledger: typeof rig.start): string[] =>
    Object.values(ledger.tables['public.t']?.columns ?? {}).map(({ fingerprint }) => fingerprint);
  expect(change?.relation).toBe('public.t');
  expect(fingerprints(rig.ledger())).toEqual(fingerprints(rig.start));
});
