import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../../src/postgres/connect.ts';
import type { DataLedger, TableLedger } from '../../../src/recording/data-ledger.ts';
import type { EphemeralServer } from '../../../src/server/provider.ts';
import { startTestServer } from '../../helpers/servers.ts';
import { aDataRig, relations } from './data-rig.ts';

const SETUP = [
  "create type mood as enum ('ok', 'bad')",
  'create table plain (id serial primary key, a int, b text, c text, m mood)',
  "insert into plain (a, b, c, m) select g, 'b' || g, repeat(md5(g::text), 200), 'ok' from generate_series(1, 500) g",
  'alter table plain alter c set storage external',
  'create table keyless (a int, b text)',
  "insert into keyless select g % 10, 'x' || g % 3 from generate_series(1, 200) g",
  'create table child (id int primary key, plain_id int references plain on delete cascade)',
  'insert into child select g, g from generate_series(1, 100) g',
  'create table audit (id bigserial primary key, what text)',
  'create function note() returns trigger language plpgsql as $$ begin insert into audit (what) values (tg_op); return null; end $$',
  'create trigger note after update on child for each row execute function note()',
  'create table parts (id int, v text, primary key (id)) partition by range (id)',
  'create table parts_low partition of parts for values from (0) to (100)',
  'create table parts_high partition of parts for values from (100) to (200)',
  "insert into parts select g, 'p' || g from generate_series(1, 199) g",
  'create table loose (id int not null, v text)',
  "insert into loose select g, 'l' || g from generate_series(200, 299) g",
  'create unlogged table fast (id int primary key, v int)',
  'insert into fast select g, g from generate_series(1, 50) g',
  'create materialized view summary as select a % 7 as k, count(*) as n from plain group by 1',
  'create unique index on summary (k)',
  'create table base (id int primary key, v int)',
  'create table derived (extra int) inherits (base)',
  'insert into base values (1, 1)',
  'insert into derived values (2, 2, 2)',
  'create table named (id int primary key, r regclass)',
  "insert into named values (1, 'plain')",
  'create table untouched (id int primary key, v text)',
  "insert into untouched select g, 'u' || g from generate_series(1, 100) g",
];

/** What each statement list must be seen to change, besides which the state must be the one that a fresh watch reads. */
const STEPS: readonly (readonly [title: string, statements: readonly string[], changed: readonly string[]])[] = [
  ['insert', ["insert into keyless values (1, 'new')"], ['public.keyless']],
  ['insert with a sequence', ["insert into plain (a, b) values (1, 'new')"], ['public.plain', 'public.plain_id_seq']],
  ['update', ['update plain set a = a + 1 where id = 7'], ['public.plain']],
  ['update of a large value only', ["update plain set c = c || 'z' where id = 9"], ['public.plain']],
  ['delete', ['delete from keyless where a = 3'], ['public.keyless']],
  ['cascade', ['delete from plain where id = 20'], ['public.child', 'public.plain']],
  [
    'trigger on another table',
    ['update child set plain_id = plain_id where id = 3'],
    ['public.audit', 'public.audit_id_seq'],
  ],
  ['do block', ["do $$ begin execute 'update loose set v = v || 1 where id = 205'; end $$"], ['public.loose']],
  ['rolled back', ['begin', 'update plain set a = 0', 'rollback'], []],
  [
    'savepoint',
    ['begin', 'update loose set v = 1', 'savepoint s', 'delete from keyless', 'rollback to s', 'commit'],
    ['public.loose'],
  ],
  ['update to the same', ['update plain set a = a'], []],
  ['truncate', ['truncate loose'], ['public.loose']],
  [
    'truncate in the transaction that fills',
    [
      'begin',
      'truncate keyless',
      'insert into keyless values (1)',
      'truncate keyless',
      'insert into keyless values (2)',
      'commit',
    ],
    ['public.keyless'],
  ],
  ['refill', ["insert into loose select g, 'l' || g from generate_series(200, 299) g"], ['public.loose']],
  ['nextval within what is logged', ["select nextval('audit_id_seq')"], ['public.audit_id_seq']],
  ['setval, not called', ["select setval('audit_id_seq', 77, false)"], ['public.audit_id_seq']],
  ['setval again, not called', ["select setval('audit_id_seq', 78, false)"], ['public.audit_id_seq']],
  ['restart', ['alter sequence audit_id_seq restart with 90'], ['public.audit_id_seq']],
  [
    'increment',
    ['alter sequence audit_id_seq increment by 5', "select nextval('audit_id_seq')"],
    ['public.audit_id_seq'],
  ],
  ['add column with a default', ['alter table loose add d int default 5'], ['public.loose']],
  ['add column with a volatile default', ['alter table plain add r float8 default random()'], ['public.plain']],
  ['drop column', ['alter table loose drop d'], ['public.loose']],
  ['rewrite', ['alter table keyless alter a type text using a::text'], ['public.keyless']],
  ['rewrite that keeps all', ['alter table plain alter b type varchar'], ['public.plain']],
  ['rename a column', ['alter table loose rename v to w'], ['public.loose']],
  ['rename a table', ['alter table loose rename to looser'], ['public.loose', 'public.looser']],
  [
    'two tables swap names',
    [
      'begin',
      'alter table looser rename to x',
      'alter table keyless rename to looser',
      'alter table x rename to keyless',
      'commit',
    ],
    ['public.keyless', 'public.looser'],
  ],
  [
    'and back',
    [
      'begin',
      'alter table looser rename to x',
      'alter table keyless rename to loose',
      'alter table x rename to keyless',
      'commit',
    ],
    ['public.keyless', 'public.loose', 'public.looser'],
  ],
  ['create table as', ['create table made as select * from keyless'], ['public.made']],
  ['drop table', ['drop table made'], ['public.made']],
  [
    'drop and create alike',
    ['create table again (id int primary key)', 'insert into again values (1)'],
    ['public.again'],
  ],
  [
    'drop and create in one step',
    ['drop table again', 'create table again (id int primary key)', 'insert into again values (2)'],
    ['public.again'],
  ],
  ['vacuum full', ['vacuum full plain'], []],
  ['cluster', ['cluster plain using plain_pkey'], []],
  ['vacuum, analyze, reindex', ['vacuum freeze plain', 'analyze', 'reindex table plain'], []],
  ['create and drop an index', ['create index concurrently i on plain (b)', 'drop index i'], []],
  ['refresh', ['refresh materialized view summary'], ['public.summary']],
  ['change below the view', ['insert into plain (a) values (3)'], ['public.plain', 'public.plain_id_seq']],
  ['refresh concurrently', ['refresh materialized view concurrently summary'], ['public.summary']],
  [
    'row to another partition',
    [
      'update parts set id = 150 where false',
      'delete from parts where id = 5',
      "insert into parts values (5, 'other')",
    ],
    ['public.parts'],
  ],
  ['detach', ['alter table parts detach partition parts_high'], ['public.parts', 'public.parts_high']],
  [
    'attach',
    ['alter table parts attach partition parts_high for values from (100) to (200)'],
    ['public.parts', 'public.parts_high'],
  ],
  [
    'attach another',
    [
      'alter table loose rename w to v',
      'alter table loose add primary key (id)',
      'alter table parts attach partition loose for values from (200) to (300)',
    ],
    ['public.loose', 'public.parts'],
  ],
  ['write to a leaf', ["update loose set v = 'leaf' where id = 250"], ['public.parts']],
  ['unlogged', ['update fast set v = v + 1 where id = 1'], ['public.fast']],
  ['set logged', ['alter table fast set logged'], []],
  ['and then written', ['update fast set v = v + 1 where id = 1'], ['public.fast']],
  ['inheritance child', ['update base set v = 9 where id = 2'], ['public.derived']],
  ['label of an enum', ["alter type mood rename value 'ok' to 'fine'"], ['public.plain']],
  ['a new label', ["alter type mood add value 'new'"], []],
  [
    'a name that a value refers to',
    ['alter table plain rename to ordinary'],
    ['public.named', 'public.ordinary', 'public.plain', 'public.plain_id_seq'],
  ],
  [
    'schema renamed',
    [
      'create schema s',
      'alter table loose set schema s',
      'alter table ordinary set schema s',
      'alter schema s rename to t',
    ],
    ['public.named', 'public.ordinary', 'public.plain_id_seq', 't.ordinary', 't.plain_id_seq'],
  ],
  ['large object', ["select lo_from_bytea(4711, 'abc')"], ['pg_largeobject']],
  ['large object written', ["select lo_put(4711, 1, 'x')"], ['pg_largeobject']],
  ['large object removed', ['select lo_unlink(4711)'], ['pg_largeobject']],
  [
    'temporary',
    ['create temporary table tmp (id serial primary key)', 'insert into tmp default values', 'drop table tmp'],
    [],
  ],
  ['copy', ["copy child to '/dev/null'", 'insert into child select id + 1000 from child'], ['public.child']],
  ['owner of a sequence', ['alter sequence audit_id_seq owned by none'], []],
  ['no default', ['alter table audit alter id drop default'], ['public.audit_id_seq']],
  ['nothing', [], []],
];

describe.each([undefined, 15, 14])('on PostgreSQL %s (absent: the newest)', (major) => {
  let server: EphemeralServer;
  beforeAll(async () => {
    server = await startTestServer(major);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('each step shows what it changed and nothing else, and the state stays that of a full reading', async () => {
    await using rig = await aDataRig(server, SETUP);
    for (const [title, statements, changed] of STEPS) {
      const changes = await rig.step(...statements);
      expect([title, relations(changes).toSorted()]).toEqual([title, [...changed].toSorted()]);
      expectSameState(rig.ledger(), await rig.fresh(), title);
    }
  });

  test.skipIf(major === 14)('tables that were not touched are not read', async () => {
    await using rig = await aDataRig(server, SETUP);
    await using blocker = await connect(server.target(rig.name).connectionString, { applicationName: 'test' });
    for (const statement of ["insert into keyless values (1, 'new')", 'alter table keyless add x int', 'select 1']) {
      await blocker.script('begin; lock table untouched in access exclusive mode');
      const done = rig.step(statement);
      await expect(Promise.race([done.then(() => 'done'), later(20_000)])).resolves.toBe('done');
      await blocker.script('rollback');
      await done;
    }
  });

  test('what a transaction wrote before the last reading shows when it commits', async () => {
    await using rig = await aDataRig(server, SETUP);
    await using other = await connect(server.target(rig.name).connectionString, { applicationName: 'test' });
    await other.script('begin; update plain set a = -1 where id = 1; create table late as select 1 as x');
    expect(relations(await rig.step('select 1'))).toEqual([]);
    expect(relations(await rig.step("insert into keyless values (1, 'new')"))).toEqual(['public.keyless']);
    expect(relations(await rig.step('select 1'))).toEqual([]);
    await other.script('commit');
    expect(relations(await rig.step('select 1'))).toEqual(['public.late', 'public.plain']);
    expectSameState(rig.ledger(), await rig.fresh(), 'after commit');
    expect(relations(await rig.step('select 1'))).toEqual([]);
  });

  test('a prepared transaction shows when it is committed, and not when it is rolled back', async () => {
    await using rig = await aDataRig(server, SETUP);
    expect(
      relations(await rig.step('begin', 'update plain set a = -1 where id = 1', "prepare transaction 'one'")),
    ).toEqual([]);
    expect(relations(await rig.step('begin', 'delete from loose', "prepare transaction 'two'"))).toEqual([]);
    expect(relations(await rig.step('vacuum keyless'))).toEqual([]);
    expect(relations(await rig.step("commit prepared 'one'"))).toEqual(['public.plain']);
    expect(relations(await rig.step("rollback prepared 'two'"))).toEqual([]);
    expectSameState(rig.ledger(), await rig.fresh(), 'at the end');
  });

  test('a transaction that was open when watching began shows when it commits', async () => {
    await using early = await aDataRig(server, SETUP);
    await using other = await connect(server.target(early.name).connectionString, { applicationName: 'test' });
    await other.script('begin; update plain set a = -1 where id = 1');
    const { dataObserver } = await import('../../../src/observers/data/index.ts');
    await using watch = await dataObserver.open({ server, database: early.name, bookkeeping: [] });
    await other.script('commit');
    expect(relations((await watch.afterStep()).data ?? [])).toEqual(['public.plain']);
  });

  test('random statements leave the state that a full reading sees', async () => {
    const steps = Number(process.env['LEDGER_STEPS'] ?? 40);
    const seeds = (process.env['LEDGER_SEEDS'] ?? '1').split(',').map(Number);
    let walked = 0;
    for (const seed of seeds) walked += await randomWalk(seed, steps);
    expect(walked).toBe(seeds.length * steps);
  });

  /** Throws at the first step after which the states differ. */
  async function randomWalk(seed: number, steps: number): Promise<number> {
    const random = mulberry32(seed);
    const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
    await using rig = await aDataRig(server, [
      ...SETUP,
      'create table p1 (id int primary key, a int, t text)',
      'create table p2 (a int, t text)',
      "set lock_timeout = '100ms'",
    ]);
    await using other = await connect(server.target(rig.name).connectionString, { applicationName: 'test' });
    await other.script("set lock_timeout = '100ms'");
    const log: string[] = [];
    let prepared = 0;
    for (let step = 0; step < steps; step += 1) {
      const table = (): string => pick(['p1', 'p2', 'p3', 'keyless', 'plain', 'parts', 'fast', 'base', 'loose']);
      const n = (): number => Math.floor(random() * 40);
      const dml = (): string =>
        pick([
          `insert into p1 values (${n()}, ${n()}, 'x${n()}') on conflict do nothing`,
          `insert into p2 select g, 't' || g % ${n() + 1} from generate_series(1, ${n()}) g`,
          `update p1 set t = t || ${n()} where id % 7 = ${n() % 7}`,
          `update p2 set a = a + 1 where a = ${n()}`,
          `update p2 set (a, t) = (select b.a, b.t from p2 b order by random() limit 1) where ctid = (select ctid from p2 limit 1)`,
          `delete from p2 where a = ${n()}`,
          `delete from p1 where id = ${n()}`,
          `insert into plain (b, c) values ('r', repeat('q', ${n() * 300}))`,
          `update plain set c = repeat('w', ${n() * 300}) where id = ${n() + 1}`,
          `delete from plain where id = ${n() + 1}`,
          `update parts set v = 'v${n()}' where id = ${n() * 5}`,
          `update fast set v = ${n()} where id = ${n()}`,
          `update keyless set b = 'k${n()}' where a = ${n() % 10}`,
          `select nextval('audit_id_seq'), setval('plain_id_seq', ${n() + 600}, ${pick(['true', 'false'])})`,
          `do $$ begin update loose set v = '${n()}' where id = ${200 + n()}; begin update p1 set a = 1 / ${n() % 2}; exception when others then null; end; end $$`,
        ]);
      const ddl = (): string =>
        pick([
          `truncate ${pick(['p1', 'p2', 'fast', 'child'])} restart identity cascade`,
          `create table p3 (id serial primary key, v int default ${n()})`,
          'drop table if exists p3',
          'create table p3 as table p2',
          `alter table ${table()} add column if not exists n${n() % 3} int default ${n()}`,
          `alter table ${table()} drop column if exists n${n() % 3}`,
          'alter table p1 alter a type bigint',
          'alter table p1 alter a type int using a::int',
          'alter table p2 alter t type varchar(100)',
          'alter table p1 rename to tmp; alter table p2 rename to p1; alter table tmp rename to p2',
          'alter table p1 drop constraint if exists p1_pkey',
          'alter table fast set unlogged',
          'alter table fast set logged',
          `vacuum ${pick(['', 'full', 'freeze'])} ${table()}`,
          'cluster plain using plain_pkey',
          'refresh materialized view summary',
          'alter table parts detach partition parts_low',
          'alter table parts attach partition parts_low for values from (0) to (100)',
          'create index if not exists pi on p2 (a)',
          'drop index if exists pi',
          "alter type mood rename value 'ok' to 'fine'",
          "alter type mood rename value 'fine' to 'ok'",
          `select lo_from_bytea(${(n() % 3) + 10}, 'z${n()}')`,
          `select lo_unlink(${(n() % 3) + 10})`,
          'analyze',
          'checkpoint',
        ]);
      const body = (): string => (random() < 0.7 ? dml() : ddl());
      const statements = pick([
        () => [body()],
        () => [dml(), dml(), body()],
        () => ['begin', body(), body(), pick(['commit', 'rollback'])],
        () => ['begin', dml(), 'savepoint s', body(), 'rollback to s', dml(), 'commit'],
        () => ['begin', dml(), `prepare transaction 'p${(prepared += 1)}'`],
        () => [`${pick(['commit', 'rollback'])} prepared 'p${Math.max(1, prepared - Math.floor(random() * 2))}'`],
        () => ['other begin', `other ${dml()}`],
        () => [`other ${pick(['commit', 'rollback'])}`],
        () => [],
      ])();
      for (const sql of statements) {
        log.push(sql);
        const [session, text] = sql.startsWith('other ') ? [other, sql.slice(6)] : [rig.session, sql];
        await session.script(text).catch(() => {});
      }
      // A statement that failed inside a transaction leaves it broken; a tool would roll back.
      const [state] = await rig.session.query<{ x: number }>('select 1 as x').catch(() => []);
      if (!state) await rig.session.script('rollback');
      else await rig.session.script('commit');
      await rig.step();
      expectSameState(rig.ledger(), await rig.fresh(), `seed ${seed}, step ${step}: ${log.slice(-12).join('; ')}`);
    }
    return steps;
  }
});

/** A database that has had large objects keeps their entry; a fresh watch knows of none. */
const withoutEmptyObjects = ({ tables }: DataLedger): [string, TableLedger][] =>
  Object.entries(tables).filter(([name, { rows }]) => name !== 'pg_largeobject' || rows > 0);

/** A key that a step dropped or added is kept or not adopted by the running watch; a fresh one knows only what is. */
const comparable = (ledger: DataLedger, other: DataLedger): Record<string, unknown> =>
  Object.fromEntries(
    withoutEmptyObjects(ledger).map(([name, table]) => {
      const same = table.key.join() === other.tables[name]?.key.join();
      const { columns, rowFingerprint, key, ...rest } = table;
      const shapes = Object.entries(columns).map(([column, { type, nullRows }]) => [column, type, nullRows]);
      return [name, { ...rest, contents: same ? { columns, rowFingerprint, key } : shapes }];
    }),
  );

function expectSameState(kept: DataLedger, fresh: DataLedger, title: string): void {
  expect({ title, tables: comparable(kept, fresh), sequences: kept.sequences }).toEqual({
    title,
    tables: comparable(fresh, kept),
    sequences: fresh.sequences,
  });
}

const later = (ms: number): Promise<string> => new Promise((resolve) => setTimeout(() => resolve('late'), ms).unref());

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
