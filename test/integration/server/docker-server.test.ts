import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { connect, type Database } from '../../../src/postgres/connect.ts';
import { dockerServer } from '../../../src/server/docker/docker-server.ts';
import { openEngine } from '../../../src/server/docker/engine.ts';
import { publishedAddress } from '../../../src/server/docker/published-address.ts';
import type { EphemeralServer, ServerNews, ServerSpec } from '../../../src/server/provider.ts';
import { docker, dockerInventory, hasDocker, ownDockerScope, TEST_IMAGE } from '../../helpers/docker.ts';

const never = new AbortController().signal;

type Wishes = Partial<Omit<ServerSpec, 'docker'>> & { readonly docker?: ServerSpec['docker'] };

const SPEC: ServerSpec = { settings: {}, projectFolder: process.cwd(), docker: { image: TEST_IMAGE } };

const start = (wishes: Wishes = {}, onNews: (news: ServerNews) => void = () => {}): Promise<EphemeralServer> =>
  dockerServer.start(
    { settings: {}, projectFolder: process.cwd(), ...wishes, docker: { image: TEST_IMAGE, ...wishes.docker } },
    never,
    onNews,
  );

const upkeep = (server: EphemeralServer, quiet = true): Promise<Database> =>
  connect(server.target('postgres').connectionString, { applicationName: 'test', quiet });

const containerName = async (): Promise<string> =>
  (await dockerInventory()).find((line) => line.startsWith('container '))?.slice('container '.length) ?? '';

describe.runIf(hasDocker('the provider docker'))('a server in Docker', () => {
  let scope: ReturnType<typeof ownDockerScope>;
  const images: string[] = [];
  beforeAll(() => {
    scope = ownDockerScope();
  });
  afterAll(async () => {
    for (const image of images) await docker('image', 'rm', '--force', image);
    scope[Symbol.dispose]();
  });

  /** An image of the test's own, from lines of a Dockerfile. */
  async function variant(name: string, ...lines: readonly string[]): Promise<string> {
    const tag = `pgrehearse-test/${name}:${process.pid}`;
    const build = spawn('docker', ['build', '--quiet', '--tag', tag, '-'], {
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { ...process.env, DOCKER_BUILDKIT: '0' },
    });
    build.stdin.end([`FROM ${TEST_IMAGE}`, ...lines, ''].join('\n'));
    let said = '';
    build.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const exitCode = await new Promise((resolve) => build.once('close', resolve));
    if (exitCode !== 0) throw new Error(said);
    images.push(tag);
    return tag;
  }

  test('is reached on the loopback only, and by nobody without its password', async () => {
    await using server = await start();
    const name = await containerName();
    const { port, password } = server.target('postgres');
    expect(await docker('port', name)).toBe(`5432/tcp -> 127.0.0.1:${port}`);

    const inspected = await docker('inspect', name);
    expect(inspected).not.toContain(password);
    const [, old = ''] = /POSTGRES_PASSWORD=([^"]+)/.exec(inspected) ?? [];
    expect(old).not.toBe('');
    const stale = server.target('postgres').connectionString.replace(password, old);
    await expect(connect(stale, { applicationName: 'test' })).rejects.toThrow(/password authentication failed/);
    // As another container on the engine's network sees it.
    const address = await docker('inspect', '--format', '{{.NetworkSettings.IPAddress}}', name);
    const neighbour = docker('exec', name, 'psql', '-w', '-h', address, '-U', 'postgres', '-c', 'select 1');
    await expect(neighbour).rejects.toThrow(/no password supplied/);
  });

  test('has our settings, those of the user last, and a log that is read through SQL', async () => {
    await using server = await start({ settings: { TimeZone: 'Europe/Berlin', work_mem: '7MB', 'my.quote': `a'\\b` } });
    expect(server).toMatchObject({ major: 15, settings: { timezone: 'Europe/Berlin', work_mem: '7MB', fsync: 'off' } });
    await using database = await upkeep(server, false);
    const rows = await database.query(
      `select current_setting('timezone') as zone, current_setting('work_mem') as memory, current_setting('my.quote') as quote,
         current_setting('fsync') as fsync, current_setting('lc_collate') as collate, lower('É') as lower`,
    );
    expect(rows).toEqual([
      { zone: 'Europe/Berlin', memory: '7MB', quote: `a'\\b`, fsync: 'off', collate: 'C', lower: 'é' },
    ]);
    const readLog = async (): Promise<unknown> =>
      (await database.query<{ text: string }>(`select pg_read_file(pg_current_logfile('csvlog')) as text`))[0]?.text;
    await expect.poll(readLog, { timeout: 10_000 }).toContain('my.quote');
  });

  test('has the memory, processors and shared memory that it is given', async () => {
    await using server = await start({ docker: { memoryGib: 0.5, cpus: 0.75, tmpfsGib: 0.25 } });
    const name = await containerName();
    const limits = '{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.ShmSize}}';
    expect(await docker('inspect', '--format', limits, name)).toBe(`${2 ** 29} 750000000 ${2 ** 30}`);
    const folder = '/var/lib/postgresql/data';
    expect(await docker('exec', name, 'sh', '-c', `grep ' ${folder} ' /proc/mounts`)).toMatch(/^tmpfs .*size=262144k/);
    await using database = await upkeep(server);
    expect(await database.query('show shared_buffers')).toEqual([{ shared_buffers: '128MB' }]);
    expect(await database.query('show max_wal_size')).toEqual([{ max_wal_size: '64MB' }]);
  });

  test.each<[string, Wishes, 'tmpfs' | 'disk']>([
    ['in memory where what will be restored fits', { contentsBytes: 0 }, 'tmpfs'],
    ['on disk where it may not', { contentsBytes: 2 ** 60 }, 'disk'],
    ['on disk where the user wants it', { contentsBytes: 0, docker: { tmpfsGib: 0 } }, 'disk'],
    ['on disk where nobody knows', {}, 'disk'],
  ])('has its data %s', async (_, wishes, place) => {
    await using server = await start(wishes);
    const mounts = await docker(
      'exec',
      await containerName(),
      'sh',
      '-c',
      `grep ' /var/lib/postgresql/data ' /proc/mounts`,
    );
    expect(mounts.startsWith('tmpfs ') ? 'tmpfs' : 'disk').toBe(place);
    expect(server.settings['max_wal_size'] === '8GB').toBe(place === 'disk');
  });

  test('keeps what an image brings: settings of its command and its configuration, the place of its data', async () => {
    const image = await variant(
      'custom',
      'ENV PGDATA=/var/lib/postgresql/15/docker POSTGRES_HOST_AUTH_METHOD=trust',
      'VOLUME /var/lib/postgresql',
      `RUN echo "echo \\"session_preload_libraries = 'auto_explain'\\" >> \\$PGDATA/postgresql.conf" > /docker-entrypoint-initdb.d/a.sh`,
      'CMD ["postgres", "-c", "shared_preload_libraries=pg_stat_statements"]',
    );
    await using server = await start({ docker: { image } });
    await using database = await upkeep(server);
    const rows = await database.query(
      `select current_setting('shared_preload_libraries') as shared, current_setting('session_preload_libraries') as session,
         current_setting('data_directory') as folder`,
    );
    const folder = '/var/lib/postgresql/15/docker';
    expect(rows).toEqual([{ shared: 'pg_stat_statements', session: 'auto_explain', folder }]);
    const mounts = await docker(
      'inspect',
      '--format',
      '{{range .Mounts}}{{.Destination}} {{end}}',
      await containerName(),
    );
    expect(mounts).toContain('/var/lib/postgresql ');
  });

  const wrong: readonly (readonly [string, () => Promise<Wishes> | Wishes, string, RegExp])[] = [
    ['another major than the image has', () => ({ postgresVersion: 17 }), 'CONFIG_INVALID', /17 is asked for.* has 15/],
    [
      'an image that is not there',
      () => ({ docker: { image: 'pgrehearse-test/none:1', pull: 'never' } }),
      'SERVER_UNAVAILABLE',
      /no image pgrehearse-test\/none:1/,
    ],
    [
      'an image that cannot be pulled',
      () => ({ docker: { image: '127.0.0.1:1/none:1' } }),
      'SERVER_UNAVAILABLE',
      /could not be pulled: .*refused/,
    ],
    [
      'a name that is none',
      () => ({ docker: { image: 'Not An Image' } }),
      'CONFIG_INVALID',
      /cannot be the name of an image/,
    ],
    [
      'an image that is no Postgres',
      async () => ({ docker: { image: await variant('shell', 'CMD ["sh", "-c", "sleep 1000"]') } }),
      'SERVER_UNAVAILABLE',
      /no image of a Postgres/,
    ],
    [
      'an image that ends at once',
      async () => ({ docker: { image: await variant('ends', 'ENTRYPOINT ["sh", "-c", "echo I cannot; exit 3"]') } }),
      'SERVER_UNAVAILABLE',
      /exit code 3\. Its log ends with:\nI cannot/,
    ],
    [
      'a program that is not there',
      async () => ({ docker: { image: await variant('absent', 'ENTRYPOINT ["/nothing"]') } }),
      'SERVER_UNAVAILABLE',
      /\/nothing/,
    ],
    [
      'a server that trusts everyone',
      async () => ({
        docker: {
          image: await variant(
            'trust',
            `RUN echo "echo 'host all all all trust' > \\$PGDATA/pg_hba.conf" > /docker-entrypoint-initdb.d/a.sh`,
          ),
        },
      }),
      'SERVER_UNAVAILABLE',
      /without a password/,
    ],
    [
      'a setting that the server refuses',
      () => ({ settings: { shared_buffers: 'much' } }),
      'SERVER_UNAVAILABLE',
      /invalid value for parameter "shared_buffers"/,
    ],
    [
      'a library that is not there',
      () => ({ settings: { shared_preload_libraries: 'nothing' } }),
      'SERVER_UNAVAILABLE',
      /could not access file "nothing"/,
    ],
    [
      'a disk in memory that is too small',
      () => ({ docker: { tmpfsGib: 0.01 } }),
      'SERVER_UNAVAILABLE',
      /No space left/,
    ],
    ['a setting that is ours', () => ({ settings: { log_directory: '/tmp' } }), 'CONFIG_INVALID', /log_directory/],
  ];
  test.each(wrong)('refuses %s and leaves nothing', async (_, wishes, code, message) => {
    const attempt = start(await wishes());
    await expect(attempt).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await dockerInventory()).toEqual([]);
  });

  test('says that the major of the backup is another one, and goes on with the image', async () => {
    const news: ServerNews[] = [];
    await using server = await start({ postgresVersion: 14, isMajorOfBackup: true }, (one) => news.push(one));
    expect(server.major).toBe(15);
    expect(news).toContainEqual({ kind: 'said', text: expect.stringMatching(/backup is of PostgreSQL 14.*has 15/) });
  });

  describe('client programs in the container', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rehearsal-test-'));
    afterAll(() => rmSync(folder, { recursive: true }));

    test('run on files that were brought, with what they say passed on', async () => {
      await using server = await start();
      const { clientPrograms: programs, password } = server.target('postgres');
      if (!programs) throw new Error('There are none.');
      expect(await programs.version('pg_restore', never)).toMatch(/^15\.\d+$/);
      writeFileSync(join(folder, 'pgpass'), `*:*:*:*:${password}\n`, { mode: 0o600 });
      const PGPASSFILE = await programs.bring(join(folder, 'pgpass'), never);
      const address = ['-h', programs.host, '-p', String(programs.port), '-U', 'postgres'];
      let [out, err] = ['', ''];
      const exitCode = await programs.run(
        {
          program: 'pg_dump',
          args: [...address, '--verbose', '--create', 'postgres'],
          environment: { PGPASSFILE },
          onStdout: (piece) => (out += piece.toString()),
          onStderr: (text) => (err += text),
        },
        never,
      );
      expect([exitCode, err]).toEqual([0, expect.stringContaining('reading schemas')]);
      expect(out).toMatch(/CREATE DATABASE postgres[^]*PostgreSQL database dump complete/);
      const listed = await programs.bring('fixtures/backups/library.directory', never);
      const listing = { program: 'pg_restore', args: ['--list', '-Fd', listed], environment: {} } as const;
      let list = '';
      expect(await programs.run({ ...listing, onStdout: (piece) => (list += piece.toString()) }, never)).toBe(0);
      expect(list).toContain('TABLE DATA public books');
      expect(await programs.run({ ...listing, args: ['--list', '/nothing'] }, never)).toBe(1);
    });

    test('end with an abort, and their children with them', async () => {
      await using server = await start();
      const programs = server.target('postgres').clientPrograms;
      const stopping = new AbortController();
      await using database = await upkeep(server);
      await database.script('create table t (n int4)');
      await database.script('begin; lock table t');
      const args = ['-h', '/var/run/postgresql', '-U', 'postgres', '--lock-wait-timeout=1h', 'postgres'];
      const running = programs?.run({ program: 'pg_dump', args, environment: {} }, stopping.signal);
      const processes = async (): Promise<string> => docker('top', await containerName(), '-eo', 'pid,args');
      await expect.poll(processes, { timeout: 60_000 }).toMatch(/LOCK TABLE waiting/);
      stopping.abort(new Error('stop'));
      await expect(running).rejects.toThrow('stop');
      await expect.poll(processes, { timeout: 60_000 }).not.toMatch(/pg_dump|LOCK TABLE waiting/);
    });
  });

  test('is kept until its record is gone, taken up again, and removed then', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rehearsal-test-'));
    const record = join(folder, 'kept.json');
    writeFileSync(record, '{}');
    const first = await start();
    await (await upkeep(first)).query('create table mine ()');
    const kept = await first.keep?.(record);
    if (!kept) throw new Error('It cannot be kept.');
    await first[Symbol.asyncDispose]();
    expect(await containerName()).toMatch(/^pgrehearse-kept-/);

    await (await start())[Symbol.asyncDispose]();
    const again = await dockerServer.attach?.(JSON.parse(JSON.stringify(kept)), never, SPEC);
    if (!again || again === 'in use') throw new Error('It is gone.');
    expect(again).toMatchObject({ version: first.version, major: 15, settings: first.settings });
    expect(await again.room?.()).toMatchObject({ where: expect.stringContaining('/data') as string });
    expect(await (await upkeep(again)).query('select * from mine')).toEqual([]);
    await again.keep?.(record);
    await again[Symbol.asyncDispose]();
    expect(await containerName()).toMatch(/^pgrehearse-kept-/);

    rmSync(folder, { recursive: true });
    await (await start())[Symbol.asyncDispose]();
    expect(await dockerInventory()).toEqual([]);
    expect(await dockerServer.attach?.(kept, never, SPEC)).toBeUndefined();
  });

  test('is reached where it was published, wherever that would be today', async () => {
    const name = `pgrehearse-test-${process.pid}`;
    await docker('run', '--detach', '--name', name, '--publish', '127.0.0.2::5432', TEST_IMAGE, 'sleep', '60');
    try {
      const engine = await openEngine();
      const address = await publishedAddress(engine.docker.getContainer(name), 'elsewhere');
      expect(`${address.host}:${address.port}`).toBe(await docker('port', name, '5432'));
    } finally {
      await docker('rm', '--force', '--volumes', name);
    }
  });

  test.each([undefined, 300, 900, 1800])('is gone after process.exit, %s ms into its start', async (afterMs) => {
    const provider = `const { dockerServer } = await import('./src/server/docker/docker-server.ts');`;
    const leaving = afterMs === undefined ? '' : `setTimeout(() => process.exit(7), ${afterMs});`;
    const spec = JSON.stringify({ settings: {}, projectFolder: '.', docker: { image: TEST_IMAGE } });
    const starting = `await dockerServer.start(${spec}, new AbortController().signal); process.exit(7);`;
    const script = `${provider} ${leaving} ${starting}`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: 'inherit',
    });
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(7);
    expect(await dockerInventory()).toEqual([]);
  });

  test('doctor sees engine and image', async () => {
    const examine = async (image: string): Promise<unknown> =>
      dockerServer.examine?.({ settings: {}, projectFolder: '.', docker: { image, pull: 'never' } }, never);
    const version = await docker('version', '--format', '{{.Server.Version}}, API {{.Server.APIVersion}}');
    const before = [
      { name: 'Package testcontainers', state: 'found' },
      { name: 'Docker Engine', state: 'found', detail: expect.stringContaining(version) },
    ];
    expect(await examine(TEST_IMAGE)).toMatchObject([...before, { name: 'Image', state: 'found' }]);
    expect(await examine('pgrehearse-test/none:1')).toMatchObject([
      ...before,
      { state: 'missing', mend: 'docker pull pgrehearse-test/none:1' },
    ]);
  });
});
