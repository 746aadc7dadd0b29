import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { connect } from '../../../src/postgres/connect.ts';
import type { Migration, MigrationSession, MigrationSource, RunOutcome } from '../../../src/migrations/source.ts';
import type { Direction } from '../../../src/recording/recording.ts';
import type { DatabaseTarget, EphemeralServer } from '../../../src/server/provider.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';
import { migrationsProject, noSignal, sqlProject } from '../../helpers/sql-project.ts';

let server: EphemeralServer;
let databases = 0;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const newDatabase = (): Promise<DatabaseTarget> => createDatabase(server, `sql_${++databases}`);

const CARGO = { 'Cargo.toml': '[dependencies]\nsqlx = "0.8"\n' };

describe('golang-migrate', () => {
  test('walks up and down in numeric order and keeps the current version', async () => {
    using project = migrationsProject({
      '10_c.up.sql': 'create table c ()',
      '10_c.down.sql': 'drop table c',
      '9_b.up.sql': 'create table b ()',
      '9_b.down.sql': 'drop table b',
      '1_a.up.sql': 'create table a ()',
      '1_a.down.sql': 'drop table a',
    });
    await using play = await open(project.source());
    expect(await play.applied()).toEqual([]);
    expect(await play.run('up', '1_a', '9_b', '10_c')).toEqual([COMPLETED, COMPLETED, COMPLETED]);
    expect(await play.applied()).toEqual([{ id: '1_a' }, { id: '9_b' }, { id: '10_c' }]);
    expect(await play.query('select * from schema_migrations')).toEqual([{ version: '10', dirty: false }]);
    expect(await play.run('down', '10_c')).toEqual([COMPLETED]);
    expect(await play.query('select * from schema_migrations')).toEqual([{ version: '9', dirty: false }]);
    expect(await play.run('down', '9_b', '1_a')).toEqual([COMPLETED, COMPLETED]);
    expect(await play.query('select * from schema_migrations')).toEqual([]);
    expect(await play.tables()).toEqual(['schema_migrations']);
  });

  test('stays dirty after a failure, rolls the file back, and refuses to go on', async () => {
    using project = migrationsProject({
      '1_a.up.sql': 'create table a ()',
      '1_a.down.sql': 'drop table a; select 1 / 0',
      '2_b.up.sql': 'create table b ();\nselect nothing',
    });
    await using play = await open(project.source());
    const [, failed, refused] = [...(await play.run('up', '1_a', '2_b')), ...(await play.run('down', '1_a'))];
    expect(failed).toEqual({
      status: 'failed',
      failure: { message: 'column "nothing" does not exist', sqlState: '42703', position: 27 },
    });
    expect(await play.tables()).toEqual(['a', 'schema_migrations']);
    expect(await play.applied()).toEqual([{ id: '1_a' }, { id: '2_b', unfinished: true }]);
    expect(refused).toMatchObject({
      status: 'failed',
      failure: { message: 'Dirty database version 2. Fix and force version.' },
    });
  });

  test('marks the first migration when its way back failed', async () => {
    using project = migrationsProject({ '1_a.up.sql': 'create table a ()', '1_a.down.sql': 'drop table b' });
    await using play = await open(project.source());
    await play.run('up', '1_a');
    await play.run('down', '1_a');
    expect(await play.query('select * from schema_migrations')).toEqual([{ version: '-1', dirty: true }]);
    expect(await play.applied()).toEqual([{ id: '1_a', unfinished: true }]);
  });

  test('sends a file as one query: CONCURRENTLY passes alone and fails in company', async () => {
    using project = migrationsProject({
      '1_a.up.sql': 'create table a (id int)',
      '2_b.up.sql': 'create index concurrently b on a (id)',
      '3_c.up.sql': 'create index concurrently c on a (id); select 1',
    });
    await using play = await open(project.source());
    const outcomes = await play.run('up', '1_a', '2_b', '3_c');
    expect(outcomes.map(({ status }) => status)).toEqual(['completed', 'completed', 'failed']);
    expect(outcomes[2]).toMatchObject({ failure: { sqlState: '25001' } });
  });

  test('a search path set in one file is felt by the next, but not on the way back', async () => {
    using project = migrationsProject({
      '1_a.up.sql': 'create schema app; set search_path to app; create table a ()',
      '1_a.down.sql': 'drop table app.a; drop schema app',
      '2_b.up.sql': 'create table b ()',
      '2_b.down.sql': 'drop table b',
    });
    await using play = await open(project.source());
    expect(await play.run('up', '1_a', '2_b')).toEqual([COMPLETED, COMPLETED]);
    expect(await play.query(`select to_regclass('app.b')::text as name`)).toEqual([{ name: 'app.b' }]);
    expect(await play.run('down', '2_b')).toMatchObject([
      { status: 'failed', failure: { message: 'table "b" does not exist' } },
    ]);
    expect(await play.applied()).toEqual([{ id: '1_a', unfinished: true }]);
  });

  test('a version that has no file is told as applied', async () => {
    using project = migrationsProject({ '1_a.up.sql': 'create table a ()', '7_b.up.sql': 'create table b ()' });
    await using play = await open(project.source());
    await play.run('up', '1_a');
    await play.query('update schema_migrations set version = 5');
    expect(await play.applied()).toEqual([{ id: '1_a' }, { id: '5' }]);
  });

  test('its table can have another name and schema', async () => {
    using project = migrationsProject({ '1_a.up.sql': 'create table a ()' });
    const target = await newDatabase();
    await query(target, 'create schema "Ops"');
    await using play = await open(project.source({ table: '"Ops".books', searchPath: ['Ops', 'public'] }), target);
    expect(await play.run('up', '1_a')).toEqual([COMPLETED]);
    expect(await play.query('select version from "Ops".books')).toEqual([{ version: '1' }]);
    expect(await play.query(`select to_regclass('"Ops".a')::text as name`)).toEqual([{ name: '"Ops".a' }]);
  });

  test('reads dates as its driver does, whatever the server prefers', async () => {
    using project = migrationsProject({
      '1_a.up.sql': `create table a as select '02/01/2024'::date::text as day, current_setting('timezone') as zone`,
    });
    const target = await newDatabase();
    await query(target, `alter database ${target.database} set datestyle to 'German, DMY'`);
    await query(target, `alter database ${target.database} set timezone to 'Asia/Tokyo'`);
    await using play = await open(project.source(), target);
    await play.run('up', '1_a');
    expect(await play.query('select * from a')).toEqual([{ day: '2024-02-01', zone: 'Asia/Tokyo' }]);
  });
});

describe('diesel', () => {
  test('keeps each version, in one transaction with the file', async () => {
    using project = migrationsProject({
      '2024-01-01-0000_a/up.sql': 'create table a ()',
      '2024-01-01-0000_a/down.sql': 'drop table a',
      '2024-01-02-0000_b/up.sql': 'create table b (); select nothing',
      '2024-01-02-0000_b/down.sql': '',
    });
    await using play = await open(project.source());
    expect(await play.run('up', '2024-01-01-0000_a', '2024-01-02-0000_b')).toMatchObject([
      COMPLETED,
      { status: 'failed', failure: { sqlState: '42703' } },
    ]);
    expect(await play.tables()).toEqual(['__diesel_schema_migrations', 'a']);
    expect(await play.query('select version from __diesel_schema_migrations')).toEqual([{ version: '202401010000' }]);
    expect(await play.applied()).toEqual([{ id: '2024-01-01-0000_a' }]);
    expect(await play.run('down', '2024-01-01-0000_a')).toEqual([COMPLETED]);
    expect(await play.applied()).toEqual([]);
  });

  test('runs outside of a transaction where metadata.toml says so', async () => {
    using project = migrationsProject({
      '1_a/up.sql': 'create table a (id int)',
      '2_b/up.sql': 'create index concurrently b on a (id)',
      '3_c/up.sql': 'create index concurrently c on a (id)',
      '3_c/metadata.toml': 'run_in_transaction = false # for the index\n',
    });
    await using play = await open(project.source());
    const outcomes = await play.run('up', '1_a', '2_b', '3_c');
    expect(outcomes.map(({ status }) => status)).toEqual(['completed', 'failed', 'completed']);
    expect(await play.applied()).toEqual([{ id: '1_a' }, { id: '3_c' }]);
  });

  test('fails after the fact on a file that commits by itself, as diesel 2 does', async () => {
    using project = migrationsProject({ '1_a/up.sql': 'begin; create table a (); commit' });
    await using play = await open(project.source());
    expect(await play.run('up', '1_a')).toMatchObject([
      { status: 'failed', failure: { message: 'Cannot perform this operation outside of a transaction.' } },
    ]);
    expect(await play.applied()).toEqual([{ id: '1_a' }]);
    expect(await play.tables()).toContain('a');
  });

  test('refuses a file without a statement and one that is missing', async () => {
    using project = migrationsProject({
      '1_a/up.sql': 'select 1',
      '1_a/down.sql': '-- TODO\n',
      '2_b/up.sql': 'select 1',
    });
    await using play = await open(project.source());
    await play.run('up', '1_a', '2_b');
    expect(await play.run('down', '2_b', '1_a')).toMatchObject([
      { status: 'failed', failure: { message: 'There is no down.sql.' } },
      { status: 'failed', failure: { message: 'There is no statement in down.sql.' } },
    ]);
    expect(await play.applied()).toEqual([{ id: '1_a' }, { id: '2_b' }]);
  });
});

describe('sqlx', () => {
  test('keeps version, description and checksum, and works in UTC', async () => {
    using project = sqlProject({
      ...CARGO,
      'migrations/01_a_table.up.sql': `create table a as select current_setting('timezone') as zone`,
      'migrations/01_a_table.down.sql': 'drop table a',
      'migrations/2_b.sql': '-- no-transaction\ncreate index concurrently b on a (zone)',
    });
    const target = await newDatabase();
    await query(target, `alter database ${target.database} set timezone to 'Asia/Tokyo'`);
    await using play = await open(project.source(), target);
    expect(await play.run('up', '01_a_table', '2_b')).toEqual([COMPLETED, COMPLETED]);
    expect(await play.query('select zone from a')).toEqual([{ zone: 'UTC' }]);
    expect(
      await play.query(
        `select version, description, success, execution_time > 0 as timed,
                checksum = sha384(convert_to($1, 'UTF8')) as same
           from _sqlx_migrations where version = 1`,
        [`create table a as select current_setting('timezone') as zone`],
      ),
    ).toEqual([{ version: '1', description: 'a table', success: true, timed: true, same: true }]);
    expect(await play.applied()).toEqual([{ id: '01_a_table' }, { id: '2_b' }]);
    expect(await play.run('down', '01_a_table')).toEqual([COMPLETED]);
    expect(await play.applied()).toEqual([{ id: '2_b' }]);
  });

  test('tells what was edited after it was applied, what is missing and what is unfinished', async () => {
    using project = sqlProject({ ...CARGO, 'migrations/1_a.sql': 'select 1', 'migrations/2_b.sql': 'select 2' });
    await using play = await open(project.source());
    await play.run('up', '1_a');
    await play.query(`update _sqlx_migrations set checksum = 'x' where version = 1`);
    await play.query(`insert into _sqlx_migrations values (9, 'gone', now(), false, 'x', 0)`);
    expect(await play.applied()).toEqual([
      { id: '1_a', edited: true },
      { id: '9', unfinished: true },
    ]);
    expect(await play.run('up', '2_b')).toMatchObject([
      { status: 'failed', failure: { message: 'Migration 9 is partially applied.' } },
    ]);
  });

  test('does not find its table after a file has emptied the search path', async () => {
    using project = sqlProject({
      ...CARGO,
      'migrations/1_a.sql': `create table a (); select set_config('search_path', '', false)`,
    });
    await using play = await open(project.source());
    expect(await play.run('up', '1_a')).toEqual([
      {
        status: 'failed',
        failure: { message: 'relation "_sqlx_migrations" does not exist', sqlState: '42P01' },
      },
    ]);
    expect(await play.tables()).toEqual(['_sqlx_migrations']);
  });
});

describe('which of the two tools that write pairs', () => {
  const pair = { '1_a.up.sql': 'create table a ()', '1_a.down.sql': 'drop table a' };

  test('is told by the table in the database, against the default', async () => {
    using project = migrationsProject(pair);
    using before = sqlProject({ ...CARGO, 'migrations/1_a.up.sql': pair['1_a.up.sql'] });
    const target = await newDatabase();
    {
      await using play = await open(before.source(), target);
      await play.run('up', '1_a');
    }
    await using play = await open(project.source(), target);
    expect(await play.applied()).toEqual([{ id: '1_a' }]);
    expect(await play.tables()).toEqual(['_sqlx_migrations', 'a']);
  });

  test('is not told by a table of the same name that another tool has made', async () => {
    using project = sqlProject({ ...CARGO, 'migrations/1_a.up.sql': 'select 1' });
    const target = await newDatabase();
    await query(target, 'create table schema_migrations (version varchar primary key)');
    await using play = await open(project.source(), target);
    await play.run('up', '1_a');
    expect(await play.tables()).toEqual(['_sqlx_migrations', 'schema_migrations']);
  });

  test('stops when the tool of the database would have listed other files', async () => {
    using project = migrationsProject({ ...pair, '2_b.sql': 'select 1' });
    const target = await newDatabase();
    await query(target, 'create table _sqlx_migrations (version bigint, checksum bytea)');
    await expect(open(project.source(), target)).rejects.toMatchObject({
      code: 'MIGRATIONS_UNREADABLE',
      hint: 'Set migrations.layout to sqlx.',
    });
  });
});

describe('a session', () => {
  test.each([
    [
      'golang-migrate',
      { 'migrations/1_a.up.sql': 'begin; create table a ()' },
      '1_a',
      'The file left a transaction open.',
    ],
    [
      'diesel',
      {
        'migrations/1_a/up.sql': 'begin; create table a ()',
        'migrations/1_a/metadata.toml': 'run_in_transaction = false',
      },
      '1_a',
      'The file left a transaction open.',
    ],
    [
      'sqlx',
      { ...CARGO, 'migrations/1_a.sql': '-- no-transaction\nbegin; create table a ()' },
      '1_a',
      'The file left a transaction open.',
    ],
  ])('commits nothing of a file that left a transaction open: %s', async (_, files, id, message) => {
    using project = sqlProject(files);
    await using play = await open(project.source());
    expect(await play.run('up', id)).toMatchObject([{ status: 'failed', failure: { message } }]);
    expect(await play.tables()).not.toContain('a');
    expect(await play.idleInTransaction()).toBe(0);
  });

  test('survives a migration that ends its own connection', async () => {
    using project = sqlProject({
      ...CARGO,
      'migrations/1_a.sql': 'create table a (); select pg_terminate_backend(pg_backend_pid())',
      'migrations/2_b.sql': 'create table b ()',
    });
    await using play = await open(project.source());
    expect(await play.run('up', '1_a', '2_b')).toMatchObject([
      { status: 'failed', failure: { sqlState: '57P01' } },
      COMPLETED,
    ]);
    expect(await play.tables()).toEqual(['_sqlx_migrations', 'b']);
  });

  test('stops a migration that hangs when it is told to', async () => {
    using project = migrationsProject({ '1_a.up.sql': 'create table a (); select pg_sleep(60)' });
    const controller = new AbortController();
    await using play = await open(project.source());
    const running = play.run('up', { id: '1_a', signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 200);
    await expect(running).rejects.toThrow('enough');
    expect(
      await play.query(`select 1 from pg_stat_activity where query like '%pg_sleep(60)' and pid <> pg_backend_pid()`),
    ).toEqual([]);
  });

  test('a byte order mark fails as it does with the tools', async () => {
    using project = migrationsProject({ '1_a.up.sql': '\uFEFFcreate table a ()' });
    await using play = await open(project.source());
    expect(await play.run('up', '1_a')).toMatchObject([{ status: 'failed', failure: { sqlState: '42601' } }]);
  });

  test('a file that is not UTF-8 is a failed step, with nothing sent', async () => {
    using project = migrationsProject({ '1_a.up.sql': Buffer.from("select 'caf\u00e9'", 'latin1') });
    await using play = await open(project.source());
    expect(await play.run('up', '1_a')).toMatchObject([
      { status: 'failed', failure: { message: 'migrations/1_a.up.sql is not valid UTF-8.' } },
    ]);
  });

  test('does not tell values of rows', async () => {
    using project = migrationsProject({
      '1_a.up.sql': `create table a as select 'secret'::text as t; alter table a alter t type int using t::int`,
    });
    await using play = await open(project.source());
    expect(JSON.stringify(await play.run('up', '1_a'))).not.toContain('secret');
  });

  test('tells values of rows when it is asked to, where a file converts them and where its code raises them', async () => {
    using project = migrationsProject({
      '1_a.up.sql': `create table a as select 'secret'::text as t`,
      '1_a.down.sql': `do $$ declare v text; begin select t into v from a; raise exception 'still has %', v; end $$`,
      '2_b.up.sql': 'alter table a alter t type int using t::int',
    });
    const messages = async (showValues: boolean): Promise<string[]> => {
      await using way = await open(project.source({}, { showValues }));
      await using wayBack = await open(project.source({}, { showValues }));
      const outcomes = [
        ...(await way.run('up', '1_a', '2_b')),
        ...(await wayBack.run('up', '1_a')),
        ...(await wayBack.run('down', '1_a')),
      ];
      return outcomes.flatMap((outcome) => (outcome.status === 'failed' ? [outcome.failure.message] : []));
    };
    expect(await messages(false)).toEqual(['invalid input syntax for type integer: "…"', 'still has …']);
    expect(await messages(true)).toEqual(['invalid input syntax for type integer: "secret"', 'still has secret']);
  });

  test('goes on where a migration has dropped the schema of the books', async () => {
    using project = migrationsProject({
      '1_a.up.sql': 'create table a ()',
      '1_a.down.sql': 'drop schema public cascade',
    });
    await using play = await open(project.source());
    await play.run('up', '1_a');
    expect(await play.run('down', '1_a')).toMatchObject([
      { status: 'failed', failure: { message: 'schema "public" does not exist' } },
    ]);
    expect(await play.applied()).toEqual([]);
    expect(await play.run('up', '1_a')).toMatchObject([
      { status: 'failed', failure: { message: 'There is no schema to put the table schema_migrations in.' } },
    ]);
  });

  test('is refused where its books cannot be kept from the start', async () => {
    using project = migrationsProject({ '1_a.up.sql': 'select 1' });
    await using play = await open(project.source({ table: 'nowhere.books' }));
    await expect(play.applied()).rejects.toMatchObject({
      code: 'MIGRATION_TOOL_FAILED',
      message: 'golang-migrate cannot keep its books: schema "nowhere" does not exist',
    });
  });

  test('a file of comments only is run and completes', async () => {
    using project = migrationsProject({ '1_a.up.sql': '-- nothing\n', '1_a.down.sql': ' \n' });
    await using play = await open(project.source());
    expect(await play.run('up', '1_a')).toEqual([COMPLETED]);
    expect(await play.run('down', '1_a')).toEqual([COMPLETED]);
  });

  test('cannot be opened where nothing answers', async () => {
    using project = migrationsProject({ '1_a.up.sql': 'select 1' });
    const target = { ...server.target('nowhere'), connectionString: 'postgres://nobody@127.0.0.1:1/nowhere' };
    await expect(project.source().open(target, noSignal)).rejects.toMatchObject({ code: 'MIGRATION_TOOL_FAILED' });
  });
});

const COMPLETED: RunOutcome = { status: 'completed' };

type Step = string | { readonly id: string; readonly signal: AbortSignal };

interface Play extends AsyncDisposable, Pick<MigrationSession, 'applied'> {
  run(direction: Direction, ...steps: readonly Step[]): Promise<RunOutcome[]>;
  query(sql: string, values?: readonly unknown[]): Promise<unknown[]>;
  tables(): Promise<unknown[]>;
  idleInTransaction(): Promise<number>;
}

async function open(source: MigrationSource, target?: DatabaseTarget): Promise<Play> {
  const database = target ?? (await newDatabase());
  const { migrations } = await source.list(noSignal);
  const session = await source.open(database, noSignal);
  const find = (id: string): Migration => {
    const found = migrations.find((migration) => migration.id === id);
    if (!found) throw new Error(`no migration ${id}`);
    return found;
  };
  return {
    applied: () => session.applied(),
    run: async (direction, ...steps) => {
      const outcomes: RunOutcome[] = [];
      for (const step of steps) {
        const { id, signal } = typeof step === 'string' ? { id: step, signal: noSignal } : step;
        outcomes.push(await session.run(find(id), direction, signal));
      }
      return outcomes;
    },
    query: (sql, values) => query(database, sql, values),
    tables: async () =>
      (
        await query<{ name: string }>(
          database,
          `select tablename as name from pg_tables where schemaname = 'public' order by tablename collate "C"`,
        )
      ).map(({ name }) => name),
    idleInTransaction: async () =>
      (await query(database, `select 1 from pg_stat_activity where state like 'idle in transaction%'`)).length,
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

async function query<Row>(target: DatabaseTarget, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  await using db = await connect(target.connectionString, { applicationName: 'pgrehearse-test' });
  return await db.query<Row>(sql, values);
}
