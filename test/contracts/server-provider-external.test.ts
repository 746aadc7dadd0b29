import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openBackup } from '../../src/backup/index.ts';
import { connect } from '../../src/postgres/connect.ts';
import { externalServer } from '../../src/server/external/external-server.ts';
import { databaseOf, newRunId } from '../../src/server/external/run-id.ts';
import type { EphemeralServer } from '../../src/server/provider.ts';
import { type SharedServer, startSharedServer } from '../helpers/shared-server.ts';
import { encrypt, hasOpenssl } from '../helpers/tls.ts';
import { serverProviderContract } from './server-provider.ts';

let shared: SharedServer;
beforeAll(async () => {
  shared = await startSharedServer();
});
afterAll(() => shared[Symbol.asyncDispose]());

const spec = (url: string, production: readonly string[] = [], settings = {}) => ({
  settings,
  projectFolder: process.cwd(),
  external: { url, production },
});

for (const role of ['admin', 'modest'] as const) {
  serverProviderContract(`external as ${role}`, {
    provider: externalServer,
    spec: () => spec(shared.urlFor(role)),
    env: () => ({ REHEARSAL_SERVER_URL: shared.urlFor(role) }),
    inventory: () => shared.inventory(),
  });
}

const start = (...given: Parameters<typeof spec>): Promise<EphemeralServer> =>
  externalServer.start(spec(...given), new AbortController().signal);

describe('external', () => {
  const refusals: readonly (readonly [string, () => Promise<unknown>, string, RegExp])[] = [
    [
      'a host named as production',
      () => start(shared.urlFor('admin'), ['127.0.0.1']),
      'SERVER_REFUSED',
      /127\.0\.0\.1/,
    ],
    ['another name of that host', () => start(shared.urlFor('admin'), ['localhost']), 'SERVER_REFUSED', /localhost/],
    ['a host and port', () => start(shared.urlFor('admin'), [`127.0.0.1:${port()}`]), 'SERVER_REFUSED', /host/],
    [
      'a system identifier',
      () => start(shared.urlFor('modest'), [shared.systemIdentifier]),
      'SERVER_REFUSED',
      /identifier/,
    ],
    [
      'a role without rights',
      () => start(shared.urlFor('powerless')),
      'SERVER_RIGHTS_MISSING',
      /may not create databases/,
    ],
    [
      'a wrong password',
      () => start(shared.urlFor('admin').replace('s3cret', 'wr0ng')),
      'SERVER_UNAVAILABLE',
      /password/,
    ],
    [
      'a server setting',
      () => start(shared.urlFor('admin'), [], { shared_buffers: '1GB' }),
      'CONFIG_INVALID',
      /shared_buffers/,
    ],
    [
      'no encryption where it is asked for',
      () => start(`${shared.urlFor('admin')}?sslmode=require`),
      'SERVER_UNAVAILABLE',
      /SSL/,
    ],
  ];
  test.each(refusals)('refuses %s and leaves nothing', async (_, attempt, code, message) => {
    const before = await shared.inventory();
    const error = await attempt().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(JSON.stringify(error) + String(error)).not.toMatch(/s3cret|wr0ng/);
    expect(await shared.inventory()).toEqual(before);
  });

  test('another port of the same host is another server', async () => {
    await using server = await start(shared.urlFor('modest'), ['127.0.0.1:1', '1234567890123456789']);
    expect(server.shared?.database).toMatch(/^pgrehearse_[0-9a-f]{16}$/);
  });

  test('a setting of a database is set there', async () => {
    await using server = await start(shared.urlFor('modest'), [], { timezone: 'Asia/Tokyo' });
    await using session = await connect(server.target(server.shared?.database ?? '').connectionString, {
      applicationName: 'test',
    });
    expect(await session.query('show timezone')).toEqual([{ TimeZone: 'Asia/Tokyo' }]);
  });

  test('sweeps a dead run also without its comment, and no database that merely looks like it', async () => {
    await using session = await connect(shared.server.target('postgres').connectionString, { applicationName: 'test' });
    const dead = databaseOf(newRunId());
    const kept = ['pgrehearse_mine', 'pgrehearse_0123456789abcdef', databaseOf(newRunId()), databaseOf(newRunId())];
    for (const name of [dead, ...kept]) await session.query(`create database ${name}`);
    // One has become somebody's, the other is somebody else's.
    await session.query(`comment on database ${kept[2]} is 'we keep this'`);
    for (const name of [dead, kept[0], kept[1], kept[2]]) await session.query(`alter database ${name} owner to modest`);
    await (await start(shared.urlFor('modest')))[Symbol.asyncDispose]();
    const rows = await session.query<{ name: string }>(
      `select datname as name from pg_database where datname like 'pgrehearse%' order by 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual(kept.toSorted());
    for (const name of kept) await session.query(`drop database ${name}`);
  });
});

const port = (): number => shared.server.target('postgres').port;

describe.runIf(hasOpenssl())('TLS', () => {
  test.each(['require', 'verify-full'])(
    'is used by ours, by the tool and by pg_restore with sslmode=%s',
    async (mode) => {
      const { server } = shared;
      const certificate = await encrypt(server);
      // With a root, `require` checks the certificate, as in libpq.
      const root = mode === 'require' ? '' : `&sslrootcert=${certificate}`;
      const url = `${shared.urlFor('maker').replace('127.0.0.1', 'localhost')}?sslmode=${mode}${root}`;
      await using ours = await start(url);
      const target = ours.target(ours.shared?.database ?? '');
      await using session = await connect(target.connectionString, { applicationName: 'test', quiet: false });
      const [row] = await session.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
      expect(row).toEqual({ ssl: true });
      const signal = new AbortController().signal;
      const backup = await openBackup('fixtures/backups-by-major/shop-15.dump', {}, signal);
      const { complaints } = await backup.restore(target, () => {}, signal);
      expect(complaints).toEqual([]);
      expect(target.libpq).toMatchObject({ PGSSLMODE: mode });
    },
  );

  test('stops at a certificate that is not trusted', async () => {
    await encrypt(shared.server);
    const url = `${shared.urlFor('maker').replace('127.0.0.1', 'localhost')}?sslmode=verify-full`;
    await expect(start(url)).rejects.toMatchObject({
      code: 'SERVER_UNAVAILABLE',
      message: expect.stringMatching(/certificate/),
    });
  });
});
