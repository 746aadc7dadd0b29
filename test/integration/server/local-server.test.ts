import { existsSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { connect } from '../../../src/postgres/connect.ts';
import { localServer } from '../../../src/server/index.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';
import { answersOn, ownTempFolder, processesNaming, runFolderOf, runsIn } from './run-folders.ts';

const never = new AbortController().signal;
const newest = { settings: {}, projectFolder: process.cwd() };

describe('a local server', () => {
  test.each([14, 15, 16, 17, 18])('of PostgreSQL %i starts, answers, and is gone after disposal', async (major) => {
    const server = await startTestServer(major);
    expect(server.major).toBe(major);
    expect(server.version).toMatch(new RegExp(`^${major}\\.\\d+$`));
    const folder = await runFolderOf(server);
    expect(existsSync(folder)).toBe(true);

    await server[Symbol.asyncDispose]();
    expect(existsSync(folder)).toBe(false);
    expect(processesNaming(folder)).toEqual([]);
    await expect(answersOn(server.target('postgres').port)).resolves.toBe(false);
  });

  test.each([14, 15, 16, 17, 18])(
    'of PostgreSQL %i sorts by code point and knows letters beyond ASCII',
    async (major) => {
      await using server = await startTestServer(major);
      await using database = await connect(server.target('postgres').connectionString, { applicationName: 'test' });
      const [row] = await database.query(
        `select pg_catalog.array_agg(word order by word) as words, pg_catalog.lower('ÉÑ') as lower, 'é' ~ '^\\w$' as word,
         pg_catalog.current_setting('server_encoding') as encoding, pg_catalog.current_setting('timezone') as zone
       from pg_catalog.unnest(array['b', 'a', 'B', 'ä', 'A']) as word`,
      );
      expect(row).toEqual({ words: ['A', 'B', 'a', 'b', 'ä'], lower: 'éñ', word: true, encoding: 'UTF8', zone: 'UTC' });
    },
  );

  test('creates databases whatever their name', async () => {
    await using server = await startTestServer();
    const target = await createDatabase(server, `Größe "x"/@:&=+%20 1`);
    await using database = await connect(target.connectionString, { applicationName: 'test' });
    expect(await database.query('select pg_catalog.current_database() as name')).toEqual([{ name: target.database }]);
  });

  test('lets nobody in without its password, not even over the socket, and listens on the loopback only', async () => {
    await using server = await startTestServer();
    const { connectionString, port, password } = server.target('postgres');
    const folder = await runFolderOf(server);
    const wrong = connectionString.replace(password, 'wrong');
    await expect(connect(wrong, { applicationName: 'test' })).rejects.toThrow(/password authentication failed/);
    const socket = `postgres://postgres:wrong@/postgres?host=${encodeURIComponent(`${folder}/socket`)}&port=${port}`;
    await expect(connect(socket, { applicationName: 'test' })).rejects.toThrow(/password authentication failed/);
    await using right = await connect(socket.replace('wrong', password), { applicationName: 'test' });
    expect(
      await right.query(
        `select pg_catalog.current_setting('listen_addresses') as a, pg_catalog.inet_server_addr() as b`,
      ),
    ).toEqual([{ a: '127.0.0.1', b: null }]);
  });

  test('has a password of its own in each run, and none in a command line or the log', async () => {
    await using one = await startTestServer();
    await using other = await startTestServer();
    const [a, b] = [one.target('postgres'), other.target('postgres')];
    expect(a.password).not.toBe(b.password);
    expect(a.port).not.toBe(b.port);
    expect(processesNaming(a.password)).toEqual([]);
    await using database = await connect(a.connectionString, { applicationName: 'test', quiet: false });
    await database.query('select 42 as seen');
    const readLog = async (): Promise<string> => {
      const [row] = await database.query<{ text: string }>(
        `select pg_catalog.pg_read_file(pg_catalog.pg_current_logfile('csvlog')) as text`,
      );
      return row?.text ?? '';
    };
    // The log is written by a process of its own, a moment later.
    await expect.poll(readLog, { timeout: 10_000 }).toContain('select 42 as seen');
    const text = await readLog();
    expect(text).not.toMatch(/alter role|SCRAM-SHA/i);
    expect(text).not.toContain(a.password);
  });

  test("takes the user's settings last and tells which ones it runs with", async () => {
    await using server = await startTestServer(undefined, {
      TimeZone: 'Europe/Berlin',
      work_mem: '7MB',
      'my.quote': `a'\\b`,
    });
    expect(server.settings).toMatchObject({ timezone: 'Europe/Berlin', work_mem: '7MB', fsync: 'off' });
    await using database = await connect(server.target('postgres').connectionString, { applicationName: 'test' });
    const rows = await database.query(
      `select pg_catalog.current_setting('timezone') as zone, pg_catalog.current_setting('work_mem') as memory,
         pg_catalog.current_setting('my.quote') as quote, pg_catalog.current_setting('fsync') as fsync`,
    );
    expect(rows).toEqual([{ zone: 'Europe/Berlin', memory: '7MB', quote: `a'\\b`, fsync: 'off' }]);
  });

  test('starts many at once, each on its own', async () => {
    using temp = ownTempFolder();
    const servers = await Promise.all(Array.from({ length: 4 }, () => localServer.start(newest, never)));
    expect(new Set(servers.map((server) => server.target('postgres').port)).size).toBe(4);
    expect(runsIn(temp.path)).toHaveLength(4);
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    expect(runsIn(temp.path)).toEqual([]);
  });

  test('can be disposed twice, and when it is dead already', async () => {
    using temp = ownTempFolder();
    const server = await localServer.start(newest, never);
    await using database = await connect(server.target('postgres').connectionString, { applicationName: 'test' });
    const [row] = await database.query<{ pid: string }>(
      `select pg_catalog.split_part(pg_catalog.pg_read_file('postmaster.pid'), e'\\n', 1) as pid`,
    );
    process.kill(Number(row?.pid), 'SIGKILL');
    await server[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    expect(runsIn(temp.path)).toEqual([]);
  });
});
