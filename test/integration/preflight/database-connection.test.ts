import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { gatherDatabase } from '../../../src/preflight/database/gather-database.ts';
import type { DatabaseFacts } from '../../../src/preflight/facts/database.ts';
import { isKnown } from '../../../src/preflight/reading.ts';
import { readInvariants } from '../../../src/preflight/verify/database/run-queries.ts';
import { connectProduction } from '../../../src/postgres/connect-production.ts';
import { parseProductionUrl } from '../../../src/postgres/production-target.ts';
import { startRig, until, urlOf, type Rig } from './database-rig.ts';
import { startTransactionPooler } from './transaction-pooler.ts';

const ASKING = { applicationName: 'pgrehearse test' };

let rig: Rig;

beforeAll(async () => {
  rig = await startRig(17);
});

afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

const gather = (url: string, options = {}, signal = new AbortController().signal): Promise<DatabaseFacts> =>
  gatherDatabase(parseProductionUrl(url, options), { tables: ['public.users'], migrationRole: 'migrator' }, signal);

describe('a session with production', () => {
  test('reads, does not write, and has limits, all of it within each transaction', async () => {
    await using database = await connectProduction(rig.production('watcher'), {
      ...ASKING,
      statementTimeoutMs: 200,
      lockTimeoutMs: 100,
    });
    expect(await database.query('select $1::int + 1 as n', [1])).toEqual([{ n: 2 }]);
    await expect(database.query('create table x ()')).rejects.toThrow(/read-only transaction/);
    await expect(database.script('select 1; create table x ()')).rejects.toThrow(/read-only transaction/);
    await expect(database.query('select pg_sleep(2)')).rejects.toThrow(/statement timeout/);
    const path = "select current_setting('search_path') as path, current_setting('lock_timeout') as lock";
    expect(await database.query(path)).toEqual([{ path: 'pg_catalog', lock: '100ms' }]);
    // Behind a pooler the next one to get this process must not find anything of ours.
    expect((await database.client.query(path)).rows).toEqual([{ path: '"$user", public', lock: '0' }]);
  });

  test('asked for several things at once, answers one after the other', async () => {
    await using database = await connectProduction(rig.production('watcher'), ASKING);
    const answers = await Promise.all([1, 2, 3].map((n) => database.query(`select ${n} as n`)));
    expect(answers).toEqual([[{ n: 1 }], [{ n: 2 }], [{ n: 3 }]]);
  });

  test("a server that stops answering is given up after the first of the user's queries", async () => {
    await using database = await connectProduction(rig.production('watcher'), { ...ASKING, answerTimeoutMs: 500 });
    const sql = 'select 1';
    process.kill(database.processId, 'SIGSTOP');
    try {
      const [slow, next] = await readInvariants(database, [
        { name: 'slow', sql, expect: '1' },
        { name: 'next', sql, expect: '1' },
      ]);
      expect(slow?.reading).toEqual({ unknown: 'cannot read the invariant "slow": no answer within the time limit' });
      expect(next?.reading).toEqual({ unknown: expect.not.stringContaining('timeout') as string });
    } finally {
      process.kill(database.processId, 'SIGCONT');
    }
  });

  test('the signal ends a query at once', async () => {
    const controller = new AbortController();
    await using database = await connectProduction(rig.production('watcher'), { ...ASKING, signal: controller.signal });
    const start = performance.now();
    setTimeout(() => controller.abort(new Error('enough')), 100);
    await expect(database.query('select pg_sleep(4)')).rejects.toThrow('enough');
    expect(performance.now() - start).toBeLessThan(8_000);
  });

  test('a password that is made for each connection', async () => {
    const target = { ...rig.production('watcher'), password: async () => 'secret' };
    await using database = await connectProduction(target, ASKING);
    expect(await database.query('select current_user::text as me')).toEqual([{ me: 'watcher' }]);
  });
});

describe('a database that cannot be reached', () => {
  test.each([
    ['a wrong password', () => urlOf(rig.target, 'watcher', 'wr0ng-w0rd'), /password authentication failed/],
    ['nobody at the port', () => 'postgres://watcher:wr0ng-w0rd@127.0.0.1:1/shop', /ECONNREFUSED/],
    ['no such host', () => 'postgres://watcher:wr0ng-w0rd@no-such-host.invalid/shop', /ENOTFOUND|EAI_AGAIN/],
    ['no such database', () => urlOf(rig.target, 'watcher', 'secret').replace('/shop', '/none'), /does not exist/],
  ])('%s: every reading is unknown for that reason, and the password is in none', async (_, url, reason) => {
    const facts = await gather(url());
    expect(JSON.stringify(facts)).not.toContain('wr0ng-w0rd');
    const readings = Object.values(facts).filter((value) => typeof value === 'object' && !Array.isArray(value));
    expect(readings.length).toBeGreaterThan(25);
    for (const reading of readings) expect(reading).toEqual({ unknown: expect.stringMatching(reason) });
  });

  test('a server that says nothing: the signal ends the waiting at once', async () => {
    const { server, port } = await listen(createServer());
    const start = performance.now();
    const signal = AbortSignal.timeout(200);
    await expect(gather(`postgres://watcher:x@127.0.0.1:${port}/shop`, {}, signal)).rejects.toThrow(/timeout/);
    expect(performance.now() - start).toBeLessThan(8_000);
    server.close();
  });

  test('a connection that breaks rejects from then on, and does not end us', async () => {
    const controller = new AbortController();
    await using database = await connectProduction(rig.production('watcher'), { ...ASKING, signal: controller.signal });
    await rig.root.query('select pg_terminate_backend($1)', [database.processId]);
    // The server's last word may come before or after the question.
    await expect(database.query('select 1')).rejects.toThrow(/terminat|queryable|ECONNRESET|EPIPE/);
    await expect(database.query('select 1')).rejects.toThrow(/terminat|queryable|ECONNRESET|EPIPE/);
  });
});

test('a server that falls silent in the middle: the rest is not waited for one by one', async () => {
  let silent = false;
  const { server, port } = await listen(
    createServer((client) => {
      const upstream = connect(rig.target.port, '127.0.0.1');
      client.on('data', (data) => void (silent || upstream.write(data))).on('error', () => {});
      upstream.on('data', (data) => client.write(data)).on('error', () => {});
      client.on('close', () => upstream.destroy());
    }),
  );
  const target = { ...rig.production('watcher'), port };
  await using database = await connectProduction(target, { ...ASKING, statementTimeoutMs: 200 });
  expect(await database.query('select 1 as n')).toEqual([{ n: 1 }]);
  silent = true;
  const start = performance.now();
  await expect(database.query('select 1')).rejects.toThrow('Query read timeout');
  await expect(database.query('select 1')).rejects.toThrow(/terminat|queryable/);
  expect(performance.now() - start).toBeLessThan(8_000);
  server.close();
});

test('whoever sets a longer limit in a script of his own gets it', async () => {
  const script = "set local statement_timeout = '3s'; select pg_sleep(1.2)";
  const limits = { ...ASKING, statementTimeoutMs: 100, answerTimeoutMs: 1_000 };
  await using hasty = await connectProduction(rig.production('watcher'), limits);
  await expect(hasty.script(script)).rejects.toThrow('Query read timeout');
  await using patient = await connectProduction(rig.production('watcher'), { ...limits, answerTimeoutMs: 5_000 });
  await expect(patient.script(script)).resolves.toHaveLength(2);
});

describe('a pooler in transaction mode', () => {
  test('answers everything, is recognised, and finds nothing of ours in its sessions', async () => {
    const [path] = await rig.root.query<{ path: string }>("select current_setting('hba_file') as path");
    const trust = `copy (select 'host all all 127.0.0.1/32 trust') to '${path?.path}'; select pg_reload_conf()`;
    for (const statement of trust.split('; ')) await rig.root.script(statement);
    await using pooler = await startTransactionPooler({ port: rig.target.port, user: 'watcher', database: 'shop' });
    const facts = await gather(`postgres://watcher:x@127.0.0.1:${pooler.port}/shop?sslmode=disable`);
    expect(facts.connection).toMatchObject({ value: { processChanges: true, isStartProcess: false } });
    const unknowns = Object.entries(facts).filter(([, value]) => typeof value === 'object' && 'unknown' in value);
    expect(unknowns).toEqual([]);
    for (const answer of await pooler.askEach('show search_path')) expect(answer).toBe('"$user", public');
    for (const answer of await pooler.askEach('show default_transaction_read_only')) expect(answer).toBe('off');
  });
});

const openssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version']);
    return true;
  } catch {
    if (process.env['CI'] === 'true') throw new Error('openssl is required here.');
    process.stderr.write('Skipped: TLS with production; there is no openssl to make certificates with.\n');
    return false;
  }
})();

describe.runIf(openssl)('TLS', () => {
  let folder: string;
  let secured: Rig;
  const certificate = (name: string) => readFileSync(join(folder, `${name}.crt`), 'utf8');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pgrehearse-tls-'));
    makeAuthority(folder, 'ours');
    makeAuthority(folder, 'other');
    makeServerCertificate(folder, 'server', 'ours', 'DNS:localhost');
    secured = await startRig(17);
    for (const ending of ['crt', 'key'])
      await writeOnServer(secured, `server.${ending}`, readFileSync(join(folder, `server.${ending}`), 'utf8'));
    for (const setting of ["ssl_cert_file = 'server.crt'", "ssl_key_file = 'server.key'", 'ssl = on']) {
      await secured.root.script(`alter system set ${setting}`);
    }
    await secured.root.script('select pg_reload_conf()');
    await until(async () => isKnown(await ofConnection('127.0.0.1', 'require')), 'the server has TLS');
  });

  afterAll(async () => {
    await secured?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const url = (host: string, mode: string) =>
    urlOf(secured.target, 'watcher', 'secret').replace('127.0.0.1', host) + `?sslmode=${mode}`;

  const ofConnection = async (host: string, mode: string, root?: string) =>
    (await gather(url(host, mode), root === undefined ? {} : { sslRootCertificate: certificate(root) })).connection;

  test('verify-full with the right name and the right authority', async () => {
    expect(await ofConnection('localhost', 'verify-full', 'ours')).toEqual({
      value: expect.objectContaining({ encrypted: true, serverSeesEncrypted: true, tlsVersion: 'TLSv1.3' }),
    });
  });

  test.each([
    ['another name than its certificate says', '127.0.0.1', 'verify-full', 'ours', /IP|altnames/],
    ['another authority', 'localhost', 'verify-full', 'other', /certificate/],
    ['an authority that the system does not know', 'localhost', 'verify-full', undefined, /certificate/],
    ['another authority, for verify-ca', 'localhost', 'verify-ca', 'other', /certificate/],
    ['another authority, for require with a root', 'localhost', 'require', 'other', /certificate/],
  ])('is refused for %s', async (_, host, mode, root, reason) => {
    expect(await ofConnection(host, mode, root)).toEqual({ unknown: expect.stringMatching(reason) });
  });

  test.each([
    ['127.0.0.1', 'verify-ca', 'ours', true],
    ['127.0.0.1', 'require', undefined, true],
    ['127.0.0.1', 'prefer', undefined, true],
    ['127.0.0.1', 'disable', undefined, false],
  ])('%s with %s, root %s: encrypted %s', async (host, mode, root, encrypted) => {
    expect(await ofConnection(host, mode, root)).toMatchObject({
      value: { encrypted, serverSeesEncrypted: encrypted },
    });
  });

  test('a server without TLS: prefer goes on without, require does not', async () => {
    const plain = urlOf(rig.target, 'watcher', 'secret');
    expect((await gather(plain)).connection).toMatchObject({ value: { encrypted: false } });
    expect((await gather(`${plain}?sslmode=require`)).connection).toEqual({
      unknown: expect.stringMatching(/does not support SSL/),
    });
  });
});

function makeAuthority(folder: string, name: string): void {
  const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.crt`)];
  const subject = ['-subj', `/CN=${name}`, '-days', '2'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject], { stdio: 'pipe' });
}

function makeServerCertificate(folder: string, name: string, authority: string, altName: string): void {
  const path = (ending: string) => join(folder, `${name}.${ending}`);
  const request = [
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    path('key'),
    '-out',
    path('csr'),
    '-subj',
    '/CN=x',
  ];
  execFileSync('openssl', request, { stdio: 'pipe' });
  writeFileSync(path('ext'), `subjectAltName=${altName}\n`);
  const signing = [
    '-CA',
    join(folder, `${authority}.crt`),
    '-CAkey',
    join(folder, `${authority}.key`),
    '-CAcreateserial',
  ];
  const files = ['-in', path('csr'), '-out', path('crt'), '-extfile', path('ext'), '-days', '2'];
  execFileSync('openssl', ['x509', '-req', ...signing, ...files], { stdio: 'pipe' });
}

/** As the user that the server runs as, whom the key must belong to. */
async function writeOnServer({ root }: Rig, name: string, text: string): Promise<void> {
  await root.script(
    `copy (select unnest(string_to_array('${text.trim()}', chr(10)))) to program 'umask 077; cat > ${name}'`,
  );
}

const listen = (server: Server): Promise<{ server: Server; port: number }> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({ server, port: typeof address === 'object' && address !== null ? address.port : 0 });
    });
  });
