import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { aProject } from '../../helpers/project.ts';
import { ownTempFolder, processesNaming, runsIn } from '../server/run-folders.ts';

const BIN = resolve('dist/cli/main.js');

let temp: ReturnType<typeof ownTempFolder>;
let state: string;
beforeEach(() => {
  if (!existsSync(BIN)) throw new Error('dist is not built: npm run build');
  temp = ownTempFolder();
  state = mkdtempSync(join(temp.path, 'state-'));
});
afterEach(() => {
  pgrehearse(['run', '--clean-up'], temp.path);
  temp[Symbol.dispose]();
});

const SLOW = {
  seed: 'create table t (a int); insert into t values (1)',
  migrations: { '1_a': ['create table a ()', 'drop table a'], '2_slow': ['select pg_sleep(60)', 'select 1'] },
} as const;
const QUICK = { ...SLOW, migrations: { '1_a': SLOW.migrations['1_a'] } };

const environment = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  TMPDIR: temp.path,
  PGREHEARSE_STATE_HOME: state,
});

function pgrehearse(args: readonly string[], cwd: string): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    cwd,
    env: environment(),
    encoding: 'utf8',
  });
  return { status, out: stdout, err: stderr };
}

/** In a process group of its own, as a shell starts it; resolves once stderr has that text. */
async function until(text: string, cwd: string): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn(process.execPath, [BIN, 'run', '--keep-server'], { cwd, env: environment(), detached: true });
  let said = '';
  for await (const chunk of child.stderr) {
    said += String(chunk);
    if (said.includes(text)) break;
  }
  if (child.pid === undefined || !said.includes(text)) throw new Error(`It never said ${text}: ${said}`);
  return Object.assign(child, { pid: child.pid });
}

const slow = (folder: string): readonly string[] =>
  ['up', 'down'].map((end) => join(folder, `migrations/2_slow.${end}.sql`));
const withoutSlow = (folder: string): void => slow(folder).forEach((path) => rmSync(path));
const withSlow = (folder: string): void => slow(folder).forEach((path) => writeFileSync(path, 'select pg_sleep(60)'));

const servers = (): string[] => runsIn(temp.path).filter((name) => /^pgrehearse-[0-9a-f]{12}/.test(name));
const states = (): string[] =>
  existsSync(join(state, 'servers'))
    ? readdirSync(join(state, 'servers')).filter((name) => name.endsWith('.json'))
    : [];

test('says how to connect, and psql gets in that way; --json stays one document; the clean-up removes all', async () => {
  using project = aProject(QUICK);
  const { status, out, err } = pgrehearse(['run', '--keep-server', '--json', '--quiet'], project.folder);
  expect(status).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ format: 1, verdict: { outcome: 'safe' } });
  const [, connect = ''] = /connect +(.*)/.exec(err) ?? [];
  expect(connect).toMatch(/^PGPASSFILE=\S+\.pgpass psql -h 127\.0\.0\.1 -p \d+ -U postgres -d rehearsal$/);
  const psql = spawnSync('sh', ['-c', `${connect} -w -Atc 'select count(*) from t'`], { encoding: 'utf8' });
  expect(psql).toMatchObject({ status: 0, stdout: '1\n' });
  expect(servers()).toHaveLength(1);

  const again = pgrehearse(['run', '--keep-server'], project.folder);
  expect(again.err).toMatch(
    /^Branched from the state restored at \S+Z in [\d.]+ m?s instead of [\d.]+ m?s: 1 table, 1 row$/m,
  );

  expect(pgrehearse(['run', '--clean-up', '--keep-server'], temp.path)).toMatchObject({
    status: 2,
    err: expect.stringMatching(/^USAGE: --clean-up does nothing else/) as string,
  });
  // Without a configuration: from anywhere.
  const cleaned = pgrehearse(['run', '--clean-up', '--json'], temp.path);
  expect(cleaned.status).toBe(0);
  expect(JSON.parse(cleaned.out)).toMatchObject({ cleanedUp: [{ removed: true }] });
  expect({ servers: servers(), states: states(), processes: processesNaming(temp.path) }).toEqual({
    servers: [],
    states: [],
    processes: [],
  });
  expect(pgrehearse(['run', '--clean-up'], temp.path)).toMatchObject({ status: 0, out: 'No run has left anything.\n' });
});

test('Ctrl-C for the whole process group: a kept server goes on, one of this run does not', async () => {
  using project = aProject(SLOW);
  const interrupt = async (): Promise<void> => {
    const child = await until('reapply 1_a', project.folder);
    process.kill(-child.pid, 'SIGINT');
    await once(child, 'exit');
  };
  await interrupt();
  expect({ servers: servers(), states: states() }).toEqual({ servers: [], states: [] });

  withoutSlow(project.folder);
  pgrehearse(['run', '--keep-server'], project.folder);
  const kept = { servers: servers(), states: states() };
  expect(kept.servers).toHaveLength(1);
  withSlow(project.folder);
  await interrupt();
  expect({ servers: servers(), states: states() }).toEqual(kept);
  withoutSlow(project.folder);
  expect(pgrehearse(['run', '--keep-server'], project.folder).err).toContain('Branched from');
});

test('kill -9: of a run that would keep its server nothing stays, and a kept one can be used at once', async () => {
  using project = aProject(SLOW);
  const kill = async (): Promise<void> => {
    const child = await until('reapply 1_a', project.folder);
    process.kill(child.pid, 'SIGKILL');
    await once(child, 'exit');
  };
  await kill();
  const left = servers();
  expect({ left: left.length, states: states() }).toEqual({ left: 1, states: [] });
  expect(pgrehearse(['run', '--clean-up'], temp.path).out).toMatch(new RegExp(`^removed folder .*${left[0]}\n$`));
  expect({ servers: servers(), processes: processesNaming(temp.path) }).toEqual({ servers: [], processes: [] });

  withoutSlow(project.folder);
  pgrehearse(['run', '--keep-server'], project.folder);
  withSlow(project.folder);
  await kill();
  withoutSlow(project.folder);
  const again = pgrehearse(['run', '--keep-server'], project.folder);
  expect(again.err).toContain('Branched from');
  expect(servers()).toHaveLength(1);
});
