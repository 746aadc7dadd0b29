import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { obtainBackup, readRemoteTables } from '../../../src/backup/index.ts';
import { findPgDump } from '../../../src/backup/source/find-pg-dump.ts';
import { connect } from '../../../src/postgres/connect.ts';
import { planRehearsal } from '../../../src/rehearsal/rehearse.ts';
import type { DatabaseTarget, EphemeralServer } from '../../../src/server/provider.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { rehearsalRequest } from '../../../src/config/rehearsal-request.ts';
import type { PgrehearseError } from '../../../src/support/errors.ts';
import { aProject, rehearseProject } from '../../helpers/project.ts';
import { commandLines } from '../../helpers/running.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';
import { contents, EXPECTED, fixture, restored, type Restored } from './library.ts';

const never = new AbortController().signal;
/** Every character that means something in a URL or a password file. */
const PASSWORD = String.raw`s3:cr\et/@%#?&'`;

let server: EphemeralServer;
let library: Restored;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backup-url-'));
  server = await startTestServer(15, { timezone: 'UTC' });
  library = await restored(server, fixture('library.custom'));
  await onServer(
    library.target,
    `create role reader_of_all login password '${PASSWORD.replaceAll("'", "''")}' bypassrls in role pg_read_all_data;
     create role nobody login password 'nothing';
     create role half login password 'half'; grant pg_read_all_data to half;
     grant select on large object 4711 to reader_of_all;
     create table kinds (flag bool, code char(5), list int[], gone text, at timestamptz, data bytea);
     insert into kinds values (true, 'ab', '{1,2}', null, '2026-01-01 10:00+00', '\\x00ff'), (false, 'x', null, '', null, '');`,
  );
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

async function onServer(target: DatabaseTarget, sql: string): Promise<void> {
  await using session = await connect(target.connectionString, { applicationName: 'test' });
  await session.script(sql);
}

function urlOf(user = 'reader_of_all', password = PASSWORD, rest = ''): string {
  const { host, port, database } = library.target;
  return `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(database)}${rest}`;
}

/** A pattern that matches nothing, by which our own pg_dump is known. */
const MARK = `no_table_of_${process.pid}`;

const warnings: string[] = [];

const obtain = (url: string, more: { excludeTableData?: readonly string[] } = {}, signal = never) =>
  obtainBackup(
    { url, ...more },
    { projectFolder: folder, onWarning: (message) => warnings.push(message), onProgress: () => {} },
    signal,
  );

const leftovers = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`pgrehearse-restore-${process.pid}-`));

/** Why it was refused; nothing of it is left. */
async function refused(url: string): Promise<PgrehearseError> {
  const error: unknown = await obtain(url).catch((thrown: unknown) => thrown);
  expect(leftovers()).toEqual([]);
  return error as PgrehearseError;
}

const dumps = (): string[] => commandLines().filter((line) => line.includes(MARK));

/** Holds a table as DDL does, until `dispose`. */
async function locked(table: string): Promise<AsyncDisposable> {
  const session = await connect(library.target.connectionString, { applicationName: 'test' });
  await session.script(`begin; lock table ${table} in access exclusive mode`);
  return session;
}

describe('a dump of a server', () => {
  test('holds all of it, says when and from where, and is gone afterwards', async () => {
    const before = Date.now();
    const target = await createDatabase(server, 'copy');
    {
      await using backup = await obtain(urlOf());
      const { host, port, database } = library.target;
      expect(backup.description).toMatchObject({ format: 'custom', serverMajor: 15, database });
      expect(Date.parse(backup.description.createdAt ?? '')).toBeGreaterThanOrEqual(before);
      expect(Date.parse(backup.description.createdAt ?? '')).toBeLessThanOrEqual(Date.now());
      expect(warnings.at(-1)).toMatch(
        new RegExp(`^Reading ${database} at ${host}:${port} with pg_dump 15\\.\\d+; nothing is written there\\.$`),
      );
      expect(await backup.restore(target, () => {}, never)).toMatchObject({ complaints: [] });
    }
    expect(await contents(target)).toEqual(EXPECTED);
    expect(leftovers()).toEqual([]);
  });

  test('leaves rows out, not tables', async () => {
    await using backup = await obtain(urlOf(), { excludeTableData: ['public.lo*', 'books'] });
    const tables = await backup.readTables(['books', 'loans', 'knex_migrations'], never);
    expect(Object.entries(tables).map(([name, rows]) => [name, rows.length])).toEqual([
      ['books', 0],
      ['loans', 0],
      ['knex_migrations', 3],
    ]);
  });

  test('has the password in no argument while it runs', async () => {
    const holder = await locked('books');
    const taking = obtain(urlOf(), { excludeTableData: [MARK] });
    while (dumps().length === 0) await delay(5);
    const seen = commandLines();
    await holder[Symbol.asyncDispose]();
    await using _ = await taking;
    expect(seen.some((line) => line.includes('pg_dump'))).toBe(true);
    const forms = [PASSWORD, encodeURIComponent(PASSWORD), PASSWORD.replaceAll(/[\\:]/g, String.raw`\$&`)];
    expect(seen.filter((line) => forms.some((form) => line.includes(form)))).toEqual([]);
  });

  test('is rehearsed', async () => {
    const { recording } = await rehearseProject({
      migrations: { '1_a': ['alter table public.books add reserved text', 'alter table public.books drop reserved'] },
      config: `backup: { url: ${JSON.stringify(urlOf())}, excludeTableData: [loans], maxAgeHours: 1 }\n`,
    });
    expect(recording.backup).toMatchObject({ format: 'custom', file: 'backup.url', complaints: [] });
    expect(recording.steps.map(({ status, failure }) => failure?.message ?? status)).toEqual(
      Array(4).fill('completed'),
    );
    expect(JSON.stringify(recording)).not.toContain('s3:cr');
    expect(leftovers()).toEqual([]);
  });

  test('an abort ends pg_dump, there and here', async () => {
    await using holder = await locked('books');
    const controller = new AbortController();
    const taking = obtain(urlOf(), { excludeTableData: [MARK] }, controller.signal);
    while (dumps().length === 0) await delay(5);
    controller.abort(new Error('enough'));
    await expect(taking).rejects.toThrow('enough');
    expect([dumps(), leftovers()]).toEqual([[], []]);
    void holder;
  });
});

describe('the books without a dump', () => {
  test('are the rows that a dump has', async () => {
    const names = ['knex_migrations', 'kinds', 'Odd.Schema.Mixed Case', 'not_there'];
    await using backup = await obtain(urlOf());
    const remote = await readRemoteTables(urlOf(), names, never);
    expect(remote['kinds']?.[0]).toMatchObject({ flag: 't', code: 'ab   ', list: '{1,2}', gone: null });
    expect(remote).toEqual(await backup.readTables(names, never));
    expect(Object.keys(remote)).toEqual(names.slice(0, 3));
  });

  test('are enough for a plan', async () => {
    await onServer(
      library.target,
      'create table schema_migrations (version bigint, dirty bool); insert into schema_migrations values (1, false)',
    );
    using project = aProject({
      migrations: { '1_a': ['select 1', 'select 1'], '2_b': ['select 1', 'select 1'] },
      config: `backup: { url: ${JSON.stringify(urlOf())} }\n`,
    });
    const config = await loadConfig(project.folder, {}, {}, folder);
    const said: string[] = [];
    const { plan } = await planRehearsal(
      rehearsalRequest(config, { showValues: false }),
      (event) => said.push(event.kind === 'output' ? event.text : event.kind),
      never,
    );
    expect(plan.migrations.map(({ applied }) => applied)).toEqual([true, false]);
    expect(said.join('')).not.toContain('pg_dump');
    expect(JSON.stringify(config.settings)).not.toContain(encodeURIComponent(PASSWORD));
    await onServer(library.target, 'drop table schema_migrations');
  });
});

describe('refused, and nothing left', () => {
  test('no right to read', async () => {
    const error = await refused(urlOf('nobody', 'nothing'));
    expect(error.message).toMatch(/^pg_dump cannot read restored 1 at [\w.]+:\d+: permission denied for \w+ .*\.$/);
    expect(error).toMatchObject({
      code: 'BACKUP_UNREADABLE',
      hint: expect.stringContaining('grant pg_read_all_data to "nobody"'),
    });
  });

  test('rows that the role may not see', async () => {
    expect(await refused(urlOf('half', 'half'))).toMatchObject({
      code: 'BACKUP_UNREADABLE',
      message: expect.stringContaining('row-level security'),
      hint: expect.stringContaining('bypassrls'),
    });
  });

  test('a table that stays locked', async () => {
    await using holder = await locked('books');
    const error = await refused(urlOf());
    expect(error.message).toMatch(/statement timeout\.$/);
    expect(error).toMatchObject({
      code: 'BACKUP_UNREADABLE',
      hint: expect.stringContaining('locked for more than 10 s'),
    });
    void holder;
  });

  test.each([
    ['a wrong password', () => urlOf('nobody', 'geheim')],
    ['no server', () => 'postgres://u:geheim@127.0.0.1:9/shop'],
    ['no TLS where it is asked for', () => urlOf('reader_of_all', PASSWORD, '?sslmode=require')],
  ])('%s', async (_, url) => {
    const error = await refused(url());
    expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE', hint: expect.stringContaining('backup.url') });
    expect(error.message).not.toContain('geheim');
  });

  test('no URL', async () => {
    expect(await refused('mysql://u:geheim@db/shop')).toMatchObject({ code: 'CONFIG_INVALID' });
  });

  test('no pg_dump, or none that is new enough', async () => {
    await expect(findPgDump(15, never, [folder])).rejects.toMatchObject({ code: 'BACKUP_TOOL_MISSING' });
    await expect(findPgDump(98, never)).rejects.toMatchObject({
      code: 'BACKUP_NEWER_THAN_TOOLS',
      message: expect.stringContaining('is PostgreSQL 98; the newest pg_dump on this machine is'),
    });
  });
});

const openssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version']);
    return true;
  } catch (cause) {
    if (process.env['CI'] === 'true') throw new Error('openssl is required here.', { cause });
    process.stderr.write('Skipped: a dump over TLS; there is no openssl to make certificates with.\n');
    return false;
  }
})();

// The last of all: from here on the server has TLS.
describe.runIf(openssl)('TLS', () => {
  const pem = (name: string): string => join(folder, name);

  beforeAll(async () => {
    for (const name of ['server', 'other']) {
      const files = ['-keyout', pem(`${name}.key`), '-out', pem(`${name}.crt`)];
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2'];
      execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject], {
        stdio: 'pipe',
      });
    }
    await using session = await connect(library.target.connectionString, { applicationName: 'test' });
    for (const ending of ['crt', 'key']) {
      const text = readFileSync(pem(`server.${ending}`), 'utf8');
      await session.script(
        `copy (select unnest(string_to_array('${text}', E'\n'))) to program 'umask 077 && cat > server.${ending}'`,
      );
    }
    for (const setting of ["ssl_cert_file = 'server.crt'", "ssl_key_file = 'server.key'", 'ssl = on']) {
      await session.script(`alter system set ${setting}`);
    }
    await session.script('select pg_reload_conf()');
    while ((await session.query<{ ssl: string }>('show ssl'))[0]?.ssl !== 'on') await delay(20);
  });

  const tlsUrl = (mode: string, root?: string): string =>
    urlOf(
      'reader_of_all',
      PASSWORD,
      `?sslmode=${mode}${root === undefined ? '' : `&sslrootcert=${pem(root)}`}`,
    ).replace('127.0.0.1', 'localhost');

  test.each([
    ['verify-full', 'server.crt', true],
    ['require', undefined, true],
    ['prefer', undefined, true],
    ['disable', undefined, false],
  ])('%s with root %s: pg_dump is encrypted %s', async (mode, root, encrypted) => {
    const holder = await locked('books');
    const taking = obtain(tlsUrl(mode, root), { excludeTableData: [MARK] });
    await using session = await connect(library.target.connectionString, { applicationName: 'test' });
    const seen = async () =>
      session.query<{ ssl: boolean }>(
        `select ssl from pg_stat_ssl join pg_stat_activity using (pid)
         where application_name = 'pgrehearse backup' and wait_event_type = 'Lock'`,
      );
    while ((await seen()).length === 0) await delay(20);
    expect(await seen()).toEqual([{ ssl: encrypted }]);
    await holder[Symbol.asyncDispose]();
    await using _ = await taking;
  });

  test('another authority is refused', async () => {
    expect(await refused(tlsUrl('verify-full', 'other.crt'))).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: expect.stringMatching(/certificate/),
    });
  });
});
