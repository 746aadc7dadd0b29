import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { orderMigrations } from '../../../src/migrations/graph.ts';
import { detectTool } from '../../../src/migrations/index.ts';
import type { Migration, MigrationSource } from '../../../src/migrations/source.ts';
import { aKnexProject } from '../../helpers/knex-project.ts';

const JS = 'exports.up = async () => {};\nexports.down = async () => {};\n';
const TS =
  'type Nothing = void;\nexport async function up(): Promise<Nothing> {}\nexport async function down(): Promise<Nothing> {}\n';

describe('the knexfile', () => {
  const config = `{ client: 'pg', connection: 'postgres://u:secret@prod.example.org/shop', migrations: { directory: './db', tableName: 'books' } }`;

  test.each([
    ['an object', 'knexfile.js', `module.exports = ${config};`],
    ['a function', 'knexfile.js', `module.exports = () => (${config});`],
    ['an async function', 'knexfile.cjs', `module.exports = async () => (${config});`],
    ['a promise', 'knexfile.js', `module.exports = Promise.resolve(${config});`],
    ['a module', 'knexfile.mjs', `export default ${config};`],
    ['a module with an async function', 'knexfile.mjs', `export default async () => (${config});`],
    ['TypeScript', 'knexfile.ts', `const config: Record<string, unknown> = ${config};\nexport default config;`],
    ['TypeScript with assignment', 'knexfile.ts', `const config: object = ${config};\nmodule.exports = config;`],
    ['environments', 'knexfile.js', `module.exports = { production: { client: 'mysql' }, test: ${config} };`],
  ])('may be %s', async (_, name, content) => {
    await using project = await aKnexProject({ [name]: content, 'db/001_a.js': JS });
    const source = project.source();
    expect(await idsOf(source)).toEqual(['001_a.js']);
    expect((await source.list(never())).bookkeeping).toEqual([{ name: 'books' }, { name: 'books_lock' }]);
  });

  test('gives the environment that the config names', async () => {
    await using project = await aKnexProject({
      'knexfile.js': `module.exports = { test: { client: 'pg', migrations: { directory: 'a' } }, staging: { client: 'pg', migrations: { directory: 'b' } } };`,
      'a/001_a.js': JS,
      'b/001_b.js': JS,
    });
    expect(await idsOf(project.source({ environment: 'staging' }))).toEqual(['001_b.js']);
    await expect(idsOf(project.source({ environment: 'live' }))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringContaining('test, staging'),
    });
  });

  test('may be anywhere; its folder is then where relative paths start, as for the knex CLI', async () => {
    await using project = await aKnexProject({
      'server/knexfile.js': `module.exports = { client: 'pg', migrations: { directory: './db' } };`,
      'server/db/001_a.js': JS,
    });
    expect(await idsOf(project.source({ knexfile: 'server/knexfile.js' }))).toEqual(['001_a.js']);
  });

  test('is not needed', async () => {
    await using project = await aKnexProject({ 'migrations/001_a.js': JS, 'db/002_b.js': JS });
    expect(await idsOf(project.source())).toEqual(['001_a.js']);
    expect(await idsOf(project.source({ tableName: 'books' }, 'db'))).toEqual(['002_b.js']);
  });

  test('yields to what the config of pgrehearse says', async () => {
    await using project = await aKnexProject({
      'knexfile.js': `module.exports = { client: 'pg', searchPath: ['x'], migrations: { tableName: 'a', migrationSource: { getMigrations: async () => ['nothing'] } } };`,
      'db/001_a.js': JS,
    });
    const set = await project.source({ tableName: 'b', schemaName: 'ops' }, 'db').list(never());
    expect(set.migrations.map(({ id }) => id)).toEqual(['001_a.js']);
    expect(set.bookkeeping).toEqual([
      { schema: 'ops', name: 'b' },
      { schema: 'ops', name: 'b_lock' },
    ]);
  });

  test('with a search path puts the books there', async () => {
    await using project = await aKnexProject({
      'knexfile.js': `module.exports = { client: 'pg', searchPath: ['app', 'public'] };`,
      'migrations/001_a.js': JS,
    });
    expect((await project.source().list(never())).bookkeeping).toEqual([
      { schema: 'app', name: 'knex_migrations' },
      { schema: 'public', name: 'knex_migrations' },
      { schema: 'app', name: 'knex_migrations_lock' },
      { schema: 'public', name: 'knex_migrations_lock' },
    ]);
  });

  test('never has its connection asked for', async () => {
    await using project = await aKnexProject({
      'knexfile.js': `module.exports = { client: 'pg', connection: () => { throw new Error('asked'); } };`,
      'migrations/001_a.js': JS,
    });
    expect(await idsOf(project.source())).toEqual(['001_a.js']);
  });
});

describe('migrations', () => {
  test('come in the order of the source, whatever that is', async () => {
    await using project = await aKnexProject({
      'knexfile.js': `
        const modules = { zebra: { up() {}, down() {} }, ant: { up() {} }, mole: { up() {}, down() {} } };
        module.exports = { client: 'pg', migrations: { migrationSource: {
          getMigrations: async () => Object.keys(modules),
          getMigrationName: (name) => name,
          getMigration: (name) => modules[name],
        } } };`,
    });
    const { migrations } = await project.source().list(never());
    expect(migrations.map(({ id, dependsOn, reversible }) => [id, dependsOn, reversible])).toEqual([
      ['zebra', [], true],
      ['ant', ['zebra'], false],
      ['mole', ['ant'], true],
    ]);
    expect(migrations.flatMap(({ files }) => files)).toEqual([]);
  });

  test('come from several folders, mixed by name or folder by folder', async () => {
    const files = { 'a/002_x.js': JS, 'b/001_y.js': JS };
    await using project = await aKnexProject(files);
    expect(await idsOf(project.source({ directories: ['a', 'b'] }))).toEqual(['001_y.js', '002_x.js']);
    expect(await idsOf(project.source({ directories: ['a', 'b'], sortDirsSeparately: true }))).toEqual([
      '002_x.js',
      '001_y.js',
    ]);
  });

  test('of one name in two folders are a problem of the graph', async () => {
    await using project = await aKnexProject({ 'a/001_x.js': JS, 'b/001_x.js': JS });
    const { migrations } = await project.source({ directories: ['a', 'b'] }).list(never());
    expect(orderMigrations(migrations).problems).toContainEqual({
      kind: 'duplicate-id',
      id: '001_x.js',
      files: [join(project.folder, 'a/001_x.js'), join(project.folder, 'b/001_x.js')],
    });
  });

  test('are those with the extensions asked for', async () => {
    await using project = await aKnexProject({
      'migrations/001_a.js': JS,
      'migrations/002_b.cjs': JS,
      'migrations/notes.md': '',
    });
    expect(await idsOf(project.source())).toEqual(['001_a.js', '002_b.cjs']);
    expect(await idsOf(project.source({ loadExtensions: ['.cjs'] }))).toEqual(['002_b.cjs']);
  });

  test('may be TypeScript and modules, beside a knexfile in JavaScript', async () => {
    await using project = await aKnexProject({
      'knexfile.js': `module.exports = { client: 'pg', migrations: { loadExtensions: ['.js', '.ts', '.mjs'] } };`,
      'migrations/001_a.ts': TS,
      'migrations/002_b.mjs': 'export const up = async () => {};\n',
      'migrations/003_c.js': JS,
    });
    const { migrations } = await project.source().list(never());
    expect(migrations.map(({ id, reversible }) => [id, reversible])).toEqual([
      ['001_a.ts', true],
      ['002_b.mjs', false],
      ['003_c.js', true],
    ]);
  });

  test('have a checksum over the SQL that lies beside them', async () => {
    const { checksum: before } = await onlyOne({ 'migrations/001_a.js': JS, 'migrations/001_a.up.sql': 'select 1;' });
    const { checksum: after, waivers } = await onlyOne({
      'migrations/001_a.js': JS,
      'migrations/001_a.up.sql': 'select 2; -- pgrehearse: allow up-changes-data, on purpose',
    });
    expect(after).not.toBe(before);
    expect(waivers).toEqual([{ check: 'up-changes-data', reason: 'on purpose' }]);
  });

  test('that cannot be loaded are listed all the same, and said', async () => {
    await using project = await aKnexProject({
      'migrations/001_a.js': JS,
      'migrations/002_b.js': "require('./gone');\n",
    });
    expect(await idsOf(project.source())).toEqual(['001_a.js', '002_b.js']);
    expect(project.output()).toContain("002_b.js cannot be loaded: Cannot find module './gone'");
  });

  test('print to where output goes, on both streams, without passwords', async () => {
    await using project = await aKnexProject({
      'migrations/001_a.js': `console.log('loud postgres://me:secret@host/db'); process.stderr.write('shrill\\n');\n${JS}`,
    });
    await project.source().list(never());
    expect(project.output()).toContain('loud postgres://me:***@host/db');
    expect(project.output()).toContain('shrill');
  });
});

describe('what stops the list', () => {
  test.each([
    ['knex is not installed', {}, { 'migrations/001_a.js': JS }, 'MIGRATION_TOOL_FAILED', 'knex is not installed in'],
    [
      'there is no folder',
      {},
      { 'knexfile.js': `module.exports = { client: 'pg' };` },
      'MIGRATIONS_NOT_FOUND',
      'migrations',
    ],
    ['the folder is empty', {}, { 'migrations/README.md': '' }, 'MIGRATIONS_NOT_FOUND', 'no migrations'],
    ['another database', {}, { 'knexfile.js': `module.exports = { client: 'mysql2' };` }, 'CONFIG_INVALID', 'mysql2'],
    ['the knexfile throws', {}, { 'knexfile.js': `throw new Error('no .env');` }, 'MIGRATION_TOOL_FAILED', 'no .env'],
    ['the knexfile exits', {}, { 'knexfile.js': `process.exit(3);` }, 'MIGRATION_TOOL_FAILED', 'exit code 3'],
    ['a migration exits', {}, { 'migrations/001_a.js': `process.exit(4);` }, 'MIGRATIONS_UNREADABLE', 'exit code 4'],
    ['the knexfile is not there', { knexfile: 'gone.js' }, {}, 'CONFIG_INVALID', 'gone.js'],
    ['an unknown option', { tablename: 'x' }, {}, 'CONFIG_INVALID', 'migrations.tablename'],
    ['an option of another type', { tableName: 7 }, {}, 'CONFIG_INVALID', 'migrations.tableName must be a text, not 7'],
  ])('%s', async (title, options, files, code, message) => {
    await using project = await aKnexProject(files, { installed: title !== 'knex is not installed' });
    const listing = async (): Promise<string[]> => idsOf(project.source(options));
    await expect(listing()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test('an abort, even of a module that never ends', async () => {
    await using project = await aKnexProject({ 'migrations/001_a.js': 'for (;;);' });
    const enough = new AbortController();
    const listing = project.source().list(enough.signal);
    setTimeout(() => enough.abort(new Error('enough')), 1_000);
    await expect(listing).rejects.toThrow('enough');
  });
});

test('a project with a knexfile is one of knex', async () => {
  await using project = await aKnexProject({ 'knexfile.mjs': 'export default {};' });
  expect(await detectTool(project.folder)).toMatchObject({ tool: { id: 'knex' }, why: 'knexfile.mjs' });
});

async function onlyOne(files: Readonly<Record<string, string>>): Promise<Migration> {
  await using project = await aKnexProject(files);
  const { migrations } = await project.source().list(never());
  expect(migrations).toHaveLength(1);
  return migrations[0]!;
}

const idsOf = async (source: MigrationSource): Promise<string[]> =>
  (await source.list(never())).migrations.map(({ id }) => id);

const never = (): AbortSignal => new AbortController().signal;
