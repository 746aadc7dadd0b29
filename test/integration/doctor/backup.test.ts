import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { aFolder, BIN, consult, type Consultation, silentHost } from '../../helpers/doctor.ts';
import { startProduction } from '../../helpers/base-backups.ts';
import { BUCKET, startS3Server } from '../../helpers/s3-server.ts';
import { connect } from '../../../src/postgres/connect.ts';
import { startTestServer } from '../../helpers/servers.ts';
import { startSharedServer } from '../../helpers/shared-server.ts';

const LIBRARY = resolve('fixtures/backups');

/** With a config that holds this backup. */
async function consultAbout(
  backup: string,
  files: Readonly<Record<string, string | Buffer>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Consultation> {
  using folder = aFolder({ 'pgrehearse.config.yaml': `backup: ${backup}\n`, ...files });
  return await consult([folder.path], { env });
}

describe('a file', () => {
  test('of an archive: format, age, the pg_restore that reads it, and its extensions', async () => {
    const doctor = await consultAbout(`{ file: ${join(LIBRARY, 'library.custom')}, maxAgeHours: 1 }`);
    expect(doctor.line('backup', 'backup.file')).toMatchObject({
      state: 'found',
      detail: expect.stringMatching(/library\.custom, custom, [\d.]+ kB, PostgreSQL 15, made 2026-/),
    });
    expect(doctor.line('backup', 'backup.maxAgeHours')).toMatchObject({ state: 'missing', neededBy: 'run' });
    expect(doctor.line('backup', 'pg_restore').state).toBe('found');
    expect(doctor.line('backup', 'readable').state).toBe('found');
    expect(doctor.line('server local', 'PostgreSQL 15').detail).toContain('the one that is wanted');
    expect(doctor.status).toBe(3);
  });

  test('that is newer than every pg_restore of this machine', async () => {
    const doctor = await consultAbout('{ file: ./b.dump }', { 'b.dump': archiveOf('99.10') });
    expect(doctor.line('backup', 'backup.file').state).toBe('found');
    expect(doctor.line('backup', 'pg_restore')).toMatchObject({
      state: 'missing',
      detail: expect.stringMatching(
        /^The backup was made by pg_dump 99\.10.*; the newest pg_restore on this machine is /,
      ),
      mend: expect.stringContaining('99'),
      neededBy: 'run',
    });
    expect(doctor.status).toBe(3);
  });

  test('that is not there, and one that is no backup', async () => {
    const gone = await consultAbout('{ file: ./gone.dump }');
    expect(gone.line('backup', 'backup.file')).toMatchObject({ state: 'missing', neededBy: 'run' });
    const mysql = await consultAbout('{ file: ./m.sql }', { 'm.sql': '-- MySQL dump 10.13\n' });
    expect(mysql.line('backup', 'backup.file').detail).toContain('a MySQL dump');
    expect([gone.status, mysql.status]).toEqual([3, 3]);
  });

  test('that is cut short, and one that is not the one of its checksum', async () => {
    const whole = readFileSync(join(LIBRARY, 'library.sql'));
    const cut = await consultAbout('{ file: ./b.sql }', { 'b.sql': whole.subarray(0, 20_000) });
    expect(cut.line('backup', 'readable')).toMatchObject({ state: 'missing', neededBy: 'run' });
    const other = await consultAbout('{ file: ./b.sql }', {
      'b.sql': whole,
      'b.sql.sha256': `${'0'.repeat(64)}  b.sql\n`,
    });
    expect(other.line('backup', 'readable').detail).toContain('.sha256');
    expect([cut.status, other.status]).toEqual([3, 3]);
  });

  test('with masking that cannot be used', async () => {
    const doctor = await consultAbout('{ file: ./b.sql, masking: ./mask.sql }', {
      'b.sql': readFileSync(join(LIBRARY, 'library.sql')),
      'mask.sql': '\\copy x from y\n',
    });
    expect(doctor.line('backup', 'backup.masking')).toMatchObject({ state: 'missing', neededBy: 'run' });
    expect(doctor.status).toBe(3);
  });

  test('an extension that it names is looked for on the server', async () => {
    await using server = await startTestServer();
    await using session = await connect(server.target('postgres').connectionString, { applicationName: 'test' });
    const available = await session.query("select from pg_available_extensions where name = 'hstore'");
    const doctor = await consultAbout(
      `{ file: ${join(LIBRARY, 'library.custom')} }\nserver: { postgresVersion: ${server.major} }`,
    );
    expect(doctor.line('server local', 'extension').state).toBe(available.length > 0 ? 'found' : 'missing');
    // The other answer as well: nobody has this one.
    const renamed = readFileSync(join(LIBRARY, 'library.custom')).toString('latin1').replaceAll('hstore', 'hst0re');
    const doctored = await consultAbout('{ file: ./b.dump }', { 'b.dump': Buffer.from(renamed, 'latin1') });
    expect(doctored.line('server local', 'extension')).toMatchObject({
      state: 'missing',
      detail: 'hst0re is named by the backup and not on this server',
      neededBy: 'run',
    });
    expect(doctored.status).toBe(3);
  });
});

const canHide = spawnSync('unshare', ['--mount', 'true']).status === 0;
if (!canHide) {
  const reason = 'Client programs can be hidden by root of a Linux with mount namespaces only.';
  if (process.env['CI'] === 'true' && process.platform === 'linux') throw new Error(reason);
  process.stderr.write(`Skipped: ${reason}\n`);
}

describe.runIf(canHide)('without any client program', () => {
  test('an archive cannot be restored, and the line that brings it is said; a plain dump can', () => {
    const plain = inAWorldWithoutClients(['--backup', resolve('examples/shop/backup.sql.gz'), '--tool', 'sql']);
    const archive = inAWorldWithoutClients(['--backup', join(LIBRARY, 'library.custom'), '--tool', 'sql']);
    const nothing = inAWorldWithoutClients([]);
    expect(archive.lines).toContainEqual(
      expect.objectContaining({
        name: 'pg_restore',
        state: 'missing',
        detail: 'This backup is an archive, and there is no pg_restore on this machine',
        neededBy: 'run',
      }),
    );
    expect(plain.lines.filter(({ name }) => name === 'pg_restore')).toEqual([]);
    expect(plain.lines).toContainEqual(expect.objectContaining({ name: 'readable', state: 'found' }));
    expect(nothing.lines.find(({ name }) => name === 'pg_restore')).toMatchObject({ state: 'missing' });
    expect(nothing.status).toBe(0);
  });
});

describe('a base backup', () => {
  test('is looked at and not verified; a provider that cannot start from it is named', async () => {
    await using production = await startProduction();
    const path = await production.backUp('base', ['-Fp']);
    const config = `{ file: ${path} }`;
    const local = await consultAbout(config);
    expect(local.line('backup', 'backup.file')).toMatchObject({
      state: 'found',
      detail: expect.stringMatching(/, base, .*PostgreSQL 15, made 20/),
    });
    expect(local.line('server local', 'base backup')).toMatchObject({ state: 'found', neededBy: 'run' });
    expect(local.line('server local', 'tried').detail).toMatch(/^PostgreSQL 15\./);
    const shared = await consultAbout(`${config}\nserver: { provider: external }`);
    expect(shared.line('server external', 'base backup')).toMatchObject({
      state: 'missing',
      detail: 'The provider external cannot start a server from a base backup',
      neededBy: 'run',
    });
  });
});

describe('a command', () => {
  test('is looked for and not run', async () => {
    using folder = aFolder({ 'pgrehearse.config.yaml': 'backup: { command: [sh, -c, "touch ran; cat dump"] }\n' });
    const doctor = await consult([folder.path]);
    expect(doctor.line('backup', 'backup.command')).toMatchObject({
      state: 'found',
      detail: expect.stringContaining('/sh; '),
    });
    expect(() => readFileSync(join(folder.path, 'ran'))).toThrow('ENOENT');
    const missing = await consultAbout('{ command: [no-such-program-of-ours] }');
    expect(missing.line('backup', 'backup.command')).toMatchObject({ state: 'missing', neededBy: 'run' });
  });
});

describe('a url', () => {
  test('is asked for its version, or said to be silent', async () => {
    await using shared = await startSharedServer();
    const doctor = await consultAbout('{ url: "${SOURCE_URL}" }', {}, { SOURCE_URL: shared.urlFor('modest') });
    expect(doctor.line('backup', 'backup.url')).toMatchObject({
      state: 'found',
      detail: expect.stringMatching(/^PostgreSQL \d+ at 127\.0\.0\.1:\d+; a dump is taken by run, not now$/),
    });
    expect(doctor.line('backup', 'pg_dump').neededBy).toBe('run');
    await using host = await silentHost();
    const silent = await consultAbout(
      '{ url: "${SOURCE_URL}" }',
      {},
      { SOURCE_URL: `postgres://a:s3cret@127.0.0.1:${host.port}/b` },
    );
    expect(silent.line('backup', 'backup.url')).toMatchObject({ state: 'unknown', detail: 'no answer within 5 s' });
    expect(silent.out + doctor.out).not.toContain('s3cret');
    expect(silent.status).toBe(3);
  });
});

describe('in S3', () => {
  const ENV = { AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 's3cret', AWS_REGION: 'eu-west-1' };

  test('an object is asked for and not fetched', async () => {
    await using s3 = await startS3Server();
    s3.put('shop.dump', Buffer.alloc(2_500_000));
    const env = { ...ENV, AWS_ENDPOINT_URL_S3: s3.url };
    const doctor = await consultAbout(`{ file: "s3://${BUCKET}/shop.dump" }`, {}, env);
    expect(doctor.line('backup', 'backup.file')).toMatchObject({
      state: 'found',
      detail: expect.stringContaining('2.5 MB'),
    });
    expect(s3.requests.filter((request) => request.startsWith('GET'))).toEqual([]);
    const gone = await consultAbout(`{ file: "s3://${BUCKET}/gone.dump" }`, {}, env);
    expect(gone.line('backup', 'backup.file')).toMatchObject({ state: 'missing', neededBy: 'run' });
    expect(doctor.out + gone.out).not.toContain('s3cret');
  });

  test('an endpoint that never says a word', async () => {
    await using host = await silentHost();
    const env = { ...ENV, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${host.port}` };
    const doctor = await consultAbout(`{ file: "s3://${BUCKET}/shop.dump" }`, {}, env);
    expect(doctor.line('backup', 'backup.file')).toMatchObject({ state: 'unknown', detail: 'no answer within 10 s' });
    expect(doctor.status).toBe(3);
  });
});

/** An archive that says that a newer pg_dump wrote it: a length and the text itself. */
function archiveOf(version: string): Buffer {
  const archive = readFileSync(join(LIBRARY, 'library.custom-17'));
  const text = '17.11';
  const at = archive.indexOf(text);
  expect(at).toBeGreaterThan(0);
  return Buffer.concat([archive.subarray(0, at), Buffer.from(version), archive.subarray(at + text.length)]);
}

interface Seen {
  readonly status: number | null;
  readonly lines: readonly { readonly name: string; readonly state: string }[];
}

/** Every place that a client is looked for in is hidden behind an empty one, in a mount namespace of our own. */
function inAWorldWithoutClients(args: readonly string[]): Seen {
  const script = `
    mount -t tmpfs none /usr/lib/postgresql 2>/dev/null
    for program in pg_restore pg_dump; do
      path=$(command -v $program) && mount --bind /dev/null "$path"
    done
    exec "$@"`;
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['--mount', 'sh', '-c', script, 'sh', process.execPath, BIN, 'doctor', '--json', ...args],
    { encoding: 'utf8', cwd: LIBRARY, env: { PATH: process.env['PATH'] ?? '' } },
  );
  const { groups } = JSON.parse(stdout === '' ? '{ "groups": [] }' : stdout) as { groups: { lines: Seen['lines'] }[] };
  expect(stderr).toBe('');
  return { status, lines: groups.flatMap(({ lines }) => lines) };
}
