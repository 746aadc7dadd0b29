import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openBackup } from '../../../src/backup/index.ts';
import { connect } from '../../../src/postgres/connect.ts';
import { type Production, startFrom, startProduction } from '../../helpers/base-backups.ts';
import { ownTempFolder, processesNaming, runsIn } from '../server/run-folders.ts';

const CONTENTS = `select pg_catalog.count(*)::int as rows, pg_catalog.md5(pg_catalog.string_agg(t::text, ' ' order by id)) as sum from stock t`;

let production: Production;
let expected: Record<string, unknown>[];
let paths: Record<string, string>;

beforeAll(async () => {
  const archive = `touch ${process.env['TMPDIR'] ?? '/tmp'}/nobody-archives`;
  production = await startProduction({ archive_mode: 'on', archive_command: archive, track_commit_timestamp: 'on' });
  const { sql, backUp, place, folder } = production;
  await sql('postgres', 'create database shop');
  await sql(
    'shop',
    `create table stock as select id, repeat(md5(id::text), 3) as what from generate_series(1, 20000) id`,
    `create role owner nologin valid until '2001-01-01' connection limit 0`,
    'alter table stock owner to owner',
  );
  expected = await sql('shop', CONTENTS);
  paths = {
    'one tar from the standard output': join(folder, 'alone.tar'),
    plain: await backUp('plain', ['-Fp']),
    'plain, asking to be a standby': await backUp('standby', ['-Fp', '-R']),
    'plain, SHA-256': await backUp('sha', ['-Fp', '-X', 'fetch', '--manifest-checksums=SHA256']),
  };
  const { host, port } = production.server.target('postgres');
  const alone = execFileSync(
    '/usr/lib/postgresql/15/bin/pg_basebackup',
    ['-h', host, '-p', String(port), '-U', 'root', '-c', 'fast', '-D', '-', '-Ft', '-X', 'fetch'],
    { env: { ...process.env, PGPASSWORD: 'only-in-tests' }, maxBuffer: 1 << 30 },
  );
  writeFileSync(join(folder, 'alone.tar'), alone);
  const fast = await place('fast');
  await sql('shop', `create tablespace fast location '${fast}'`, 'create table placed tablespace fast as table stock');
  const moved = `${fast}=${await place('moved')}`;
  Object.assign(paths, {
    'plain with a tablespace': await backUp('plain-ts', ['-Fp', '-T', moved]),
    tar: await backUp('tar', ['-Ft']),
    'tar, gzip': await backUp('gzip', ['-Ft', '-z']),
    'tar, the log inside': await backUp('fetch', ['-Ft', '-X', 'fetch']),
    'tar, named by base.tar': join(await backUp('named', ['-Ft']), 'base.tar'),
    'tar, zstd': await backUp('zstd', ['-Ft']),
  });
  const zstd = join(folder, 'zstd');
  for (const name of readdirSync(zstd).filter((one) => one.endsWith('.tar')))
    execFileSync('zstd', ['-q', '--rm', name], { cwd: zstd });
});
afterAll(() => production[Symbol.asyncDispose]());

describe('a base backup', () => {
  test.each([
    'plain',
    'plain, asking to be a standby',
    'plain, SHA-256',
    'plain with a tablespace',
    'tar',
    'tar, gzip',
    'tar, zstd',
    'tar, the log inside',
    'tar, named by base.tar',
    'one tar from the standard output',
  ])('%s: starts with everything in it, tame, from a copy', async (form) => {
    const path = paths[form] ?? '';
    const before = fingerprint(production.folder);
    await using started = await startFrom(path);
    expect(await started.sql(CONTENTS)).toEqual(expected);
    const hasTablespace = /^tar|tablespace/.test(form);
    const placed = hasTablespace ? await started.sql(CONTENTS.replace('stock', 'placed')) : expected;
    expect(placed).toEqual(expected);
    const [state] = await started.sql(
      'checkpoint',
      `select pg_catalog.pg_is_in_recovery() as standby, ${SETTINGS.map((name) => `pg_catalog.current_setting('${name}') as ${name}`).join()}`,
    );
    expect(state).toEqual({
      standby: false,
      archive_mode: 'off',
      archive_command: '(disabled)',
      restore_command: '',
      primary_conninfo: '',
      shared_preload_libraries: '',
      max_logical_replication_workers: '0',
      track_commit_timestamp: 'on',
      ssl: 'off',
    });
    await started.sql('insert into stock values (0, null)', 'select pg_catalog.pg_switch_wal()');
    await started.server[Symbol.asyncDispose]();
    expect(fingerprint(production.folder)).toEqual(before);
  });

  test('says what it is without a server', async () => {
    const { description } = await openBackup(paths['tar'] ?? '', {}, new AbortController().signal);
    expect(description).toMatchObject({ format: 'base', serverMajor: 15 });
    const minutes = (Date.now() - Date.parse(description.createdAt ?? '')) / 60_000;
    expect(minutes).toBeGreaterThanOrEqual(0);
    expect(minutes).toBeLessThan(30);
    expect(description.bytes).toBeGreaterThan(20_000_000);
  });

  test('that was aborted leaves nothing, wherever it was', async () => {
    for (const at of ['Copying', 'Verifying', 'Reading', 'Recovering']) {
      using temp = ownTempFolder();
      const abort = new AbortController();
      const starting = startFrom(paths['tar, gzip'] ?? '', {
        signal: abort.signal,
        onNews: ({ text }) => text.startsWith(at) && abort.abort(),
      });
      await expect(starting, at).rejects.toMatchObject({ name: 'AbortError' });
      expect(runsIn(temp.path), at).toEqual([]);
      expect(processesNaming(temp.path), at).toEqual([]);
    }
  });
});

const SETTINGS = [
  'archive_mode',
  'archive_command',
  'restore_command',
  'primary_conninfo',
  'shared_preload_libraries',
  'max_logical_replication_workers',
  'track_commit_timestamp',
  'ssl',
];

/** Of every file: name, size, time of the last change. */
function fingerprint(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => {
    const { size, mtimeMs } = statSync(join(folder, name));
    return `${name} ${size} ${mtimeMs}`;
  });
}

describe('in a copy of production', () => {
  test('nobody gets in but with this run’s password or their own, and the settings of production are for migrations', async () => {
    const { sql, backUp } = production;
    await sql(
      'postgres',
      'alter database shop set default_transaction_read_only = on',
      "alter database shop set session_preload_libraries = 'no_such_library'",
      "alter role all set statement_timeout = '1ms'",
      'alter role all set default_transaction_isolation = serializable',
    );
    const path = await backUp('settings', ['-Fp', '-T', `${production.folder}/fast=${await production.place('f2')}`]);
    await sql('postgres', 'alter database shop reset all', 'alter role all reset all');
    await using started = await startFrom(path);
    const [own] = await started.sql(
      'create table written (id integer)',
      "select pg_catalog.pg_sleep(0.01), pg_catalog.current_setting('statement_timeout') as timeout, current_user::text as me",
    );
    expect(own).toMatchObject({ timeout: '0', me: 'pgrehearse_upkeep' });
    const kept = await started.sql(
      "select pg_catalog.array_to_string(setconfig, ' ') as kept from pg_catalog.pg_db_role_setting where setrole <> 'pgrehearse_upkeep'::regrole order by 1",
    );
    expect(kept.map(({ kept: text }) => text).join(' ')).toMatch(/read_only=on.*statement_timeout=1ms/);
    const { port } = started.server.target('shop');
    const knock = (who: string) =>
      connect(`postgres://${who}@127.0.0.1:${port}/postgres`, { applicationName: 'test' }).then(
        async (session) => session[Symbol.asyncDispose]().then(() => 'in'),
        (error: Error) => error.message,
      );
    expect(await knock('pgrehearse_upkeep:wrong')).toMatch(/password authentication failed/);
    expect(await knock('Big%20Boss:')).toMatch(/password/);
  });

  test('subscriptions reach nobody, not even when they are dropped', async () => {
    let knocks = 0;
    const publisher = createServer((socket) => {
      knocks += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(publisher, 'listening');
    const { port } = publisher.address() as { port: number };
    await using subscriber = await startProduction({ max_logical_replication_workers: '0' });
    await subscriber.sql(
      'postgres',
      `create subscription news connection 'host=127.0.0.1 port=${port} dbname=x' publication p with (connect = false, slot_name = news)`,
      'create table read_by_it (id integer)',
      'alter subscription news enable',
    );
    await using started = await startFrom(await subscriber.backUp('plain', ['-Fp']));
    expect(await started.sql('select subname::text, subenabled from pg_catalog.pg_subscription')).toEqual([
      { subname: 'news', subenabled: false },
    ]);
    await started.sql('drop subscription news');
    publisher.close();
    expect(knocks).toBe(0);
  });

  test('prepared transactions are there, however many', async () => {
    await using production2 = await startProduction({ max_prepared_transactions: '40' });
    const { sql, backUp } = production2;
    await sql('postgres', 'create table t (id integer)');
    for (let each = 0; each < 25; each++)
      await sql('postgres', `begin; insert into t values (${each}); prepare transaction 'p${each}'`);
    await using started = await startFrom(await backUp('plain', ['-Fp']));
    expect(await started.sql('select pg_catalog.count(*)::int as open from pg_catalog.pg_prepared_xacts')).toEqual([
      { open: 25 },
    ]);
    expect(started.server.contents?.database).toBe('postgres');
  });
});

describe('the database', () => {
  test('is the one that is named, and several are no choice of ours', async () => {
    await using two = await startProduction();
    await two.sql('postgres', 'create database empty', 'create database shop', 'create database "Second One"');
    await two.sql('shop', 'create table t (id integer)');
    await two.sql('Second One', 'create function f() returns integer return 1');
    const path = await two.backUp('plain', ['-Fp']);
    using temp = ownTempFolder();
    await expect(startFrom(path)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'The base backup holds several databases with contents: "Second One", "shop".',
    });
    await expect(startFrom(path, { database: 'shpo' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(runsIn(temp.path)).toEqual([]);
    await using started = await startFrom(path, { database: 'Second One' });
    expect(await started.sql('select f()')).toEqual([{ f: 1 }]);
  });
});

test('a backup that was taken while others wrote is as of one moment', async () => {
  await using busy = await startProduction();
  await busy.sql('postgres', 'create table account as select id, 100 as amount from generate_series(1, 500) id');
  const stop = new AbortController();
  let moved = 0;
  const writing = (async () => {
    for (; !stop.signal.aborted; moved++) {
      await busy.sql(
        'postgres',
        `with taken as (update account set amount = amount - 1 where id = ${(moved % 500) + 1} returning 1)
           update account set amount = amount + 1 where id = ${((moved + 7) % 500) + 1} and exists (select from taken)`,
        `create table made_${moved} as select 1 as one`,
      );
    }
  })();
  const before = moved;
  const path = await busy.backUp('plain', ['-Fp', '--max-rate=20M']);
  stop.abort();
  await writing;
  expect(moved).toBeGreaterThan(before + 3);
  await using started = await startFrom(path);
  const [row] = await started.sql(
    `select pg_catalog.sum(amount)::int as whole, (select count(*)::int from pg_class where relname ~ '^made_') as made from account`,
  );
  expect(row?.['whole']).toBe(50_000);
  expect(Number(row?.['made'])).toBeGreaterThan(0);
  expect(readFileSync(join(path, 'backup_label'), 'utf8')).toContain('START WAL');
});
