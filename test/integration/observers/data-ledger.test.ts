import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { composeDataChanges } from '../../../src/recording/changes.ts';
import type { DataChange, SequenceLedger, TableLedger } from '../../../src/recording/data-ledger.ts';
import type { EphemeralServer } from '../../../src/server/provider.ts';
import { startTestServer } from '../../helpers/servers.ts';
import { aDataRig, type DataRig, relations } from './data-rig.ts';

let server: EphemeralServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const PEOPLE = [
  'create table people (id int primary key, name text, city text)',
  "insert into people select g, 'n' || g, 'c' || g % 3 from generate_series(1, 50) g",
];
const VISITS = [
  'create table visits (who int, place text)',
  "insert into visits select g % 5, 'p' || g % 7 from generate_series(1, 70) g",
];

const table = (rig: DataRig, name: string): TableLedger | undefined => rig.ledger().tables[name];
const differing = ([change]: readonly DataChange[]): string[] => {
  const { before, after } = change ?? {};
  if (!before || !after || !('columns' in before) || !('columns' in after)) return [];
  return Object.keys(before.columns).filter(
    (name) => before.columns[name]?.fingerprint !== after.columns[name]?.fingerprint,
  );
};

describe('a table with a key', () => {
  test('says which column differs', async () => {
    await using rig = await aDataRig(server, PEOPLE);
    expect(differing(await rig.step("update people set city = 'x' where id = 3"))).toEqual(['city']);
  });

  test('prefers the primary key, then the smallest unique one without nulls', async () => {
    await using rig = await aDataRig(server, [
      'create table a (x int not null unique, y int primary key)',
      'create table b (x int unique, y int not null, z int not null, unique (y, z))',
      'create table c (x int unique)',
      'create table d (x int not null, y int not null)',
      'create unique index on d (x) where y > 0',
      'create unique index on d ((x + y))',
      'create table e (x int not null unique deferrable)',
      'create table f (x int, y int, constraint k unique nulls not distinct (x))',
      'create table g (x int not null, y int, unique (x) include (y))',
      'create table h (x int unique)',
      'insert into h values (null), (null)',
      'alter table h add constraint n not null x not valid',
    ]);
    const keys = Object.entries(rig.start.tables).map(([name, { key }]) => [name.slice(7), key.join(' ')]);
    expect(Object.fromEntries(keys)).toEqual({ a: 'y', b: 'y z', c: '', d: '', e: '', f: '', g: 'x', h: '' });
  });

  test('nothing has changed when the key is dropped, added again, renamed or replaced', async () => {
    await using rig = await aDataRig(server, PEOPLE);
    expect(await rig.step('alter table people drop constraint people_pkey')).toEqual([]);
    expect(table(rig, 'public.people')?.key).toEqual(['id']);
    expect(await rig.step('alter table people add unique (name)')).toEqual([]);
    expect(await rig.step('alter table people alter name set not null')).toEqual([]);
    expect(await rig.step('alter table people add primary key (id)')).toEqual([]);
    expect(await rig.step('alter table people rename constraint people_pkey to k')).toEqual([]);
  });

  test('values that are swapped while there is no key are seen', async () => {
    await using rig = await aDataRig(server, PEOPLE);
    await rig.step('alter table people drop constraint people_pkey');
    const swap =
      'update people p set city = o.city from people o where (p.id, o.id) in ((1, 2), (2, 1)) and p.city <> o.city';
    expect(differing(await rig.step(swap))).toEqual(['city']);
    // Rows that the former key no longer tells apart.
    await rig.step('update people set id = 1 where id in (1, 2)');
    const between = 'update people p set city = o.city from people o where p.id = 1 and o.id = 1 and p.city <> o.city';
    expect(relations(await rig.step(between))).toEqual(['public.people']);
  });

  test('a key column that goes and comes back makes it comparable with the start again', async () => {
    await using rig = await aDataRig(server, PEOPLE);
    const up = await rig.step(
      'alter table people add code int',
      'update people set code = id',
      'alter table people drop id',
    );
    const down = await rig.step(
      'alter table people add id int',
      'update people set id = code',
      'alter table people drop code',
    );
    expect(composeDataChanges([up, down])).toEqual([]);
  });

  test('a renamed key column changes nothing else', async () => {
    await using rig = await aDataRig(server, PEOPLE);
    const [change] = await rig.step('alter table people rename id to person_id');
    expect(differing([change ?? { relation: '' }])).toEqual(['id']);
    const { name, person_id } = table(rig, 'public.people')?.columns ?? {};
    const start = rig.start.tables['public.people']?.columns;
    expect([name, person_id]).toEqual([start?.['name'], start?.['id']]);
  });
});

describe('a table without a key', () => {
  test('equal rows do not cancel', async () => {
    await using rig = await aDataRig(server, ['create table t (a int)', 'insert into t values (1), (1), (2), (2)']);
    expect(differing(await rig.step('update t set a = 3 where a = 1'))).toEqual(['a']);
    expect(differing(await rig.step('update t set a = 2 where a = 3'))).toEqual(['a']);
    expect(table(rig, 'public.t')).toMatchObject({ key: [], rows: 4 });
  });

  test('values moved between rows are seen, and moved back are not', async () => {
    await using rig = await aDataRig(server, [
      'create table t (a int, b text)',
      "insert into t values (1, 'x'), (2, 'y')",
    ]);
    const up = await rig.step("update t set b = case b when 'x' then 'y' else 'x' end");
    expect(relations(up)).toEqual(['public.t']);
    expect(differing(up)).toEqual([]);
    const down = await rig.step("update t set b = case b when 'x' then 'y' else 'x' end");
    expect(composeDataChanges([up, down])).toEqual([]);
  });

  test('a column dropped and added again has the same contents in another place', async () => {
    await using rig = await aDataRig(server, VISITS);
    const up = await rig.step(
      'alter table visits add w int',
      'update visits set w = who',
      'alter table visits drop who',
    );
    const down = await rig.step(
      'alter table visits add who int',
      'update visits set who = w',
      'alter table visits drop w',
    );
    expect(composeDataChanges([up, down])).toEqual([]);
  });

  test('a table of no columns has rows', async () => {
    await using rig = await aDataRig(server, ['create table t ()']);
    expect(relations(await rig.step('insert into t default values'))).toEqual(['public.t']);
    expect(table(rig, 'public.t')).toMatchObject({ rows: 1, columns: {} });
  });
});

describe('kinds of relations', () => {
  test('partitions are one entry, and a row that moves between them is no change', async () => {
    await using rig = await aDataRig(server, [
      'create table p (id int, region text, v text, primary key (id, region)) partition by list (region)',
      "create table p_a partition of p for values in ('a')",
      "create table p_b partition of p for values in ('b') partition by hash (id)",
      'create table p_b0 partition of p_b for values with (modulus 2, remainder 0)',
      'create table p_b1 partition of p_b for values with (modulus 2, remainder 1)',
      "insert into p select g, case when g % 2 = 0 then 'a' else 'b' end, 'v' || g from generate_series(1, 100) g",
    ]);
    expect(Object.keys(rig.start.tables)).toEqual(['public.p']);
    expect(rig.start.tables['public.p']).toMatchObject({ rows: 100, key: ['id', 'region'] });
    expect(
      await rig.step(
        'alter table p detach partition p_a',
        "create table p_c partition of p for values in ('a')",
        'insert into p select * from p_a',
        'drop table p_a',
      ),
    ).toEqual([]);
    expect(differing(await rig.step("update p set v = 'x' where id = 7"))).toEqual(['v']);
  });

  test('columns of a partition may stand in another order', async () => {
    await using rig = await aDataRig(server, [
      'create table p (id int primary key, a text, b text) partition by range (id)',
      'create table p1 (gone int, b text, id int not null, a text)',
      'alter table p1 drop gone',
      'create table p2 (id int not null, a text, b text)',
      'alter table p attach partition p1 for values from (0) to (10)',
      "insert into p values (1, 'a', 'b')",
    ]);
    expect(
      await rig
        .step(
          'insert into p2 select id, a, b from p1',
          'alter table p detach partition p1',
          'drop table p1',
          'alter table p attach partition p2 for values from (0) to (10)',
        )
        .then((changes) => relations(changes)),
    ).toEqual(['public.p2']);
  });

  test('what cannot be read is named with the reason, and what is not ours is left out', async () => {
    await using rig = await aDataRig(
      server,
      [
        'create extension postgres_fdw',
        'create server far foreign data wrapper postgres_fdw',
        'create foreign table far_away (id int) server far',
        'create materialized view never as select 1 as x with no data',
        'create materialized view ever as select 1 as x',
        'create view seen as select 1 as x',
        'create temporary table fleeting (x int)',
        'create table "Order" (id serial primary key, "select" int)',
        'create table knex_migrations (id serial primary key)',
        'create schema tool',
        'create table tool.ledger (id serial primary key)',
        'create table tool.knex_migrations (id int)',
        'create table gen (id int primary key, a int, twice int generated always as (a * 2) stored)',
        ...(server.major >= 18 ? ['alter table gen add thrice int generated always as (a * 3) virtual'] : []),
      ],
      [{ name: 'knex_migrations' }, { schema: 'tool', name: 'ledger' }],
    );
    expect(Object.keys(rig.start.tables).toSorted()).toEqual([
      'public."Order"',
      'public.ever',
      'public.gen',
      'tool.knex_migrations',
    ]);
    expect(Object.keys(rig.start.tables['public.gen']?.columns ?? {})).toEqual(['id', 'a', 'twice']);
    expect(rig.start.tables['public.ever']?.kind).toBe('materialized view');
    expect(Object.keys(rig.start.sequences)).toEqual(['public."Order_id_seq"']);
    expect(rig.start.unread).toEqual({
      'public.far_away': 'a foreign table: its rows are on another server',
      'public.never': 'a materialized view that has not been populated',
    });
    expect(relations(await rig.step('insert into knex_migrations default values'))).toEqual([]);
    expect(relations(await rig.step('refresh materialized view never'))).toEqual(['public.never']);
  });

  test('row security and a table of many columns do not matter', async () => {
    const columns = Array.from({ length: 1_200 }, (_, index) => `c${index} int default ${index}`);
    await using rig = await aDataRig(server, [
      ...PEOPLE,
      'alter table people enable row level security',
      'alter table people force row level security',
      `create table broad (${columns.join(', ')})`,
      'insert into broad default values',
    ]);
    expect(rig.start.tables['public.people']?.rows).toBe(50);
    expect(differing(await rig.step('update broad set c1100 = 0'))).toEqual(['c1100']);
  });
});

describe('sequences', () => {
  test('say what comes next and what their column holds', async () => {
    await using rig = await aDataRig(server, [
      'create table a (id serial primary key)',
      'insert into a values (default), (default), (90)',
      'create table b (id bigint generated always as identity (start with 5 increment by 10) primary key)',
      'create sequence free minvalue 1 maxvalue 3 cycle',
      "select setval('free', 3)",
      'create sequence used',
      "create table c (n numeric default nextval('used'), t int)",
      'create sequence shown increment by -1',
    ]);
    expect(rig.start.sequences).toEqual({
      'public.a_id_seq': { lastValue: '2', isCalled: true, nextValue: '3', column: 'public.a.id', columnMax: '90' },
      'public.b_id_seq': { lastValue: '5', isCalled: false, nextValue: '5', column: 'public.b.id' },
      'public.free': { lastValue: '3', isCalled: true, nextValue: '1' },
      'public.shown': { lastValue: '-1', isCalled: false, nextValue: '-1' },
      'public.used': { lastValue: '1', isCalled: false, nextValue: '1', column: 'public.c.n' },
    } satisfies Record<string, SequenceLedger>);
    const changes = await rig.step('insert into b default values', 'delete from a where id = 90');
    expect(relations(changes)).toEqual(['public.a', 'public.b', 'public.a_id_seq', 'public.b_id_seq']);
    expect(rig.ledger().sequences['public.b_id_seq']).toMatchObject({
      lastValue: '5',
      isCalled: true,
      nextValue: '15',
      columnMax: '5',
    });
    expect(rig.ledger().sequences['public.a_id_seq']?.columnMax).toBe('2');
  });
});

describe('row operations from the log', () => {
  test('count what committed transactions did to a table that kept its file', async () => {
    await using rig = await aDataRig(server, [...PEOPLE, ...VISITS]);
    const changes = await rig.step(
      "insert into people select g, 'm', 'm' from generate_series(51, 60) g",
      "update people set city = repeat('long', 500) where id <= 20",
      'delete from people where id > 57',
      'begin',
      'delete from people',
      'rollback',
      'truncate visits',
    );
    expect(changes.map(({ relation, writes }) => [relation, writes])).toEqual([
      ['public.people', { insertedRows: 10, updatedRows: 20, deletedRows: 3 }],
      ['public.visits', undefined],
    ]);
  });

  test('count rows that are copied many at a time', async () => {
    await using rig = await aDataRig(server, VISITS);
    const file = `${server.version}-${process.pid}`.replaceAll(/\W/g, '_');
    const [row] = await rig.session.query<{ folder: string }>("select current_setting('data_directory') as folder");
    const path = `${row?.folder}/copied_${file}`;
    const changes = await rig.step(`copy visits to '${path}'`, `copy visits from '${path}'`);
    expect(changes[0]?.writes).toEqual({ insertedRows: 70, updatedRows: 0, deletedRows: 0 });
  });
});
