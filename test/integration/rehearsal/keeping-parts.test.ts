import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { connect, type Database } from '../../../src/postgres/connect.ts';
import { quoteIdentifier } from '../../../src/postgres/identifiers.ts';
import { branch, makePristine, markOf } from '../../../src/rehearsal/keeping/branch.ts';
import { readProperties } from '../../../src/rehearsal/keeping/database-properties.ts';
import { firstDifference } from '../../../src/rehearsal/keeping/facts.ts';
import { readSurroundings } from '../../../src/rehearsal/keeping/surroundings.ts';
import type { DatabaseTarget, EphemeralServer } from '../../../src/server/provider.ts';
import { dumpGlobals, dumpSchema } from '../../helpers/pg-dump.ts';
import { startTestServer } from '../../helpers/servers.ts';

const HOSTILE = `pro"d 'ä;--`;

const session = (server: EphemeralServer, database: string): Promise<Database> =>
  connect(server.target(database).connectionString, { applicationName: 'test' });

describe.each([14, 15, 18])('a copy of a database, PostgreSQL %i', (major) => {
  test('has everything that the original has, whatever became of that, as pg_dump and pg_dumpall see it', async () => {
    await using server = await startTestServer(major, { max_prepared_transactions: '5' });
    await using upkeep = await session(server, 'postgres');
    const name = quoteIdentifier(HOSTILE);
    for (const sql of [
      'create role "own ""er"',
      'create role friend',
      'create role guest',
      `create database ${name} template template0 owner "own ""er"`,
      `comment on database ${name} is 'it''s \\ hostile'`,
      `revoke all on database ${name} from public`,
      `grant create on database ${name} to friend with grant option`,
      `set role friend; grant create on database ${name} to guest; reset role`,
      `grant connect on database ${name} to public`,
      `alter database ${name} set search_path to "Odd, Schema", public`,
      `alter database ${name} set datestyle to 'ISO, DMY'`,
      `alter database ${name} set work_mem to '64MB'`,
      `alter database ${name} set my.own to 'a=b''c'`,
      `alter role guest in database ${name} set statement_timeout to '7s'`,
      `alter database ${name} connection limit 7`,
      `alter database ${name} is_template true`,
    ])
      await upkeep.script(sql);
    {
      await using inside = await session(server, HOSTILE);
      await inside.script(`create table t (a serial, b text) ; insert into t (b) select 'x' from generate_series(1, 500);
        create unlogged table u as select * from t; alter table t owner to "own ""er"; select lo_from_bytea(4711, 'large');
        create statistics s on a, b from t; analyze`);
    }
    const target = server.target(HOSTILE);
    const before = {
      dumps: await dumpsOf(target, major),
      contents: await contentsOf(server),
    };
    const pristine = await makePristine(upkeep, server, HOSTILE);
    const properties = await readProperties(upkeep, HOSTILE);
    {
      await using left = await session(server, HOSTILE);
      await left.script("drop table t, u; begin; create table w (); prepare transaction 'left \" it'");
      await branch(upkeep, server, { database: HOSTILE, pristine, properties });
    }
    expect(await dumpsOf(target, major)).toEqual(before.dumps);
    expect(await contentsOf(server)).toEqual(before.contents);
    expect(await readProperties(upkeep, HOSTILE)).toEqual(properties);
    expect(await markOf(upkeep, pristine.name)).toBe(pristine.mark);
    await expect(session(server, pristine.name)).rejects.toThrow(/not currently accepting connections/);
  });
});

/** The programs of 15 read no newer server. */
const dumpsOf = async (target: DatabaseTarget, major: number): Promise<readonly string[]> =>
  major > 15 ? [] : [...(await dumpSchema(target)), ...(await dumpGlobals(target))];

/** Rows, where sequences stand, large objects, and what the planner knows. */
async function contentsOf(server: EphemeralServer): Promise<unknown> {
  await using inside = await session(server, HOSTILE);
  return await inside.script(`select * from t; select * from u; select * from t_a_seq; select lo_get(4711);
    select tablename, attname, null_frac, avg_width, n_distinct, most_common_vals::text, histogram_bounds::text, correlation
      from pg_stats where schemaname = 'public' order by 1, 2;
    select relname, reltuples, relpages from pg_class where relnamespace = 'public'::regnamespace order by 1;
    select statistics_name, n_distinct::text from pg_stats_ext`);
}

describe.each([14, 15, 18])('what is outside of the database, PostgreSQL %i', (major) => {
  let server: EphemeralServer;
  beforeAll(async () => {
    server = await startTestServer(major, { max_prepared_transactions: '5' });
    await using upkeep = await session(server, 'postgres');
    for (const sql of ['create database shop', 'create database other', 'create role app', 'create role staff'])
      await upkeep.query(sql);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const read = async (): Promise<Readonly<Record<string, string>>> => {
    await using upkeep = await session(server, 'postgres');
    return await readSurroundings(upkeep, server, { databases: ['shop'], roles: [] });
  };

  test('is the same when nothing but the database changed', async () => {
    const before = await read();
    await using inside = await session(server, 'shop');
    await inside.script('create table t (); vacuum; analyze; checkpoint;'.replaceAll(/vacuum;|checkpoint;/g, ''));
    for (const sql of ['vacuum', 'checkpoint', 'create schema s', 'alter database shop set work_mem to 999'])
      await inside.script(sql);
    expect(firstDifference(before, await read())).toBeUndefined();
  });

  test.each(
    [
      ['a new role', 'create role more', 'drop role more', 'role more is new'],
      ['a right of a role', 'alter role app createdb', 'alter role app nocreatedb', 'role app has changed'],
      ['a password', `alter role app password 'x'`, 'alter role app password null', 'role app has changed'],
      ['a comment on a role', `comment on role app is 'x'`, 'comment on role app is null', 'role app has changed'],
      ['a membership', 'grant app to staff', 'revoke app from staff', 'the membership of staff in app is new'],
      [
        'a setting of a role',
        `alter role app set work_mem to '9MB'`,
        'alter role app reset work_mem',
        'the settings of role app is new',
      ],
      [
        'a setting of another database',
        `alter database other set work_mem to '9MB'`,
        'alter database other reset all',
        'the settings of all roles in database other is new',
      ],
      [
        'a setting of the server',
        `alter system set work_mem to '9MB'`,
        'alter system reset work_mem',
        'the file postgresql.auto.conf has changed',
      ],
      ['another database', 'create database one_more', 'drop database one_more', 'database one_more is new'],
      [
        'privileges on another database',
        'revoke connect on database other from public',
        'grant connect on database other to public',
        'database other has changed',
      ],
      [
        'a comment on another database',
        `comment on database other is 'x'`,
        'comment on database other is null',
        'database other has changed',
      ],
      [
        'an option of a tablespace',
        'alter tablespace pg_default set (seq_page_cost = 2)',
        'alter tablespace pg_default reset (seq_page_cost)',
        'tablespace pg_default has changed',
      ],
      [
        'privileges on a parameter',
        'grant set on parameter work_mem to app',
        'revoke set on parameter work_mem from app',
        'the privileges on parameter work_mem is new',
      ],
      [
        'a replication slot',
        `select pg_create_physical_replication_slot('slot')`,
        `select pg_drop_replication_slot('slot')`,
        'replication slot slot is new',
      ],
      [
        'a replication origin',
        `select pg_replication_origin_create('from')`,
        `select pg_replication_origin_drop('from')`,
        'replication origin from is new',
      ],
    ].filter(([what]) => major >= 15 || what !== 'privileges on a parameter'),
  )('%s is noticed', async (_, change, back, difference) => {
    const before = await read();
    await using upkeep = await session(server, 'postgres');
    await upkeep.query(change);
    const now = await read();
    await upkeep.query(back);
    expect(firstDifference(before, now)).toBe(difference);
  });

  test('an object in postgres is noticed, but for what observers make there', async () => {
    const before = await read();
    await using upkeep = await session(server, 'postgres');
    if (major >= 15) await upkeep.query('create extension if not exists pg_walinspect');
    expect(firstDifference(before, await read())).toBeUndefined();
    await upkeep.query('create table left_behind (a int)');
    expect(firstDifference(before, await read())).toBe('the contents of postgres has changed');
    await upkeep.query('drop table left_behind');
  });

  test('an object in template1 is noticed, which every new database would have', async () => {
    const before = await read();
    {
      await using template = await session(server, 'template1');
      await template.query('create function f() returns int language sql as $$ select 1 $$');
    }
    expect(firstDifference(before, await read())).toBe('the contents of template1 has changed');
  });
});
