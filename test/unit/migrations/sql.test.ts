import { describe, expect, test } from 'vitest';

import { orderMigrations } from '../../../src/migrations/graph.ts';
import { sqlTool } from '../../../src/migrations/sql/index.ts';
import type { MigrationSource } from '../../../src/migrations/source.ts';
import { migrationsProject, noSignal, sqlProject, type SqlProject } from '../../helpers/sql-project.ts';

const GO_MOD = { 'go.mod': 'require github.com/golang-migrate/migrate/v4 v4.18.3\n' };
const CARGO = { 'Cargo.toml': '[dependencies]\nsqlx = { version = "0.8" }\n' };

const listOf = async (source: MigrationSource) => (await source.list(noSignal)).migrations;
const idsOf = async (source: MigrationSource): Promise<string[]> => (await listOf(source)).map(({ id }) => id);

const fileNames = (files: readonly string[], { folder }: SqlProject): string[] =>
  files.map((file) => file.slice(folder.length + 1).replaceAll('\\', '/'));

describe('pairs of files', () => {
  test('are ordered by number, each after the one before it', async () => {
    using project = migrationsProject({
      '100_c.up.sql': '',
      '9_b.up.sql': '',
      '9_b.down.sql': '-- nothing',
      '010_bc.up.sql': '',
      '1_a.up.sql': '',
      '20240101120000_d.up.sql': '',
    });
    const migrations = await listOf(project.source());
    expect(migrations.map(({ id, dependsOn, reversible }) => ({ id, dependsOn, reversible }))).toEqual([
      { id: '1_a', dependsOn: [], reversible: false },
      { id: '9_b', dependsOn: ['1_a'], reversible: true },
      { id: '010_bc', dependsOn: ['9_b'], reversible: false },
      { id: '100_c', dependsOn: ['010_bc'], reversible: false },
      { id: '20240101120000_d', dependsOn: ['100_c'], reversible: false },
    ]);
    expect(fileNames(migrations[1]?.files ?? [], project)).toEqual([
      'migrations/9_b.up.sql',
      'migrations/9_b.down.sql',
    ]);
  });

  test('with a V before the number, and with titles that do not agree', async () => {
    using project = migrationsProject({
      'V0002.Add.Users.up.sql': '',
      'V0001.Start.up.sql': '',
      'V0001.Begin.down.sql': '',
    });
    const migrations = await listOf(project.source());
    expect(migrations.map(({ id, files }) => [id, files.length])).toEqual([
      ['V0001.Start', 2],
      ['V0002.Add.Users', 1],
    ]);
  });

  test('two ups of one number share an id, so that the graph names both', async () => {
    using project = migrationsProject({ '1_a.up.sql': '', '01_b.up.sql': '', '1_a.down.sql': '', '2_c.up.sql': '' });
    const { problems } = orderMigrations(await listOf(project.source()));
    expect(problems).toMatchObject([{ kind: 'duplicate-id', id: '01' }]);
    const [problem] = problems;
    expect(problem?.kind === 'duplicate-id' ? fileNames(problem.files, project) : []).toEqual([
      'migrations/01_b.up.sql',
      'migrations/1_a.up.sql',
    ]);
  });

  test('other files are passed over and named', async () => {
    using project = migrationsProject({
      '1_a.up.sql': '',
      'README.md': '',
      'schema.sql': '',
      '1_a.up.sql.bak': '',
      'embed.go': '',
      '1_a_test.go': '',
      '.keep': '',
    });
    expect(await idsOf(project.source())).toEqual(['1_a']);
    expect(project.output.join('')).toContain('ignored: 1_a.up.sql.bak, 1_a_test.go, README.md, embed.go, schema.sql.');
  });

  test.each([['2_b.up.go'], ['2_b.down.go'], ['0002_b.go'], ['2_b.up.fizz'], ['V2.b.js'], ['2_b.up.sql.tmpl']])(
    'beside code stop the rehearsal: %s',
    async (name) => {
      using project = migrationsProject({ '1_a.up.sql': '', [name]: '' });
      await expect(listOf(project.source())).rejects.toMatchObject({
        code: 'MIGRATIONS_UNREADABLE',
        message: expect.stringContaining(name),
      });
    },
  );

  test('that hold both directions for another tool are refused', async () => {
    using project = sqlProject({
      ...CARGO,
      'migrations/1_a.sql': '-- +goose Up\nselect 1;\n-- +goose Down\nselect 2;\n',
    });
    await expect(listOf(project.source())).rejects.toMatchObject({ code: 'MIGRATIONS_UNREADABLE' });
  });
});

describe('the layout', () => {
  const pair = { 'migrations/1_a.up.sql': '', 'migrations/1_a.down.sql': '' };

  test.each<readonly [string, Readonly<Record<string, string>>, string | undefined]>([
    ['nothing', {}, undefined],
    ['a folder without migrations', { 'migrations/README.md': '' }, undefined],
    [
      'pairs alone',
      pair,
      'migrations (golang-migrate: up and down files; taken for golang-migrate, nothing says otherwise)',
    ],
    [
      'pairs and go.mod',
      { ...pair, ...GO_MOD },
      'migrations (golang-migrate: up and down files; go.mod names golang-migrate)',
    ],
    ['pairs and Cargo.toml', { ...pair, ...CARGO }, 'migrations (sqlx: up and down files; Cargo.toml names sqlx)'],
    [
      'pairs and both',
      { ...pair, ...CARGO, ...GO_MOD },
      'migrations (golang-migrate: up and down files; taken for golang-migrate, nothing says otherwise)',
    ],
    ['folders', { 'migrations/1_a/up.sql': '' }, 'migrations (diesel: folders with up.sql)'],
    [
      'one-way files of sqlx',
      { 'migrations/1_a.sql': '', ...CARGO },
      'migrations (sqlx: numbered files; Cargo.toml names sqlx)',
    ],
    ['one-way files of anyone', { 'migrations/1_a.sql': '' }, undefined],
    [
      'another usual folder',
      { 'db/migrations/1_a.up.sql': '', 'migrations/x.js': '' },
      'db/migrations (golang-migrate: up and down files; taken for golang-migrate, nothing says otherwise)',
    ],
  ])('is detected from %s', async (_, files, expected) => {
    using project = sqlProject(files);
    expect(await sqlTool.detect(project.folder)).toBe(expected);
  });

  test('decides the table of the books; where two are possible both are left out of comparisons', async () => {
    using project = sqlProject(pair);
    expect((await project.source().list(noSignal)).bookkeeping).toEqual([
      { name: 'schema_migrations' },
      { name: '_sqlx_migrations' },
    ]);
    expect((await project.source({ layout: 'sqlx' }).list(noSignal)).bookkeeping).toEqual([
      { name: '_sqlx_migrations' },
    ]);
    expect((await project.source({ table: 'ops.books' }).list(noSignal)).bookkeeping).toEqual([
      { schema: 'ops', name: 'books' },
    ]);
    expect((await project.source({ layout: 'golang-migrate', schema: 'ops' }).list(noSignal)).bookkeeping).toEqual([
      { schema: 'ops', name: 'schema_migrations' },
    ]);
  });

  test('can be set for one-way files', async () => {
    using project = migrationsProject({ '1_a.sql': '', '2_b.sql': '' });
    await expect(listOf(project.source())).rejects.toMatchObject({
      code: 'MIGRATIONS_NOT_FOUND',
      hint: expect.stringContaining('migrations.layout'),
    });
    expect(await idsOf(project.source({ layout: 'sqlx' }))).toEqual(['1_a', '2_b']);
  });
});

describe('diesel', () => {
  test('orders by version as text, without hyphens', async () => {
    using project = migrationsProject({
      '2020-2-3_c/up.sql': '',
      '2020-12-7-1_b/up.sql': '',
      '00000000000000_diesel_initial_setup/up.sql': '',
      'README.md': '',
    });
    expect(await idsOf(project.source())).toEqual([
      '00000000000000_diesel_initial_setup',
      '2020-12-7-1_b',
      '2020-2-3_c',
    ]);
  });

  test('gives two folders of one version one id', async () => {
    using project = migrationsProject({ '2020-01_a/up.sql': '', '202001_b/up.sql': '' });
    expect(await idsOf(project.source())).toEqual(['202001', '202001']);
  });

  test('is refused with a folder that diesel refuses', async () => {
    using project = migrationsProject({ '1_a/up.sql': '', '2_b/down.sql': '' });
    await expect(listOf(project.source())).rejects.toMatchObject({ message: expect.stringContaining('2_b') });
  });
});

describe('sqlx', () => {
  test('takes pairs and one-way files, and passes over a way back alone', async () => {
    using project = sqlProject({
      ...CARGO,
      'migrations/1_a.up.sql': '',
      'migrations/1_a.down.sql': '',
      'migrations/2_b.sql': '',
      'migrations/3_c.down.sql': '',
    });
    const migrations = await listOf(project.source());
    expect(migrations.map(({ id, reversible }) => [id, reversible])).toEqual([
      ['1_a', true],
      ['2_b', false],
    ]);
    expect(project.output.join('')).toContain('ignored: 3_c.down.sql.');
  });

  test.each([
    ['a file without a number', { 'seed_users.sql': '' }, 'seed_users.sql'],
    ['a file that is not UTF-8', { '2_b.sql': Buffer.from([0x2d, 0x2d, 0xe9]) }, '2_b.sql'],
  ])('is refused with %s, as by sqlx', async (_, files, name) => {
    using project = migrationsProject({ '1_a.sql': '', ...files });
    await expect(listOf(project.source({ layout: 'sqlx' }))).rejects.toMatchObject({
      code: 'MIGRATIONS_UNREADABLE',
      message: expect.stringContaining(name),
    });
  });
});

describe('comments for us', () => {
  test('name what a migration needs, where the tool keeps each migration', async () => {
    using project = migrationsProject({
      '1_a.sql': '',
      '2_b.sql': '',
      '3_c.sql': '-- no-transaction\n\n-- pgrehearse: depends on 1_a\nselect 1;',
      '4_d.sql': '-- pgrehearse: depends-on 2_b, 3_c\n',
      '5_e.sql': 'select 1;\n-- pgrehearse: depends on 1_a\n',
      '6_f.sql': '-- pgrehearse: depends on nothing\n',
    });
    const migrations = await listOf(project.source({ layout: 'sqlx' }));
    expect(migrations.map(({ dependsOn }) => dependsOn)).toEqual([[], ['1_a'], ['1_a'], ['2_b', '3_c'], ['4_d'], []]);
    expect(project.output.join('')).not.toContain('no waiver');
  });

  test('are ignored aloud where it keeps one version only', async () => {
    using project = migrationsProject({
      '1_a.up.sql': '',
      '2_b.up.sql': '',
      '3_c.up.sql': '-- pgrehearse: depends on 1_a',
    });
    expect((await listOf(project.source()))[2]?.dependsOn).toEqual(['2_b']);
    expect(project.output.join('')).toContain('"depends on" is ignored in 3_c');
  });

  test('waive findings, in either direction', async () => {
    using project = migrationsProject({
      '1_a.up.sql': '-- pgrehearse: allow blocking-lock until 2027-01-31, small table',
      '1_a.down.sql': '-- pgrehearse: allow down-loses-data, archived\n-- pgrehearse: alow x, y',
    });
    const [migration] = await listOf(project.source());
    expect(migration?.waivers).toEqual([
      { check: 'blocking-lock', until: '2027-01-31', reason: 'small table' },
      { check: 'down-loses-data', reason: 'archived' },
    ]);
    expect(project.output.join('')).toContain('1_a: "pgrehearse: alow x, y" is no waiver.');
  });
});

describe('the books of a backup', () => {
  test('golang-migrate: everything up to the version, and the version itself without a file', () => {
    using project = migrationsProject({ '1_a.up.sql': '', '3_b.up.sql': '', '10_c.up.sql': '' });
    const read = (version: string, dirty: string) =>
      project.source().readApplied({ schema_migrations: [{ version, dirty }] });
    expect(read('3', 'f')).toEqual([{ id: '1_a' }, { id: '3_b' }]);
    expect(read('3', 't')).toEqual([{ id: '1_a' }, { id: '3_b', unfinished: true }]);
    expect(read('5', 'f')).toEqual([{ id: '1_a' }, { id: '3_b' }, { id: '5' }]);
    expect(read('-1', 't')).toEqual([{ id: '1_a', unfinished: true }]);
    expect(project.source().readApplied({ schema_migrations: [] })).toEqual([]);
    expect(project.source().readApplied({})).toEqual([]);
  });

  test('sqlx: told from golang-migrate by its table; checksums and success count', () => {
    using project = migrationsProject({ '1_a.up.sql': '', '2_b.up.sql': '', '3_c.up.sql': '' });
    // sha384 of an empty file.
    const empty = String.raw`\x38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b`;
    expect(
      project.source().readApplied({
        _sqlx_migrations: [
          { version: '7', success: 't', checksum: empty },
          { version: '2', success: 't', checksum: String.raw`\x00` },
          { version: '1', success: 't', checksum: empty },
          { version: '3', success: 'f', checksum: empty },
        ],
      }),
    ).toEqual([{ id: '1_a' }, { id: '2_b', edited: true }, { id: '3_c', unfinished: true }, { id: '7' }]);
  });

  test('diesel: by version', () => {
    using project = migrationsProject({ '2024-01-01_a/up.sql': '', '2024-01-02_b/up.sql': '' });
    expect(
      project.source().readApplied({
        __diesel_schema_migrations: [
          { version: '20240102', run_on: '' },
          { version: '20230101', run_on: '' },
        ],
      }),
    ).toEqual([{ id: '20230101' }, { id: '2024-01-02_b' }]);
  });

  test('are those of the table that the config names', () => {
    using project = migrationsProject({ '1_a.up.sql': '' });
    const rows = { books: [{ version: '1', dirty: 'f' }], schema_migrations: [] };
    expect(project.source({ table: 'ops.books' }).readApplied(rows)).toEqual([{ id: '1_a' }]);
  });
});

describe('bad input', () => {
  test('a folder that is not there, one that is empty, and none at all', async () => {
    using project = sqlProject({ 'empty/README.md': '' });
    const create = (directory?: string) =>
      sqlTool.create({
        projectFolder: project.folder,
        options: {},
        onOutput: () => {},
        ...(directory !== undefined && { directory }),
      });
    await expect(listOf(create('nowhere'))).rejects.toMatchObject({
      code: 'MIGRATIONS_NOT_FOUND',
      message: 'There is no folder nowhere.',
    });
    await expect(listOf(create('empty'))).rejects.toMatchObject({
      code: 'MIGRATIONS_NOT_FOUND',
      message: 'There are no SQL migrations in empty.',
    });
    await expect(listOf(create())).rejects.toMatchObject({ code: 'MIGRATIONS_NOT_FOUND' });
  });

  test.each<readonly [Readonly<Record<string, unknown>>, string]>([
    [{ tabel: 'x' }, 'migrations.tabel is not an option of sql.'],
    [{ layout: 'goose' }, 'migrations.layout must be one of golang-migrate, diesel, sqlx, not "goose".'],
    [{ table: 'a.b.c' }, 'migrations.table must be a name, or a schema and a name with a dot between, not "a.b.c".'],
    [{ table: 'a.b', schema: 'c' }, 'migrations.schema must be a as in migrations.table, not "c".'],
    [{ searchPath: 3 }, 'migrations.searchPath must be a text or a list of texts, not 3.'],
  ])('options %j', (options, message) => {
    using project = sqlProject({});
    expect(() => project.source(options)).toThrow(message);
  });

  test('the checksum is of both files', async () => {
    using project = migrationsProject({ '1_a.up.sql': 'select 1', '1_a.down.sql': 'select 2' });
    using edited = migrationsProject({ '1_a.up.sql': 'select 1', '1_a.down.sql': 'select 3' });
    const [[one], [other]] = [await listOf(project.source()), await listOf(edited.source())];
    expect(one?.checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(one?.checksum).not.toBe(other?.checksum);
  });
});
