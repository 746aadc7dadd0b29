import type { EventEmitter } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openBackup } from '../../../src/backup/index.ts';
import { connect, type Database } from '../../../src/postgres/connect.ts';
import { startCopy, type CopyIn } from '../../../src/postgres/copy.ts';
import type { EphemeralServer } from '../../../src/server/provider.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';
import { contents, EXPECTED, fixture, restored, type Restored } from './library.ts';

const signal = new AbortController().signal;

// The embedded default, which no client belongs to.
let server: EphemeralServer;
let folder: string;
beforeAll(async () => {
  server = await startTestServer();
  folder = await mkdtemp(join(tmpdir(), 'backup-test-'));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function restoredText(text: string | Buffer): Promise<Restored> {
  const path = join(folder, 'backup.sql');
  await writeFile(path, text);
  return restored(server, path);
}

async function rows({ target }: Restored, sql: string): Promise<unknown[]> {
  await using database = await connect(target.connectionString, { applicationName: 'test' });
  return await database.query(sql);
}

describe('a COPY that the server has ended, whenever that is noticed, rejects with why it was', () => {
  async function refused(until: (copy: CopyIn) => Promise<void>): Promise<unknown> {
    const target = await createDatabase(server, `copy_${String((copies += 1))}`);
    await using database = await connect(target.connectionString, { applicationName: 'test' });
    await database.script('create table t (id int)');
    const copy = startCopy(database, Buffer.from('copy t from stdin'));
    const first = copy.write(Buffer.from('no number\n')).catch(() => {});
    await new Promise((resolve) => connectionOf(database).once('readyForQuery', resolve));
    await first;
    return await until(copy).catch((error: unknown) => error);
  }
  let copies = 0;
  const connectionOf = ({ client }: Database): EventEmitter =>
    (client as unknown as { connection: EventEmitter }).connection;

  test.each<[string, (copy: CopyIn) => Promise<void>]>([
    ['by the next rows', (copy) => copy.write(Buffer.from('1\n'))],
    ['at the end', (copy) => copy.finish()],
  ])('%s', async (_, notice) => {
    expect(await refused(notice)).toMatchObject({ code: '22P02' });
  });

  test('by a cancel', async () => {
    expect(await refused((copy) => copy.cancel())).toBeUndefined();
  });
});

test('a dump of an older major comes into the newest server', async () => {
  await using library = await restored(server, fixture('library.sql'));
  expect(library.result.complaints).toEqual([]);
  expect(await contents(library.target)).toMatchObject({ books: EXPECTED.books, loans: EXPECTED.loans });
});

describe('after an error', () => {
  test('the rest is restored, and the error is said without values', async () => {
    await using database = await restoredText(`
      create table t (id int primary key, d date);
      create table t (id int);
      copy t from stdin;
1\t2024-01-01
2\tXXSECRETXX
\\.
      insert into t values (3, 'YYSECRETYY');
      create view v as select nothing from t;
      insert into t values (4, null);`);
    expect(database.result.complaints).toEqual([
      { message: 'relation "t" already exists (SQLSTATE 42P07)', object: 'create table t (id int)' },
      { message: 'invalid input syntax for type date: "…" (SQLSTATE 22007)', object: 'copy t' },
      { message: 'invalid input syntax for type date: "…" (SQLSTATE 22007)', object: 'insert into t' },
      { message: 'column "nothing" does not exist (SQLSTATE 42703)', object: 'create view v as select nothing from t' },
    ]);
    expect(await rows(database, 'select id from t')).toEqual([{ id: 4 }]);
  });

  test('only the failing one of many INSERTs is missing', async () => {
    const inserts = Array.from(
      { length: 3_000 },
      (_, index) => `insert into t values (${index === 1_700 ? 5 : index});\n`,
    );
    await using database = await restoredText(`create table t (id int primary key);\n${inserts.join('')}`);
    expect(database.result.complaints).toEqual([
      {
        message: 'duplicate key value violates unique constraint "t_pkey", key (id) (SQLSTATE 23505)',
        object: 'insert into t',
      },
    ]);
    expect(await rows(database, 'select count(*)::int as count from t')).toEqual([{ count: 2_999 }]);
  });

  test('in a transaction, what is not run for it is one complaint', async () => {
    await using database = await restoredText(`
      begin; create table t (id int); select 1/0; create table u (id int); insert into u values (1); commit;
      create table w (id int);`);
    expect(database.result.complaints.map(({ message }) => message)).toEqual([
      'division by zero (SQLSTATE 22012)',
      '2 more statements of the backup were not run, because their transaction had failed',
    ]);
    expect(await rows(database, `select relname from pg_class where relname in ('t', 'u', 'w')`)).toEqual([
      { relname: 'w' },
    ]);
  });

  test('in a COPY that the table is missing for, its rows are passed over', async () => {
    const data = 'select 1;\n'.repeat(100_000);
    await using database = await restoredText(`copy nowhere from stdin;\n${data}\\.\ncreate table t (id int);`);
    expect(database.result.complaints).toEqual([
      { message: 'relation "nowhere" does not exist (SQLSTATE 42P01)', object: 'copy nowhere' },
    ]);
    expect(await rows(database, 'select * from t')).toEqual([]);
  });
});

describe('roles', () => {
  test('several in one statement, in a transaction, with odd names', async () => {
    await using database = await restoredText(`
      begin; create table t (id int); grant select on t to a, "B ""b", c; alter table t owner to "Ö"; commit;
      do $$ begin execute 'grant select on t to hidden'; end $$;`);
    expect(database.result.complaints).toEqual([]);
    expect(database.result.shimmedRoles).toEqual(['B "b', 'a', 'c', 'hidden', 'Ö']);
  });

  test('of a session are taken on, as the dump says', async () => {
    await using database = await restoredText(`
      create schema s; grant all on schema s to app;
      set session authorization 'app'; create table s.t (id int); reset session authorization; create table s.u (id int);`);
    expect(database.result.shimmedRoles).toEqual(['app']);
    expect(
      await rows(database, `select relname, relowner::regrole::text as owner from pg_class where relname = 't'`),
    ).toEqual([{ relname: 't', owner: 'app' }]);
  });

  test('of the server that was dumped do not change ours', async () => {
    const user = server.target('postgres').user;
    await using database = await restoredText(`
      create role ${user}; alter role ${user} with nosuperuser password 'x'; create role app; alter role app with login password 'y';
      create role app; alter role app set work_mem = '8MB'; create table t (id int); alter table t owner to app;`);
    expect(database.result.complaints).toEqual([]);
    expect(database.result.shimmedRoles).toEqual([]);
    expect(await rows(database, `select rolsuper from pg_roles where rolname = '${user}'`)).toEqual([
      { rolsuper: true },
    ]);
    expect(await rows(database, `select rolpassword from pg_authid where rolname = 'app'`)).toEqual([
      { rolpassword: null },
    ]);
  });

  test('that only the server itself may make are complaints', async () => {
    await using database = await restoredText('create table t (id int); grant select on t to pg_nonsense;');
    expect(database.result.shimmedRoles).toEqual([]);
    expect(database.result.complaints.map(({ message }) => message)).toEqual([
      'role "pg_nonsense" does not exist (SQLSTATE 42704)',
    ]);
  });
});

test('an extension that the server lacks is named once, and its comment is no complaint', async () => {
  await using database = await restoredText(`
    create extension if not exists aws_s3 with schema public; comment on extension aws_s3 is 'x';
    create extension if not exists citext; create table t (c citext);`);
  expect(database.result.missingExtensions).toEqual(['aws_s3']);
  expect(database.result.complaints).toEqual([]);
  expect(database.warnings).toEqual([expect.stringMatching(/aws_s3.*Amazon/)]);
});

test('settings that this server does not know, existing schemas and removals of what is not there are explained', async () => {
  await using database = await restoredText(`
    create schema public; drop table public.t; drop schema if exists s; alter table if exists t drop constraint c;
    drop function f(int); create table t (id int);`);
  expect(database.result.complaints).toEqual([]);
});

test('privileges that the server does not grant are complaints, other warnings are passed on', async () => {
  await using database = await restoredText(`
    commit; create table t (id int); create role app; set role app;
    create type pg_temp.x as enum ('a'); reset role;
    create function f() returns void language plpgsql as $$ begin raise warning 'take care'; end $$; select f();`);
  expect(database.warnings).toEqual(['During the restore: take care.']);
});

test('a setting that no server knows is a complaint', async () => {
  await using database = await restoredText('set nonsense_of_mine = 1; set work_mem = 8192;');
  expect(database.result.complaints.map(({ message }) => message)).toEqual([
    'unrecognized configuration parameter "nonsense_of_mine" (SQLSTATE 42704)',
  ]);
});

test('psql commands that would have done something are complaints', async () => {
  await using database = await restoredText(
    `\\set ON_ERROR_STOP on\n\\echo hello\ncreate table t (id int);\n\\i other.sql\nselect 'drop table t' \\gexec\nselect 1;\n`,
  );
  expect(database.result.complaints.map(({ message }) => message)).toEqual([
    String.raw`the psql command \i is not supported in a dump; nothing was done for it`,
    String.raw`the psql command \gexec is not supported in a dump; nothing was done for it`,
  ]);
  expect(await rows(database, 'select * from t')).toEqual([]);
});

test('statements and rows in another encoding arrive as what they mean', async () => {
  const text = `set client_encoding = 'LATIN1';\ncreate table "tür" (name text);\ninsert into "tür" values ('für');\ncopy "tür" from stdin;\nMüller\n\\.\n`;
  await using database = await restoredText(Buffer.from(text, 'latin1'));
  expect(database.result.complaints).toEqual([]);
  expect(await rows(database, 'select * from "tür" order by name collate "C"')).toEqual([
    { name: 'Müller' },
    { name: 'für' },
  ]);
});

test('an encoding that cannot be split is refused', async () => {
  await expect(restoredText(`set client_encoding = 'SJIS';\nselect 1;`)).rejects.toMatchObject({
    code: 'BACKUP_UNREADABLE',
    hint: expect.stringMatching(/UTF8/),
  });
});

test('a byte order mark and Windows line ends are no part of the first statement', async () => {
  await using database = await restoredText(
    '\ufeff-- by hand\r\ncreate table t (id int);\r\ncopy t from stdin;\r\n1\r\n\\.\r\n',
  );
  expect(database.result.complaints).toEqual([]);
  expect(await rows(database, 'select * from t')).toEqual([{ id: 1 }]);
});

test('a compressed dump that is cut, and a file by hand with an open quote, end in an error', async () => {
  const whole = await readFile(fixture('library.sql'));
  await expect(restoredText(gzipSync(whole.subarray(0, 20_000)))).rejects.toMatchObject({
    code: 'BACKUP_UNREADABLE',
    message: expect.stringMatching(/cut short/),
  });
  await expect(restoredText("create table t (id int); insert into t values ('a")).rejects.toMatchObject({
    code: 'BACKUP_UNREADABLE',
  });
});

test('an abort in the middle of a COPY is the end of it', async () => {
  const path = join(folder, 'large.sql');
  await writeFile(path, `create table t (a text);\ncopy t from stdin;\n${'some text\n'.repeat(2_000_000)}\\.\n`);
  const target = await createDatabase(server, 'aborted plain');
  const controller = new AbortController();
  const reason = new Error('stop');
  const backup = await openBackup(path, {}, signal);
  const run = backup.restore(
    target,
    ({ doneBytes = 0 }) => {
      if (doneBytes > 3_000_000) controller.abort(reason);
    },
    controller.signal,
  );
  await expect(run).rejects.toBe(reason);
});

test('a server that goes away is an error, not a complaint', async () => {
  const own = await startTestServer();
  try {
    const target = await createDatabase(own, 'lost');
    const backup = await openBackup(fixture('library.sql'), {}, signal);
    let gone: PromiseLike<void> | undefined;
    const remove = (): void => {
      gone ??= own[Symbol.asyncDispose]();
    };
    const run = backup.restore(target, remove, signal);
    await expect(run).rejects.toMatchObject({ code: 'SERVER_UNAVAILABLE' });
    await gone;
  } finally {
    await own[Symbol.asyncDispose]();
  }
});

test('progress goes up to the size of the file', async () => {
  const seen: number[] = [];
  const items: string[] = [];
  const target = await createDatabase(server, 'progress');
  const backup = await openBackup(fixture('library.sql.gz'), {}, signal);
  await backup.restore(
    target,
    ({ doneBytes, totalBytes, item }) => {
      if (doneBytes !== undefined && totalBytes !== undefined) seen.push(doneBytes / totalBytes);
      if (item !== undefined) items.push(item);
    },
    signal,
  );
  expect(seen.at(-1)).toBe(1);
  expect(items).toContain('public.books');
});
