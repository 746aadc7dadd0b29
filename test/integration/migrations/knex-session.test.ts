import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Direction } from '../../../src/recording/recording.ts';
import type { MigrationSession, MigrationSet, RunOutcome } from '../../../src/migrations/source.ts';
import { connect } from '../../../src/postgres/connect.ts';
import type { DatabaseTarget, EphemeralServer } from '../../../src/server/provider.ts';
import { aKnexProject, type KnexProject, sqlMigration } from '../../helpers/knex-project.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';

let server: EphemeralServer;
let databases = 0;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const COMPLETED = { status: 'completed' };

describe('what knex is told', () => {
  test('keeps its books where the project has them', async () => {
    await using rig = await aRig(
      { '001_a.js': sqlMigration('create table a ()', 'drop table a') },
      ['create schema ops'],
      { tableName: 'history', schemaName: 'ops' },
    );
    expect(await rig.run('001_a.js')).toEqual(COMPLETED);
    expect(await rig.rows('select name, batch from ops.history')).toEqual([{ name: '001_a.js', batch: 1 }]);
    expect(await rig.rows("select to_regclass('public.knex_migrations') as books")).toEqual([{ books: null }]);
  });

  test('sets the search path of the project', async () => {
    await using rig = await aRig(
      { '001_a.js': sqlMigration('create table a ()', 'drop table a') },
      ['create schema app'],
      { searchPath: ['app', 'public'] },
    );
    expect(await rig.run('001_a.js')).toEqual(COMPLETED);
    expect(
      await rig.rows(
        "select to_regclass('app.a') is not null as there, to_regclass('app.knex_migrations') is not null as books",
      ),
    ).toEqual([{ there: true, books: true }]);
  });

  test('uses a transaction, or none where the migration or the config says so', async () => {
    const concurrently = 'create index concurrently i on t (id)';
    await using rig = await aRig(
      {
        '001_inside.js': sqlMigration(concurrently),
        '002_outside.js': sqlMigration(concurrently, 'drop index i', 'exports.config = { transaction: false };'),
      },
      ['create table t (id int)'],
    );
    expect(await rig.run('001_inside.js')).toMatchObject({ status: 'failed', failure: { sqlState: '25001' } });
    expect(await rig.run('002_outside.js')).toEqual(COMPLETED);
    await using without = await aRig({ '001_inside.js': sqlMigration(concurrently) }, ['create table t (id int)'], {
      disableTransactions: true,
    });
    expect(await without.run('001_inside.js')).toEqual(COMPLETED);
  });

  test('runs TypeScript and modules', async () => {
    await using rig = await aRig({
      '001_a.ts': `import type { Knex } from 'knex';
        enum Table { A = 'a' }
        export const up = (knex: Knex): Promise<void> => knex.schema.createTable(Table.A, (t) => { t.increments(); });
        export const down = async (knex: Knex): Promise<void> => { await knex.schema.dropTable(Table.A); };`,
    });
    expect(await rig.run('001_a.ts')).toEqual(COMPLETED);
    expect(await rig.run('001_a.ts', 'down')).toEqual(COMPLETED);
  });

  test('keeps the hooks of the pool and the settings of the session, and nothing else of the connection', async () => {
    await using rig = await aRig(
      {
        '001_a.js': sqlMigration(
          "create table a as select current_setting('lock_timeout') l, current_setting('my.hook') h, current_user::text u, current_setting('application_name') n",
        ),
      },
      [],
      {},
      `module.exports = { client: 'pg', connection: { host: 'prod.example.org', user: 'prod', password: 'p', lock_timeout: 4321 },
         pool: { min: 0, max: 7, afterCreate: (c, done) => c.query("set my.hook = 'ran'", (error) => done(error, c)) } };`,
    );
    expect(await rig.run('001_a.js')).toEqual(COMPLETED);
    expect(await rig.rows('select l, h, u from a')).toEqual([{ l: '4321ms', h: 'ran', u: rig.target.user }]);
    expect(await rig.rows('select n from a')).toEqual([{ n: expect.stringMatching(/^rehearsed-knex-/) }]);
  });

  test('leaves books with which the knex CLI agrees', async () => {
    await using rig = await aRig(
      {
        '001_a.js': sqlMigration('create table a ()', 'drop table a'),
        '002_b.js': sqlMigration('create table b ()', 'drop table b'),
      },
      [],
      {},
      `module.exports = { client: 'pg', connection: process.env.DATABASE_URL };`,
    );
    for (const direction of ['up', 'down', 'up'] as const)
      expect(await rig.run('001_a.js', direction)).toEqual(COMPLETED);
    expect(await rig.knexCli('migrate:list')).toMatch(
      /Found 1 Completed Migration file.*001_a\.js.*Found 1 Pending.*002_b\.js/s,
    );
    expect(await rig.run('002_b.js')).toEqual(COMPLETED);
    expect(await rig.knexCli('migrate:latest')).toContain('Already up to date');
    expect(await rig.knexCli('migrate:rollback')).toContain('Batch 2 rolled back: 1 migrations');
    expect((await rig.session.applied()).map(({ id }) => id)).toEqual(['001_a.js']);
  });
});

describe('books in an odd state', () => {
  test('are listed and rehearsed although the file of an applied migration is gone', async () => {
    await using rig = await aRig({ '002_b.js': sqlMigration('create table b ()', 'drop table b') }, [
      ...BOOKS,
      "insert into knex_migrations (name, batch) values ('001_gone.js', 1)",
    ]);
    expect(await rig.session.applied()).toEqual([{ id: '001_gone.js' }]);
    expect(await rig.run('002_b.js')).toEqual(COMPLETED);
    expect(await rig.run('002_b.js', 'down')).toEqual(COMPLETED);
    expect(await rig.session.applied()).toEqual([{ id: '001_gone.js' }]);
  });

  test('that were locked when the backup was made are freed, and it is said', async () => {
    await using rig = await aRig({ '001_a.js': sqlMigration('create table a ()') }, [
      ...BOOKS,
      'insert into knex_migrations_lock (is_locked) values (1)',
    ]);
    expect(rig.project.output()).toContain('migration lock');
    expect(await rig.run('001_a.js')).toEqual(COMPLETED);
  });

  test('do not pass a migration off as run that was applied before', async () => {
    await using rig = await aRig({ '001_a.js': sqlMigration('create table a ()') });
    expect(await rig.run('001_a.js')).toEqual(COMPLETED);
    expect(await rig.run('001_a.js')).toMatchObject({
      status: 'failed',
      failure: { message: expect.stringContaining('applied already') },
    });
    expect(await rig.run('001_a.js', 'down')).toEqual(COMPLETED);
    expect(await rig.run('001_a.js', 'down')).toMatchObject({
      status: 'failed',
      failure: { message: expect.stringContaining('was not run') },
    });
  });

  test('run out of order what comes before the newest', async () => {
    await using rig = await aRig(
      {
        '001_a.js': sqlMigration('create table a ()', 'drop table a'),
        '002_b.js': sqlMigration('create table b ()', 'drop table b'),
      },
      [...BOOKS, "insert into knex_migrations (name, batch) values ('002_b.js', 3)", 'create table b ()'],
    );
    expect(await rig.run('001_a.js')).toEqual(COMPLETED);
    expect(await rig.rows('select name, batch from knex_migrations order by id')).toEqual([
      { name: '002_b.js', batch: 3 },
      { name: '001_a.js', batch: 4 },
    ]);
    expect(await rig.run('002_b.js', 'down')).toEqual(COMPLETED);
  });
});

describe('a failure', () => {
  test.each([
    [
      'of a constraint',
      "insert into t values (1, 'ada@example.org')",
      /^duplicate key value violates unique constraint "t_pkey"$/,
    ],
    [
      'of a cast',
      'alter table t alter email type integer using email::integer',
      /^invalid input syntax for type integer: "…"$/,
    ],
    [
      'raised in the migration',
      "do $$ begin raise exception 'no way back for %', (select email from t); end $$",
      /^no way back for …$/,
    ],
    [
      'raised by a function',
      'select complain()',
      /^exception raised by PL\/pgSQL function complain\(\) line 1 at RAISE \(/,
    ],
    ['raised without values', "do $$ begin raise exception 'one way only'; end $$", /^one way only$/],
    ['of a name with a dash', 'drop table "a - b"', /^table "a - b" does not exist$/],
  ])('%s says what the server said, and no value of a row, in no place', async (_, sql, message) => {
    await using rig = await aRig({ '001_a.js': sqlMigration(sql) }, [
      'create table t (id int primary key, email text)',
      "insert into t values (1, 'ada@example.org')",
      "create function complain() returns void language plpgsql as $$ begin raise exception 'bad %', (select email from t); end $$",
    ]);
    const outcome = await rig.run('001_a.js');
    expect(outcome).toMatchObject({ status: 'failed', failure: { message: expect.stringMatching(message) } });
    expect(JSON.stringify(outcome) + rig.project.output()).not.toContain('ada');
  });

  test('of the user’s own JavaScript is told in its words', async () => {
    await using rig = await aRig({
      '001_a.js': `exports.up = async () => { throw new TypeError('rows is undefined'); }; exports.down = async () => {};`,
    });
    expect(await rig.run('001_a.js')).toEqual({ status: 'failed', failure: { message: 'rows is undefined' } });
  });

  test('because there is no way back is what knex says of it', async () => {
    await using rig = await aRig({ '001_a.js': 'exports.up = async () => {};' });
    expect(await rig.run('001_a.js')).toMatchObject({
      failure: { message: expect.stringContaining('must have both an up and down function') },
    });
  });

  test('of the connection does not leave the books locked', async () => {
    await using rig = await aRig({
      '001_a.js': sqlMigration(
        'select pg_terminate_backend(pg_backend_pid())',
        'select 1',
        'exports.config = { transaction: false };',
      ),
      '002_b.js': sqlMigration('create table b ()'),
    });
    expect(await rig.run('001_a.js')).toMatchObject({ status: 'failed' });
    expect(await rig.run('002_b.js')).toEqual(COMPLETED);
  });
});

describe('code that misbehaves', () => {
  const next = { '002_next.js': sqlMigration('create table next ()', 'drop table next') };

  test.each([
    [
      'ends its process',
      "exports.up = async (knex) => { await knex.raw('create table t ()'); process.exit(0); };",
      /ended the process that ran it \(exit code 0\)/,
    ],
    [
      'is killed',
      "exports.up = async (knex) => { await knex.raw('create table t ()'); process.kill(process.pid, 'SIGKILL'); await new Promise(() => {}); };",
      /ended the process that ran it \(SIGKILL\)/,
    ],
    [
      'throws where nobody catches',
      "exports.up = (knex) => new Promise(() => setTimeout(() => { throw new Error('lost'); }, 5));",
      /thrown outside of any promise: lost/,
    ],
    [
      'forgets a promise that is rejected',
      "exports.up = async (knex) => { void knex('nowhere').insert({ a: 1 }).then(() => {}); await knex.raw('select pg_sleep(0.1)'); };",
      /nobody waited for.*(nowhere|current transaction)/,
    ],
    [
      'forgets one without a transaction',
      "exports.up = async (knex) => { void knex('nowhere').select().then(() => {}); }; exports.config = { transaction: false };",
      /nobody waited for was rejected: relation "nowhere" does not exist/,
    ],
    [
      'leaves the channel',
      'exports.up = async () => { process.disconnect(); await new Promise(() => {}); };',
      /ended the process/,
    ],
    [
      'closes knex',
      'exports.up = (knex) => knex.destroy(); exports.config = { transaction: false };',
      /^It closed knex with knex\.destroy\(\), and knex cannot write its books after that/,
    ],
    [
      'closes knex without waiting for that',
      'exports.up = async (knex) => { void knex.destroy(); }; exports.config = { transaction: false };',
      /^It closed knex with knex\.destroy\(\)/,
    ],
    [
      'closes knex after an error',
      "exports.up = (knex) => knex.raw('select nothing').finally(() => knex.destroy()); exports.config = { transaction: false };",
      /^It closed knex .* after that: .*column "nothing" does not exist$/,
    ],
  ])('%s: the step has failed, nothing half done stays, and the next one runs', async (_, up, message) => {
    await using rig = await aRig({ '001_bad.js': `${up}\nexports.down = async () => {};`, ...next });
    expect(await rig.run('001_bad.js')).toMatchObject({
      status: 'failed',
      failure: { message: expect.stringMatching(message) },
    });
    expect(await rig.rows("select to_regclass('t') as t")).toEqual([{ t: null }]);
    expect(await rig.run('002_next.js')).toEqual(COMPLETED);
    expect(await rig.run('002_next.js', 'down')).toEqual(COMPLETED);
  });

  test('closes knex when its step is over: the next one is not to blame', async () => {
    await using rig = await aRig({
      '001_a.js': `exports.up = async (knex) => { setTimeout(() => knex.destroy(), 50); };
        exports.down = async () => {}; exports.config = { transaction: false };`,
      ...next,
    });
    expect(await rig.run('001_a.js')).toEqual(COMPLETED);
    const sessions =
      "select pid from pg_stat_activity where application_name like 'rehearsed-knex-%' and datname = current_database()";
    await expect.poll(() => rig.rows(sessions), { timeout: 10_000 }).toEqual([]);
    expect(await rig.run('002_next.js')).toEqual(COMPLETED);
    expect((await rig.session.applied()).map(({ id }) => id)).toEqual(['001_a.js', '002_next.js']);
  });

  test('does not wait for its queries: they are waited for', async () => {
    await using rig = await aRig({
      '001_a.js': `exports.up = async (knex) => { void knex.raw('select pg_sleep(0.1)').then(() => knex.raw('select pg_sleep(0.5)')).then(() => knex.raw('create table late ()')).then(() => {}); };
        exports.down = async () => {}; exports.config = { transaction: false };`,
    });
    expect(await rig.run('001_a.js')).toEqual(COMPLETED);
    expect(await rig.rows("select to_regclass('late')::text as late")).toEqual([{ late: 'late' }]);
  });

  test.each([
    ['in JavaScript', 'exports.up = async () => { for (;;); };'],
    ['in the server', "exports.up = (knex) => knex.raw('create table t (); select pg_sleep(600)');"],
    [
      'deaf to signals',
      "exports.up = async () => { process.on('SIGTERM', () => {}); await new Promise((done) => setTimeout(done, 600000)); };",
    ],
  ])('hangs %s: an abort ends it, and the session can go on', async (_, up) => {
    await using rig = await aRig({ '001_bad.js': `${up}\nexports.down = async () => {};`, ...next });
    const enough = new AbortController();
    const running = rig.run('001_bad.js', 'up', enough.signal);
    await setTimeout(500);
    const abortedAt = performance.now();
    enough.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(performance.now() - abortedAt).toBeLessThan(5_000);
    expect(await rig.run('002_next.js')).toEqual(COMPLETED);
    expect(
      await rig.rows("select pid from pg_stat_activity where query like '%pg_sleep(600)%' and pid <> pg_backend_pid()"),
    ).toEqual([]);
  });

  test('asks for a second connection inside of a transaction, and gets it as with the tool', async () => {
    await using rig = await aRig({
      '001_a.js': `exports.up = (knex) => knex.transaction(async (trx) => { await trx.raw('select 1'); await knex.raw('create table outside ()'); await knex.raw('create table again ()'); });
        exports.down = async () => {}; exports.config = { transaction: false };`,
    });
    expect(await rig.run('001_a.js')).toEqual(COMPLETED);
    expect(await rig.rows("select to_regclass('again')::text as again")).toEqual([{ again: 'again' }]);
  });

  test('opens a connection of its own: it reaches the ephemeral server, by every usual way', async () => {
    process.env['SHOP_DB'] = 'postgresql://shop:secret@prod.example.org:5432/shop';
    process.env['PGHOST'] = 'prod.example.org';
    try {
      await using rig = await aRig(
        {
          '001_a.js': `exports.up = async () => { ${['', 'process.env.SHOP_DB', 'process.env.DATABASE_URL'].map((way) => `{ ${connectWith(way)} }`).join(' ')} }; exports.down = async () => {};`,
        },
        ['create table seen (n int)'],
      );
      expect(await rig.run('001_a.js')).toEqual(COMPLETED);
      expect(await rig.rows('select count(*)::int as n from seen')).toEqual([{ n: 3 }]);
    } finally {
      delete process.env['SHOP_DB'];
      delete process.env['PGHOST'];
    }
  });

  test('has an address of another server written in it: it does not get there', async () => {
    await using other = await startTestServer();
    const { host, port, user, password } = other.target('postgres');
    const config = JSON.stringify({ host, port, user, password, database: 'postgres' });
    await using rig = await aRig({
      '001_a.js': `exports.up = async () => { const c = new (require('pg').Client)(${config}); await c.connect(); await c.query('create table intruder ()'); await c.end(); }; exports.down = async () => {};`,
    });
    expect(await rig.run('001_a.js')).toMatchObject({
      status: 'failed',
      failure: { message: expect.stringContaining(`tried to open a PostgreSQL session at ${host}:${port}`) },
    });
    await using database = await connect(other.target('postgres').connectionString, {
      applicationName: 'pgrehearse test',
    });
    expect(await database.query("select to_regclass('intruder') as t")).toEqual([{ t: null }]);
  });

  test('changes its session: the way back starts afresh, the next up does not', async () => {
    await using rig = await aRig({
      '001_a.js': sqlMigration(
        "set my.mark = 'set'",
        "create table mark as select current_setting('my.mark', true) as m",
      ),
      '002_b.js': sqlMigration("create table kept as select current_setting('my.mark', true) as m"),
    });
    await rig.run('001_a.js');
    await rig.run('002_b.js');
    await rig.run('001_a.js', 'down');
    expect(await rig.rows('select m from kept')).toEqual([{ m: 'set' }]);
    expect((await rig.rows('select m from mark'))[0]?.['m'] || null).toBeNull();
  });
});

test('leaves no process behind', async () => {
  const rig = await aRig({ '001_a.js': sqlMigration('select 1') });
  const name = (
    await rig.rows(
      "select application_name as name from pg_stat_activity where application_name like 'rehearsed-knex-%' and datname = current_database()",
    )
  )[0]?.['name'];
  expect(name).toMatch(/^rehearsed-knex-/);
  await rig[Symbol.asyncDispose]();
  await using upkeep = await connect(server.target('postgres').connectionString, {
    applicationName: 'pgrehearse test',
  });
  await expect
    .poll(() => upkeep.query('select 1 from pg_stat_activity where application_name = $1', [name]))
    .toEqual([]);
});

/** JavaScript that leaves a row through a connection of its own. */
const connectWith = (config: string): string =>
  `const c = new (require('pg').Client)(${config}); await c.connect(); await c.query('insert into seen values (1)'); await c.end();`;

const BOOKS = [
  'create table knex_migrations (id serial primary key, name varchar(255), batch integer, migration_time timestamptz)',
  'create table knex_migrations_lock (index serial primary key, is_locked integer)',
];

interface Rig extends AsyncDisposable {
  readonly project: KnexProject;
  readonly target: DatabaseTarget;
  readonly session: MigrationSession;
  run(id: string, direction?: Direction, signal?: AbortSignal): Promise<RunOutcome>;
  rows(sql: string): Promise<Record<string, unknown>[]>;
  knexCli(command: string): Promise<string>;
}

/** A project with these migrations, and a session on a database in which some SQL was run before. */
async function aRig(
  migrations: Readonly<Record<string, string>>,
  before: readonly string[] = [],
  options: Readonly<Record<string, unknown>> = {},
  knexfile = "module.exports = { client: 'pg' };",
): Promise<Rig> {
  databases += 1;
  const target = await createDatabase(server, `knex ${databases}`);
  const files = Object.entries(migrations).map(([name, content]) => [`migrations/${name}`, content]);
  const project = await aKnexProject({ 'knexfile.js': knexfile, ...Object.fromEntries(files) });
  const database = await connect(target.connectionString, { applicationName: 'pgrehearse test' });
  for (const sql of before) await database.query(sql);
  const never = new AbortController().signal;
  const source = project.source(options);
  const set: MigrationSet = await source.list(never);
  const session = await source.open(target, never);
  return {
    project,
    target,
    session,
    run: (id, direction = 'up', signal = never) =>
      session.run(
        set.migrations.find((migration) => migration.id === id)!,
        direction,
        signal,
      ),
    rows: (sql) => database.query(sql),
    knexCli: async (command) => {
      const cli = join(project.folder, 'node_modules/knex/bin/cli.js');
      const env = { ...process.env, DATABASE_URL: target.connectionString, NO_COLOR: '1' };
      return (await promisify(execFile)(process.execPath, [cli, command], { cwd: project.folder, env })).stdout;
    },
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
      await project[Symbol.asyncDispose]();
    },
  };
}
