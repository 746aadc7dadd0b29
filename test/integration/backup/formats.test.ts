import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openBackup } from '../../../src/backup/index.ts';
import { connect } from '../../../src/postgres/connect.ts';
import type { EphemeralServer } from '../../../src/server/provider.ts';
import { startTestServer } from '../../helpers/servers.ts';
import { contents, EXPECTED, fixture, restored } from './library.ts';

const signal = new AbortController().signal;

let server: EphemeralServer;
beforeAll(async () => {
  server = await startTestServer(15, { timezone: 'UTC' });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const ARCHIVES = ['library.custom', 'library.uncompressed', 'library.directory', 'library.tar'];
const PLAIN = [
  'library.sql',
  'library.sql.gz',
  'library.sql.zst',
  'library.17.sql',
  'library.inserts.sql',
  'library.column-inserts.sql',
];
const WITH_DATABASE = ['library.create.sql', 'library.cluster.sql'];

describe.each([...ARCHIVES, ...PLAIN, ...WITH_DATABASE])('%s', (name) => {
  test('is restored completely and without a complaint', async () => {
    await using library = await restored(server, fixture(name));

    expect(library.result.complaints).toEqual([]);
    expect(library.result.missingExtensions).toEqual([]);
    expect(library.warnings).toEqual([]);
    expect(await contents(library.target)).toEqual(EXPECTED);
  });

  test('gives the rows of its bookkeeping table without a server', async () => {
    const backup = await openBackup(fixture(name), {}, signal);

    const tables = await backup.readTables(['knex_migrations', 'empty_table', 'no_such_table'], signal);

    expect(Object.keys(tables).toSorted()).toEqual(['empty_table', 'knex_migrations']);
    expect(tables['empty_table']).toEqual([]);
    expect(tables['knex_migrations']?.map((row) => [row['id'], row['name'], row['batch']])).toEqual([
      ['1', '20240101_books.js', '1'],
      ['2', '20240102_\\loans.js', '1'],
      ['3', '20240103_x.js', '2'],
    ]);
    expect(tables['knex_migrations']?.[2]?.['migration_time']).toBe(null);
  });
});

test.each([...ARCHIVES, ...PLAIN])('roles that %s refers to are made without login and named', async (name) => {
  await using library = await restored(server, fixture(name));

  expect(library.result.shimmedRoles).toEqual(['Head Librarian', 'librarian', 'reader']);
  await using database = await connect(library.target.connectionString, { applicationName: 'test' });
  const roles = await database.query(
    `select rolcanlogin from pg_roles where rolname in ('Head Librarian', 'librarian', 'reader')`,
  );
  expect(roles).toEqual([{ rolcanlogin: false }, { rolcanlogin: false }, { rolcanlogin: false }]);
});

test.each([...ARCHIVES, ...WITH_DATABASE])('the settings of the database itself come with %s', async (name) => {
  await using library = await restored(server, fixture(name));

  await using database = await connect(library.target.connectionString, { applicationName: 'test' });
  expect(await database.query("select current_setting('timezone') as zone")).toEqual([{ zone: 'Asia/Tokyo' }]);
});

describe('what is known before the restore', () => {
  test.each(ARCHIVES)('%s says time, server, tool and database', async (name) => {
    const { description } = await openBackup(fixture(name), {}, signal);

    expect(description).toMatchObject({ serverMajor: 15, dumpMajor: 15, database: 'library', path: fixture(name) });
    expect(description.createdAt).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
    expect(description.bytes).toBeGreaterThan(15_000);
  });

  test.each([
    ['library.custom', 'custom'],
    ['library.directory', 'directory'],
    ['library.tar', 'tar'],
    ['library.sql.zst', 'plain'],
  ])('%s is in %s format', async (name, format) => {
    expect((await openBackup(fixture(name), {}, signal)).description.format).toBe(format);
  });

  test('a verbose plain dump says when it was made, another does not', async () => {
    expect((await openBackup(fixture('library.sql.gz'), {}, signal)).description.createdAt).toMatch(/^20.*Z$/);
    expect((await openBackup(fixture('library.17.sql'), {}, signal)).description.createdAt).toBeUndefined();
  });

  test('a dump of a whole cluster and one with --create name the database', async () => {
    expect((await openBackup(fixture('library.cluster.sql'), {}, signal)).description.database).toBe('library');
    expect((await openBackup(fixture('library.create.sql'), {}, signal)).description.database).toBe('library');
  });
});

test('a qualified name finds the table in that schema', async () => {
  for (const name of ['library.custom', 'library.sql']) {
    const backup = await openBackup(fixture(name), {}, signal);
    const tables = await backup.readTables(
      ['Odd.Schema.Mixed Case', 'public.knex_migrations', 'x.knex_migrations'],
      signal,
    );
    expect(tables['Odd.Schema.Mixed Case']).toEqual([
      { select: '1', 'a "quoted" name': 'x' },
      { select: '2', 'a "quoted" name': null },
    ]);
    expect(tables['public.knex_migrations']).toHaveLength(3);
    expect(tables['x.knex_migrations']).toBeUndefined();
  }
});
