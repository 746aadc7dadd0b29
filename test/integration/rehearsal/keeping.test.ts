import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { connect } from '../../../src/postgres/connect.ts';
import { localServer } from '../../../src/server/index.ts';
import { removeKept } from '../../../src/rehearsal/keeping/kept-lock.ts';
import { KeptStates } from '../../../src/rehearsal/keeping/kept-state.ts';
import type { EphemeralServer, ServerProvider } from '../../../src/server/provider.ts';
import { comparable, type KeptRuns, keptRuns } from '../../helpers/kept-runs.ts';
import { aProject } from '../../helpers/project.ts';
import { rehearseFolder } from '../../helpers/rehearse-folder.ts';
import { ownTempFolder, processesNaming, runsIn } from '../server/run-folders.ts';

let temp: ReturnType<typeof ownTempFolder>;
let kept: KeptRuns;
beforeEach(() => {
  temp = ownTempFolder();
  kept = keptRuns();
});
afterEach(async () => {
  await kept[Symbol.asyncDispose]();
  const left = [...serversIn(temp.path), ...processesNaming(temp.path)];
  if (left.length > 0) throw new Error(`The clean-up left ${left.join(', ')}.`);
  temp[Symbol.dispose]();
});

/** Without the folders of projects. */
const serversIn = (folder: string): string[] => runsIn(folder).filter((name) => /^pgrehearse-[0-9a-f]{12}/.test(name));

/** Names that must be quoted, settings of database and role, an owner who migrates, a sequence that has moved. */
const SEED = `
create role "Own'er \\" x" login password 'old';
create role reader;
grant reader to "Own'er \\" x";
alter database "pro""d 'ä" set search_path to "Odd Schema", public;
alter database "pro""d 'ä" set datestyle to 'ISO, DMY';
create schema "Odd Schema" authorization "Own'er \\" x";
create table "Odd Schema"."Ta""ble" ("Id" serial primary key, "te'xt" text);
insert into "Odd Schema"."Ta""ble" ("te'xt") select 'row ' || n from generate_series(1, 50) n;
select setval(pg_get_serial_sequence('"Odd Schema"."Ta""ble"', 'Id'), 4711);
alter table "Odd Schema"."Ta""ble" owner to "Own'er \\" x";
alter role "Own'er \\" x" set work_mem to '5MB';
select lo_from_bytea(4242, 'large');
`.replaceAll('\\"', '""');

const MIGRATIONS = {
  '1_add': [`alter table "Odd Schema"."Ta""ble" add more int`, `alter table "Odd Schema"."Ta""ble" drop more`],
  '2_next': [
    `insert into "Odd Schema"."Ta""ble" ("te'xt") values ('new')`,
    `delete from "Odd Schema"."Ta""ble" where "te'xt" = 'new'`,
  ],
  // Applied again it fails, so the database is built anew on the way.
  '3_half_a_way_back': ['create table left_behind (a int)', 'select 1'],
  '4_after': ['create table after_it (a int)', 'drop table after_it'],
} as const;

describe('a branch', () => {
  test.each([
    ['the shop', 'examples/shop/pgrehearse.sql.config.yaml', { scope: 'last:2' }],
    ['hostile names', undefined, {}],
  ])('gives the recording that a restore gives: %s', { timeout: 600_000 }, async (_, example, flags) => {
    using project = aProject({ seed: SEED, migrations: MIGRATIONS });
    const folder = example ?? project.folder;
    const alone = await rehearseFolder(folder, { flags });
    const first = await kept.run(folder, { flags });
    const second = await kept.run(folder, { flags });
    const third = await kept.run(folder, { flags });
    expect([first, second, third].map(({ isBranched }) => isBranched)).toEqual([false, true, true]);
    expect(alone.recording.steps.length).toBeGreaterThan(3);
    for (const { recording } of [first, second, third])
      expect(comparable(recording)).toEqual(comparable(alone.recording));
    expect(second.verdict.findings).toEqual(alone.verdict.findings);
  });

  test('serves other migrations and another scope as well, and takes back what was done for the ones before', async () => {
    using one = aProject({ seed: SEED, migrations: MIGRATIONS });
    await kept.run(one.folder);
    writeFileSync(join(one.folder, 'migrations/5_more.up.sql'), 'create table public.more (a int)');
    writeFileSync(join(one.folder, 'migrations/5_more.down.sql'), 'drop table public.more');
    const again = await kept.run(one.folder, { flags: { scope: 'all' } });
    const alone = await rehearseFolder(one.folder, { flags: { scope: 'all' } });
    expect(again.isBranched).toBe(true);
    expect(comparable(again.recording)).toEqual(comparable(alone.recording));
  });

  test('is not made of a server whose roles a migration changed', async () => {
    using project = aProject({ seed: SEED, migrations: { '1_role': ['create role made_here', 'select 1'] } });
    await kept.run(project.folder);
    const [before] = await kept.states();
    const again = await kept.run(project.folder);
    expect(again.isBranched).toBe(false);
    expect(again.said).toContainEqual(expect.stringMatching(/^restoring anew, since role made_here is new/));
    const [after, ...more] = await kept.states();
    expect(more).toEqual([]);
    expect(after?.id).not.toBe(before?.id);
  });
});

describe('is restored anew and replaced', () => {
  const touch = (name: string) => (folder: string) => {
    const path = join(folder, name);
    const { atime, mtime } = statSync(path);
    // A change that leaves size and time as they were.
    writeFileSync(path, readFileSync(path));
    utimesSync(path, atime, mtime);
  };
  const sql =
    (text: string, database = 'postgres') =>
    async () => {
      const server = await kept.look();
      await using session = await connect(server.target(database).connectionString, { applicationName: 'test' });
      for (const statement of text.split(';')) await session.script(statement);
    };
  const reasons: readonly (readonly [string, (folder: string) => unknown, RegExp])[] = [
    ['another backup file', touch('seed.sql'), /the backup file has changed/],
    [
      'a checksum beside it',
      (folder) => writeFileSync(join(folder, 'seed.sql.sha256'), sha256Of(join(folder, 'seed.sql'))),
      /its \.sha256 file has changed/,
    ],
    [
      'another masking',
      (folder) => writeFileSync(join(folder, 'mask.sql'), 'update customers set email = null'),
      /the masking has changed/,
    ],
    [
      'other settings',
      (folder) =>
        writeFileSync(
          join(folder, 'pgrehearse.config.yaml'),
          'backup: { file: ./seed.sql, masking: ./mask.sql }\nmigrations: { tool: sql }\nserver: { settings: { work_mem: 9MB } }\n',
        ),
      /the configuration of the server has changed/,
    ],
    ['a crash, after which unlogged tables are empty', async () => crash(await kept.look()), /time of the last crash/],
    [
      'a touched pristine copy',
      sql(
        'alter database pgrehearse_pristine allow_connections true; alter database pgrehearse_pristine allow_connections false',
      ),
      /the pristine copy was touched/,
    ],
    ['a pristine copy that is gone', sql('drop database pgrehearse_pristine'), /the pristine copy was touched/],
    ['another password of ours', sql(`alter role postgres password 'x'`), /cannot be reached: password authentication/],
    ['a server that stopped', async () => kill(await kept.look()), /it is gone/],
  ];

  test.each(reasons)('%s', async (_, change, reason) => {
    using project = aProject({
      seed: 'create table customers (email text); insert into customers values (1)',
      migrations: { '1_a': ['create table a ()', 'drop table a'] },
      config: '',
    });
    writeFileSync(join(project.folder, 'mask.sql'), 'select 1');
    writeFileSync(
      join(project.folder, 'pgrehearse.config.yaml'),
      'backup: { file: ./seed.sql, masking: ./mask.sql }\nmigrations: { tool: sql }\n',
    );
    await kept.run(project.folder);
    const [before] = await kept.states();
    await change(project.folder);
    const again = await kept.run(project.folder);
    expect(again.isBranched).toBe(false);
    expect(again.said.join('\n')).toMatch(reason);
    const after = await kept.states();
    expect(after).toHaveLength(1);
    expect(after[0]?.id).not.toBe(before?.id);
    expect(serversIn(temp.path)).toHaveLength(1);
    expect((await kept.run(project.folder)).isBranched).toBe(true);
  });
});

describe('what stays', () => {
  const PROJECT = {
    seed: 'create table t (a int)',
    migrations: { '1_a': ['create table a ()', 'drop table a'] },
  } as const;

  test('is one server and what leads to it, secret, and nothing after the clean-up', async () => {
    using project = aProject(PROJECT);
    const { events } = await kept.run(project.folder);
    const [state] = await kept.states();
    const id = state?.id ?? '';
    expect(kept.files()).toEqual(['servers', `servers/${id}.json`, `servers/${id}.pgpass`]);
    for (const file of kept.files().slice(1)) expect(statSync(join(kept.state, file)).mode & 0o777).toBe(0o600);
    expect(serversIn(temp.path)).toHaveLength(1);
    // A start of somebody else's sweeps, and leaves it.
    await (
      await localServer.start({ settings: {}, projectFolder: process.cwd() }, new AbortController().signal)
    )[Symbol.asyncDispose]();
    expect(serversIn(temp.path)).toHaveLength(1);
    const password = String(state?.server?.details['password']);
    expect(password).toMatch(/.{20}/);
    expect(JSON.stringify(events)).not.toContain(password);
    expect(await kept.cleanUp()).toMatchObject([{ what: expect.stringContaining(id), removed: true }]);
    expect(kept.files()).toEqual(['servers']);
    expect(serversIn(temp.path)).toEqual([]);
  });

  test('is removed by the next sweep when nothing remembers it', async () => {
    using project = aProject(PROJECT);
    await kept.run(project.folder);
    const folder = join(temp.path, serversIn(temp.path)[0] ?? '');
    rmSync(join(kept.state, 'servers'), { recursive: true });
    expect(await kept.cleanUp()).toEqual([{ what: `folder ${folder}`, removed: true }]);
    expect(existsSync(folder)).toBe(false);
  });

  test('stays usable when a run on it is interrupted, and a server of this run does not stay', async () => {
    using project = aProject(PROJECT);
    const interrupted = async (): Promise<void> => {
      const stopping = new AbortController();
      const run = kept.run(project.folder, {
        signal: stopping.signal,
        onEvent: ({ kind }) => {
          if (kind === 'step-started') stopping.abort(new Error('stop'));
        },
      });
      await run.catch(() => {});
    };
    await interrupted();
    expect({ files: kept.files().slice(1), runs: serversIn(temp.path) }).toEqual({ files: [], runs: [] });
    await kept.run(project.folder);
    const before = await kept.states();
    await interrupted();
    expect((await kept.states()).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect((await kept.run(project.folder)).isBranched).toBe(true);
  });

  test('is used by one run at a time: a second one restores on its own server, which goes', async () => {
    using project = aProject(PROJECT);
    await kept.run(project.folder);
    const other = await kept.take();
    const second = await kept.run(project.folder);
    await other.lock[Symbol.asyncDispose]();
    expect(second.isBranched).toBe(false);
    expect(second.said.join()).toContain('another run uses the kept server');
    expect(second.events).not.toContainEqual(expect.objectContaining({ kind: 'kept' }));
    expect(await kept.states()).toHaveLength(1);
    expect(serversIn(temp.path)).toHaveLength(1);
  });

  test('is not removed while a run uses it', async () => {
    using project = aProject(PROJECT);
    await kept.run(project.folder);
    const run = await kept.take();
    const cleaned = await kept.cleanUp();
    await run.lock[Symbol.asyncDispose]();
    expect(cleaned).toMatchObject([{ removed: false, reason: 'a run uses it' }]);
    expect((await kept.run(project.folder)).isBranched).toBe(true);
  });

  test('is not removed while nobody can tell whether a run uses it', async () => {
    using project = aProject(PROJECT);
    await kept.run(project.folder);
    const [folder = ''] = serversIn(temp.path);
    const postmaster = Number(readFileSync(join(temp.path, folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(postmaster, 'SIGSTOP');
    const cleaned = await kept.cleanUp().finally(() => process.kill(postmaster, 'SIGCONT'));
    expect(cleaned).toMatchObject([
      { removed: false, reason: expect.stringContaining('a run may use it; it lets nobody in: timeout') },
    ]);
    expect((await kept.run(project.folder)).isBranched).toBe(true);
  });

  test('is taken up by no run while it is being removed', async () => {
    using project = aProject(PROJECT);
    await kept.run(project.folder);
    const [state] = await kept.states();
    if (!state) throw new Error('Nothing is kept.');
    let meanwhile: unknown;
    const provider: ServerProvider = {
      ...localServer,
      attach: async (...asked) => {
        const server = await localServer.attach?.(...asked);
        if (!server || server === 'in use') return server;
        const remove = async (): Promise<void> => {
          meanwhile = await kept.take().catch((error: unknown) => error);
          await server[Symbol.asyncDispose]();
        };
        return { ...server, [Symbol.asyncDispose]: remove };
      },
    };
    const spec = { settings: {}, projectFolder: project.folder };
    const { signal } = new AbortController();
    expect(await removeKept(new KeptStates(kept.state), state, { provider, spec }, signal)).toMatchObject({
      removed: true,
    });
    expect(meanwhile).toMatchObject({ message: 'The server is in use.' });
    expect(await kept.states()).toEqual([]);
  });

  test('is never reused when the backup has no identity', async () => {
    using project = aProject({
      ...PROJECT,
      seed: undefined as never,
      config: `backup: { command: "printf 'create table t (a int);'" }\n`,
    });
    await kept.run(project.folder);
    const again = await kept.run(project.folder);
    expect(again.isBranched).toBe(false);
    expect(again.said.join('\n')).toContain('backup.command may give another backup each time');
    expect(again.events).toContainEqual(expect.objectContaining({ kind: 'kept', isReusable: false }));
    expect(await kept.states()).toHaveLength(1);
  });
});

async function kill(server: EphemeralServer): Promise<void> {
  await using session = await connect(server.target('postgres').connectionString, { applicationName: 'test' });
  const [row] = await session.query<{ folder: string }>(`select current_setting('data_directory') as folder`);
  const pid = Number(readFileSync(join(row?.folder ?? '', 'postmaster.pid'), 'utf8').split('\n')[0]);
  process.kill(pid, 'SIGQUIT');
  await expect.poll(() => processesNaming(row?.folder ?? ''), { timeout: 20_000 }).toEqual([]);
}

/** The postmaster begins anew, in the same process. */
async function crash(server: EphemeralServer): Promise<void> {
  const opened = () => connect(server.target('postgres').connectionString, { applicationName: 'test' });
  const session = await opened();
  const [row] = await session.query<{ pid: number }>('select pg_backend_pid() as pid');
  process.kill(row?.pid ?? 0, 'SIGKILL');
  await expect(session.query('select 1')).rejects.toThrow(/terminated|closed|reset/i);
  const answers = async (): Promise<boolean> => {
    await using again = await opened();
    return (await again.query('select 1')).length === 1;
  };
  await expect.poll(() => answers().catch(() => false), { timeout: 20_000 }).toBe(true);
}

const sha256Of = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
