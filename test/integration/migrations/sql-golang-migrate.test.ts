import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { orderMigrations } from '../../../src/migrations/graph.ts';
import { sqlTool } from '../../../src/migrations/sql/index.ts';
import type { Migration } from '../../../src/migrations/source.ts';
import { connect } from '../../../src/postgres/connect.ts';
import type { Direction } from '../../../src/recording/recording.ts';
import type { DatabaseTarget, EphemeralServer } from '../../../src/server/provider.ts';
import { ensureGolangMigrate } from '../../helpers/golang-migrate.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';
import { migrationsProject, noSignal } from '../../helpers/sql-project.ts';

const FIXTURE = join(
  dirname(fileURLToPath(import.meta.url)),
  '../../../fixtures/migrations/sql-golang-migrate/history',
);

const tool = await ensureGolangMigrate();
if ('missing' in tool) process.stderr.write(`Skipped: ${tool.missing}\n`);
const binary = 'binary' in tool ? tool.binary : '';

describe.skipIf('missing' in tool)('beside the real golang-migrate', () => {
  let server: EphemeralServer;
  let databases = 0;
  let dumper: string | undefined;

  beforeAll(async () => {
    const { stdout } = await promisify(execFile)('pg_dump', ['--version']).catch(() => ({ stdout: '' }));
    const dumps = /\b(\d+)[.\d]*/.exec(stdout)?.[1];
    server = await startTestServer(dumps === undefined ? undefined : Number(dumps));
    dumper = dumps === undefined ? undefined : 'pg_dump';
    if (!dumper) process.stderr.write('Without pg_dump only the lists of relations and the books are compared.\n');
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  const newDatabase = (): Promise<DatabaseTarget> => createDatabase(server, `golang_${++databases}`);

  test('a rehearsal passes through the same states as the tool, and the tool agrees with the books', async () => {
    const [ours, theirs] = [await newDatabase(), await newDatabase()];
    await using play = await openPlay(FIXTURE, ours);
    const up = (...ids: string[]): Promise<void> => both('up', ...ids);
    const down = (...ids: string[]): Promise<void> => both('down', ...ids);
    const both = async (direction: Direction, ...ids: string[]): Promise<void> => {
      for (const id of ids) expect(await play.run(id, direction)).toEqual({ status: 'completed' });
      expect((await migrate(theirs, FIXTURE, [direction, String(ids.length)])).failed).toBe(false);
      expect(await stateOf(ours, dumper), `${direction} ${ids.join(' ')}`).toEqual(await stateOf(theirs, dumper));
      expect(await versionOf(ours, FIXTURE)).toBe(await versionOf(theirs, FIXTURE));
    };
    const { ids } = play;
    expect(ids).toEqual(['1_users', '2_orders', '9_orders_user', '10_audit', '11_more_events', '100_touch']);
    await up(ids[0] ?? '');
    for (const [index, id] of ids.entries()) {
      const next = ids[index + 1];
      await down(id);
      await (next === undefined ? up(id) : up(id, next));
    }
    await down(...ids.toReversed());
    expect(await versionOf(ours, FIXTURE)).toBe('error: no migration');
  });

  test('after a rehearsal the tool itself goes on', async () => {
    const ours = await newDatabase();
    {
      await using play = await openPlay(FIXTURE, ours);
      for (const id of play.ids.slice(0, 3)) await play.run(id, 'up');
      await play.run('9_orders_user', 'down');
    }
    expect(await versionOf(ours, FIXTURE)).toBe('2');
    expect((await migrate(ours, FIXTURE, ['up'])).failed).toBe(false);
    await using play = await openPlay(FIXTURE, ours);
    expect(await play.applied()).toEqual(play.ids.map((id) => ({ id })));
    expect(await play.run('100_touch', 'down')).toEqual({ status: 'completed' });
    expect(await versionOf(ours, FIXTURE)).toBe('11');
  });

  test.each<readonly [string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'an error in the middle of a file',
      { '1_a.up.sql': 'create table a (); select nothing; create table b ()' },
      ['up'],
    ],
    ['an error after a commit', { '1_a.up.sql': 'begin; create table a (); commit; select nothing' }, ['up']],
    [
      'an error inside of its own transaction',
      { '1_a.up.sql': 'begin; create table a (); select nothing; commit' },
      ['up'],
    ],
    ['a transaction left open', { '1_a.up.sql': 'begin; create table a ()' }, ['up']],
    ['a stray commit', { '1_a.up.sql': 'create table a (); commit; create table b (); begin; commit' }, ['up']],
    ['CONCURRENTLY in company', { '1_a.up.sql': 'create table a (i int); create index concurrently on a (i)' }, ['up']],
    ['VACUUM alone', { '1_a.up.sql': 'vacuum' }, ['up']],
    [
      'a new enum label that is used at once',
      { '1_a.up.sql': `create type t as enum ('x')`, '2_b.up.sql': `alter type t add value 'y'; select 'y'::t` },
      ['up', 'up'],
    ],
    ['a byte order mark', { '1_a.up.sql': '\uFEFFcreate table a ()' }, ['up']],
    ['a psql command', { '1_a.up.sql': '\\set x 1\ncreate table a ()' }, ['up']],
    ['a NUL byte', { '1_a.up.sql': 'create table a ();\0 create table b ()' }, ['up']],
    ['data for COPY', { '1_a.up.sql': 'create table a (i int); copy a from stdin;\n1\n\\.\n' }, ['up']],
    [
      'the connection ended by the file',
      { '1_a.up.sql': 'create table a (); select pg_terminate_backend(pg_backend_pid())' },
      ['up'],
    ],
    ['an empty file', { '1_a.up.sql': '', '1_a.down.sql': '\n' }, ['up', 'down']],
    [
      'a failed way back to nothing',
      { '1_a.up.sql': 'create table a ()', '1_a.down.sql': 'drop table b' },
      ['up', 'down'],
    ],
    ['no way back at all', { '1_a.up.sql': 'create table a ()' }, ['up', 'down']],
    ['a way back alone', { '1_a.up.sql': 'create table a ()', '2_b.down.sql': 'drop table a' }, ['up', 'up', 'down']],
    ['the whole schema dropped', { '1_a.up.sql': 'drop schema public cascade; create schema public' }, ['up']],
    ['its own table dropped', { '1_a.up.sql': 'drop table schema_migrations' }, ['up']],
    [
      'a search path that another file sets',
      { '1_a.up.sql': 'create schema s; set search_path to s', '2_b.up.sql': 'create table b ()' },
      ['up', 'up'],
    ],
    [
      'a default search path changed for later',
      {
        '1_a.up.sql': `create schema s; do $$ begin execute format('alter database %I set search_path to s', current_database()); end $$`,
        '2_b.up.sql': 'create table b ()',
      },
      ['up', 'up'],
    ],
    [
      'settings of the session',
      {
        '1_a.up.sql': `create table a as select name, setting from pg_settings where name in ('DateStyle', 'TimeZone', 'extra_float_digits', 'client_encoding', 'standard_conforming_strings', 'statement_timeout', 'lock_timeout', 'IntervalStyle', 'bytea_output', 'search_path', 'default_transaction_isolation', 'client_min_messages')`,
      },
      ['up'],
    ],
  ])('ends as the tool does: %s', async (_, files, steps) => {
    using project = migrationsProject(files);
    const folder = join(project.folder, 'migrations');
    const [ours, theirs] = [await newDatabase(), await newDatabase()];
    await using play = await openPlay(folder, ours);
    const ids = [...play.ids];
    const applied: string[] = [];
    let failed = false;
    for (const step of steps) {
      const id = step === 'up' ? ids[applied.length] : applied.pop();
      if (step === 'up' && id !== undefined) applied.push(id);
      failed = (await play.run(id ?? '', step === 'up' ? 'up' : 'down')).status === 'failed';
    }
    let refused = false;
    for (const [direction, count] of runsOf(steps))
      refused = (await migrate(theirs, folder, [direction, String(count)])).failed;
    expect({ failed, ...(await stateOf(ours, dumper)) }).toEqual({
      failed: refused,
      ...(await stateOf(theirs, dumper)),
    });
  });
});

/** `up, up, down` is two runs of the tool. */
function runsOf(steps: readonly string[]): [string, number][] {
  const runs: [string, number][] = [];
  for (const step of steps) {
    const last = runs.at(-1);
    if (last?.[0] === step) last[1] += 1;
    else runs.push([step, 1]);
  }
  return runs;
}

async function openPlay(directory: string, target: DatabaseTarget) {
  const source = sqlTool.create({ projectFolder: directory, directory, options: {}, onOutput: () => {} });
  const { ordered } = orderMigrations((await source.list(noSignal)).migrations);
  const byId = new Map<string, Migration>(ordered.map((migration) => [migration.id, migration]));
  const session = await source.open(target, noSignal);
  return {
    ids: ordered.map(({ id }) => id),
    applied: () => session.applied(),
    run: async (id: string, direction: Direction) => {
      const migration = byId.get(id);
      if (!migration) throw new Error(`no migration ${id}`);
      return await session.run(migration, direction, noSignal);
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

async function migrate(
  { connectionString }: DatabaseTarget,
  folder: string,
  args: readonly string[],
): Promise<{ readonly failed: boolean; readonly text: string }> {
  const database = `${connectionString}${connectionString.includes('?') ? '&' : '?'}sslmode=disable`;
  try {
    const { stderr } = await promisify(execFile)(binary, ['-path', folder, '-database', database, ...args]);
    return { failed: false, text: stderr.trim() };
  } catch (error) {
    return { failed: true, text: error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '' };
  }
}

const versionOf = async (target: DatabaseTarget, folder: string): Promise<string> =>
  (await migrate(target, folder, ['version'])).text;

async function stateOf(target: DatabaseTarget, dumper: string | undefined) {
  await using db = await connect(target.connectionString, { applicationName: 'pgrehearse-test' });
  const relations = await db.query(
    `select relnamespace::regnamespace::text as schema, relname, relkind from pg_class
      where relnamespace::regnamespace::text not like 'pg\\_%' and relnamespace::regnamespace::text <> 'information_schema'
      order by 1, 2`,
  );
  const books: unknown[] = [];
  for (const { schema } of await db.query<{ schema: string }>(
    `select schemaname as schema from pg_tables where tablename = 'schema_migrations' order by 1`,
  )) {
    books.push({ schema, rows: await db.query(`select * from "${schema}".schema_migrations order by 1`) });
  }
  const schema = dumper === undefined ? '' : await dump(dumper, target);
  return { relations, books, schema };
}

async function dump(dumper: string, { host, port, user, password, database }: DatabaseTarget): Promise<string> {
  const { stdout } = await promisify(execFile)(dumper, ['-h', host, '-p', String(port), '-U', user, '-d', database], {
    env: { ...process.env, PGPASSWORD: password },
  });
  // Newer ones write a random key.
  return stdout.replaceAll(/^\\(?:un)?restrict .*$/gm, '');
}
