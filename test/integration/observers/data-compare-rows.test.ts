import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareRows, dataObserver, type RowComparison } from '../../../src/observers/data/index.ts';
import { connect, type Database } from '../../../src/postgres/connect.ts';
import type { TableLedger } from '../../../src/recording/data-ledger.ts';
import type { EphemeralServer } from '../../../src/server/provider.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';

let server: EphemeralServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

let databases = 0;

/** Two databases that begin alike; the second is then changed. */
async function compared(relation: string, setup: readonly string[], change: readonly string[]): Promise<RowComparison> {
  const names = [`before_${(databases += 1)}`, `after_${databases}`];
  const sessions: Database[] = [];
  const ledgers: TableLedger[] = [];
  for (const [index, name] of names.entries()) {
    const { connectionString } = await createDatabase(server, name);
    const session = await connect(connectionString, { applicationName: 'test' });
    sessions.push(session);
    for (const sql of [...setup, ...(index === 1 ? change : [])]) await session.query(sql);
    await using watch = await dataObserver.open({ server, database: name, bookkeeping: [] });
    const ledger = watch.start.data?.tables[relation];
    if (ledger) ledgers.push(ledger);
  }
  const [before, after] = sessions;
  const [was, is] = ledgers;
  if (!before || !after || !was || !is) throw new Error('the relation is not in both ledgers');
  try {
    return await compareRows(before, after, relation, was, is);
  } finally {
    for (const session of sessions) await session[Symbol.asyncDispose]();
  }
}

const PEOPLE = [
  'create table people (id int primary key, name text, city text, born date)',
  "insert into people select g, 'n' || g, case when g % 4 > 0 then 'c' || g % 3 end, date '2000-01-01' + g from generate_series(1, 12000) g",
];

test('counts rows that are gone, new and different, per column', async () => {
  const result = await compared('public.people', PEOPLE, [
    'delete from people where id <= 10',
    "insert into people values (20001, 'x', 'y', null), (20002, 'x', 'y', null)",
    'update people set city = null where id between 11 and 18',
    'update people set name = upper(name), born = born + 1 where id between 6000 and 6099',
  ]);
  // Of the eight, those whose number is a multiple of four had none before.
  expect(result).toEqual({ missingRows: 10, addedRows: 2, differingRows: { city: 6, name: 100, born: 100 } });
});

test('two values that are swapped are two rows that differ', async () => {
  const swap = "update people set name = case id when 5 then 'n6' else 'n5' end where id in (5, 6)";
  expect(await compared('public.people', PEOPLE, [swap])).toEqual({
    missingRows: 0,
    addedRows: 0,
    differingRows: { name: 2 },
  });
});

test('looks only at columns that both have', async () => {
  const result = await compared('public.people', PEOPLE, [
    'alter table people drop city, add town text',
    "update people set name = '' where id = 1",
  ]);
  expect(result).toEqual({ missingRows: 0, addedRows: 0, differingRows: { name: 1 } });
});

test('a key that is no key any more still tells rows apart as far as it can', async () => {
  const result = await compared('public.people', PEOPLE, [
    'alter table people drop constraint people_pkey',
    "insert into people values (5, 'n5', 'other', null)",
  ]);
  expect(result).toEqual({ missingRows: 0, addedRows: 1, differingRows: {} });
});

test('without a key, rows are recognised by the columns that did not change', async () => {
  const visits = [
    'create table visits (who int, place text, note text)',
    "insert into visits select g % 50, 'p' || g % 7, 'n' || g % 3 from generate_series(1, 3000) g",
  ];
  const changed = await compared('public.visits', visits, [
    "update visits set note = 'x' where ctid in (select ctid from visits where who = 3 limit 7)",
  ]);
  expect(changed).toEqual({ missingRows: 0, addedRows: 0, differingRows: { note: 7 } });
  const deleted = await compared('public.visits', visits, [
    'delete from visits where ctid in (select ctid from visits where who = 3 limit 7)',
  ]);
  expect(deleted).toEqual({ missingRows: 7, addedRows: 0, differingRows: {} });
});

test('without a key, values moved between rows are rows gone and rows come', async () => {
  const visits = [
    'create table visits (who int, place text)',
    "insert into visits values (1, 'a'), (2, 'b'), (3, 'c')",
  ];
  const swap = "update visits set place = case who when 1 then 'b' else 'a' end where who < 3";
  expect(await compared('public.visits', visits, [swap])).toEqual({ missingRows: 2, addedRows: 2, differingRows: {} });
});

test('a partitioned table is compared as one, an inheritance parent without its children', async () => {
  const parts = [
    'create table p (id int primary key, v text) partition by range (id)',
    'create table p1 partition of p for values from (0) to (100)',
    'create table p2 partition of p for values from (100) to (200)',
    "insert into p select g, 'v' from generate_series(1, 199) g",
    'create table base (id int primary key, v text)',
    'create table derived () inherits (base)',
    "insert into derived values (1, 'x')",
    "insert into base values (1, 'x')",
  ];
  const change = ["update p set v = 'w' where id in (50, 150)", "update derived set v = 'y'"];
  expect(await compared('public.p', parts, change)).toEqual({ missingRows: 0, addedRows: 0, differingRows: { v: 2 } });
  expect(await compared('public.base', parts, change)).toEqual({ missingRows: 0, addedRows: 0, differingRows: {} });
});
