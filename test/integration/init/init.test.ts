import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { aFolder, pgrehearse } from '../../helpers/doctor.ts';

const CONFIG = 'pgrehearse.config.yaml';

/** A copy of a project without its config; `using` removes it. */
function aCopyOf(project: string): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'pgrehearse-init-'));
  cpSync(project, path, {
    recursive: true,
    filter: (name) => !/pgrehearse\.(?:sql\.)?config/.test(name) && !name.endsWith('.pgrehearse'),
  });
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

const found = (out: string): { tool: { id: string } | null; backup: { file: string; others: string[] } | null } =>
  (JSON.parse(out) as { found: ReturnType<typeof found> }).found;

describe('what init writes is what the project has', () => {
  test('the shop: knex and its backup; run needs nothing more', async () => {
    using shop = aCopyOf(resolve('examples/shop'));
    // The project's own knex.
    symlinkSync(resolve('node_modules'), join(shop.path, 'node_modules'));
    const init = await pgrehearse(['init'], { cwd: shop.path });
    expect(init).toMatchObject({ status: 0, err: '' });
    expect(init.out).toContain('✓ migrations: knex, knexfile.js\n✓ backup: backup.sql.gz, ');
    expect(init.out).toMatch(/pgrehearse\.config\.yaml is written\. Next: pgrehearse plan\n$/);
    const plan = await pgrehearse(['plan', '--json'], { cwd: shop.path });
    const original = await pgrehearse(['plan', '--json'], { cwd: resolve('examples/shop') });
    expect(plan.status).toBe(0);
    expect(JSON.parse(plan.out)).toEqual(JSON.parse(original.out));
  });

  test.each(['down-loses-data/bites', 'up-failed/passes', 'column-order-changed/bites'])(
    'the scenario %s has the same verdict',
    async (scenario) => {
      using project = aCopyOf(resolve('scenarios', scenario));
      const init = await pgrehearse(['init', project.path, '--json']);
      expect(found(init.out)).toMatchObject({ tool: { id: 'sql' }, backup: { file: 'seed.sql', others: [] } });
      const run = await pgrehearse(['run', project.path, '--json', '--quiet']);
      const original = await pgrehearse([
        'run',
        resolve('scenarios', scenario),
        '--json',
        '--quiet',
        '--out',
        join(project.path, 'out'),
      ]);
      expect(run.status).toBe(original.status);
      expect(checksIn(run.out)).toEqual(checksIn(original.out));
    },
  );
});

const checksIn = (out: string): readonly string[] =>
  (JSON.parse(out) as { verdict: { findings: { check: string; message: string }[] } }).verdict.findings.map(
    ({ check, message }) => `${check}: ${message}`,
  );

describe('backups', () => {
  test('are told by content: the newest dump, wherever it lies; no other SQL', async () => {
    using folder = aFolder({
      'notes.sql': 'select 1;\n',
      'structure.sql': readFileSync('fixtures/backups/library.sql'),
      'photo.dump': 'no dump at all',
      'empty.dump': '',
    });
    for (const place of ['backups', 'db']) mkdirSync(join(folder.path, place));
    writeFileSync(join(folder.path, 'backups/old.dump'), readFileSync('fixtures/backups/library.custom'));
    cpSync('fixtures/backups/library.directory', join(folder.path, 'db/nightly'), { recursive: true });
    writeFileSync(join(folder.path, 'db/seed.sql'), 'create table t ();\n');
    const { out, status } = await pgrehearse(['init', folder.path, '--print', '--json']);
    const { tool, backup } = found(out);
    expect(status).toBe(0);
    expect(tool).toBeNull();
    expect(new Set([backup?.file, ...(backup?.others ?? [])])).toEqual(
      new Set(['backups/old.dump', 'db/nightly', 'db/seed.sql']),
    );
    expect(backup?.others.at(-1)).toBe('db/seed.sql');
  });

  test('with names that YAML, the environment or the terminal would take for something else', async () => {
    for (const name of [
      'a: b #c "d" \'e\'.dump',
      '${HOME}.dump',
      'line\nbreak.dump',
      '- {x}.dump',
      'esc\u001B[31m.dump',
    ]) {
      using folder = aFolder({ [name]: readFileSync('fixtures/backups/library.custom') });
      const init = await pgrehearse(['init', folder.path]);
      expect(init.status).toBe(0);
      expect(init.out).not.toContain('\u001B');
      const doctor = await pgrehearse(['plan', folder.path, '--explain-config', '--tool', 'sql'], {
        env: { HOME: '/wrong' },
      });
      // The backup is found and read; that there are no migrations comes after that.
      expect(doctor.err).toMatch(/^MIGRATIONS_NOT_FOUND: /);
      expect(readdirSync(folder.path)).toContain(CONFIG);
    }
  });
});

describe('without anything to find', () => {
  test('a template is written, and what was not found is said', async () => {
    using folder = aFolder();
    const { status, out } = await pgrehearse(['init', folder.path]);
    expect(status).toBe(0);
    expect(out).toContain('migrations: no tool was recognised');
    expect(out).toContain('backup: none was found');
    const plan = await pgrehearse(['plan', folder.path]);
    expect(plan).toMatchObject({ status: 2, err: expect.stringMatching(/^MIGRATION_TOOL_UNKNOWN: /) });
  });
});

test.each([
  ['Django', 'manage.py', 'sqlmigrate'],
  ['Alembic', 'alembic.ini', '--sql'],
  ['Prisma', 'prisma/schema.prisma', 'migrate diff'],
])('a project of %s is told the way to SQL pairs', async (name, trace, way) => {
  using folder = aFolder();
  mkdirSync(dirname(join(folder.path, trace)), { recursive: true });
  writeFileSync(join(folder.path, trace), '');
  const init = await pgrehearse(['init', folder.path]);
  expect(init).toMatchObject({ status: 0, out: expect.stringContaining(`This looks like ${name}`) as string });
  const plan = await pgrehearse(['plan', folder.path]);
  expect(plan.err).toMatch(/^MIGRATION_TOOL_UNKNOWN: /);
  expect(plan.err).toContain(`This looks like ${name}`);
  expect(plan.err).toContain(way);
});

describe('nothing is overwritten', () => {
  test.each([CONFIG, 'pgrehearse.config.yml', 'pgrehearse.config.json', 'pgrehearse.config.ts'])(
    '%s stays',
    async (name) => {
      using folder = aFolder({ [name]: '{}' });
      const { status, out, err } = await pgrehearse(['init', folder.path]);
      expect({ status, out }).toEqual({ status: 2, out: '' });
      expect(err).toMatch(/^CONFIG_EXISTS: There is a config already: .*\n {2}hint: `pgrehearse init --print`/);
      expect(readFileSync(join(folder.path, name), 'utf8')).toBe('{}');
      expect(readdirSync(folder.path)).toEqual([name]);
    },
  );

  test('--print shows it all the same, and only it is on stdout', async () => {
    using folder = aFolder({ [CONFIG]: '{}' });
    const { status, out, err } = await pgrehearse(['init', folder.path, '--print']);
    expect(status).toBe(0);
    expect(out).toMatch(/^# Written by pgrehearse init\./);
    expect(err).toContain('none was found');
    expect(readFileSync(join(folder.path, CONFIG), 'utf8')).toBe('{}');
  });

  test('a folder that is none, or not there', async () => {
    using folder = aFolder({ file: '' });
    for (const path of [join(folder.path, 'file'), join(folder.path, 'gone')]) {
      expect(await pgrehearse(['init', path])).toMatchObject({
        status: 2,
        err: expect.stringMatching(/^CONFIG_NOT_FOUND: /),
      });
    }
    expect(await pgrehearse(['init', '--force'], { cwd: folder.path })).toMatchObject({ status: 2 });
  });
});
