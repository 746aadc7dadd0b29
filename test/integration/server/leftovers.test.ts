import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { localServer } from '../../../src/server/index.ts';
import { answersOn, ownTempFolder, processesNaming, runsIn } from './run-folders.ts';

const never = new AbortController().signal;
const newest = { settings: {}, projectFolder: process.cwd() };

let temp: ReturnType<typeof ownTempFolder>;
const children: ChildProcess[] = [];
beforeEach(() => {
  temp = ownTempFolder();
});
afterEach(async () => {
  for (const child of children.splice(0)) await end(child, 'SIGKILL');
  await startAndStop();
  temp[Symbol.dispose]();
});

const startAndStop = async (): Promise<void> => (await localServer.start(newest, never))[Symbol.asyncDispose]();

function spawnHolder(manner: 'tidy' | 'exit' | 'bare'): ChildProcess {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('./hold-server.ts', import.meta.url)), manner],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  children.push(child);
  return child;
}

async function heldBy(child: ChildProcess): Promise<{ readonly run: string; readonly port: number }> {
  if (child.stdout === null) throw new Error('The holder has no output.');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { folder, port } = JSON.parse(line.toString()) as { folder: string; port: number };
  return { run: dirname(folder), port };
}

async function end(child: ChildProcess, name: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(name);
  await ended;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(2);
}

const expectGone = async ({ run, port }: { readonly run: string; readonly port: number }): Promise<void> => {
  expect(existsSync(run)).toBe(false);
  expect(processesNaming(run)).toEqual([]);
  await expect(answersOn(port)).resolves.toBe(false);
};

describe('a process that holds a server', () => {
  test.each([
    ['SIGTERM', 'tidy', 0],
    ['SIGINT', 'tidy', 0],
    ['SIGTERM', 'exit', 7],
  ] as const)('removes it on %s (%s)', async (name, manner, exitCode) => {
    const child = spawnHolder(manner);
    const held = await heldBy(child);
    await end(child, name);
    expect(child.exitCode).toBe(exitCode);
    await expectGone(held);
    expect(runsIn(temp.path)).toEqual([]);
  });

  test('and is killed leaves it to the next start, which spares that of a living process', async () => {
    const [doomed, living] = [spawnHolder('bare'), spawnHolder('tidy')];
    const [left, kept] = await Promise.all([heldBy(doomed), heldBy(living)]);
    // A server that has only just started ends by itself when its files go; one at rest has to be stopped.
    await delay(3000);
    await end(doomed, 'SIGKILL');
    await expect(answersOn(left.port)).resolves.toBe(true);

    await startAndStop();
    await expectGone(left);
    await expect(answersOn(kept.port)).resolves.toBe(true);
    expect(existsSync(kept.run)).toBe(true);

    await end(living, 'SIGTERM');
    await expectGone(kept);
  });

  test('and is killed with its postmaster leaves files, which the next start removes', async () => {
    const child = spawnHolder('bare');
    const held = await heldBy(child);
    await end(child, 'SIGKILL');
    process.kill(Number.parseInt(readFileSync(join(held.run, 'data/postmaster.pid'), 'utf8'), 10), 'SIGKILL');
    expect(runsIn(temp.path)).toHaveLength(1);
    await startAndStop();
    await expectGone(held);
    expect(runsIn(temp.path)).toEqual([]);
  });

  test('and is killed is swept by several starts at once without harm', async () => {
    const child = spawnHolder('bare');
    const held = await heldBy(child);
    await end(child, 'SIGKILL');
    await Promise.all([startAndStop(), startAndStop(), startAndStop()]);
    await expectGone(held);
    expect(runsIn(temp.path)).toEqual([]);
  });

  test.each([0, 15, 40, 80, 120])('and is killed %i ms into its start leaves nothing for long', async (afterMs) => {
    const child = spawnHolder('bare');
    await until(() => runsIn(temp.path).some((name) => !name.endsWith('.new')));
    await delay(afterMs);
    await end(child, 'SIGKILL');
    await startAndStop();
    expect(runsIn(temp.path)).toEqual([]);
    expect(processesNaming(temp.path)).toEqual([]);
  });

  test.each([0, 30, 150, 300])('and is killed %i ms into filling the cache leaves it sound', async (afterMs) => {
    const cache = join(temp.path, 'cache');
    process.env['PGREHEARSE_CACHE_DIR'] = cache;
    try {
      const child = spawnHolder('bare');
      await until(
        () => existsSync(join(cache, 'v1')) && runsIn(join(cache, 'v1')).some((name) => !name.endsWith('.new')),
      );
      await delay(afterMs);
      await end(child, 'SIGKILL');
      await startAndStop();
      expect(runsIn(join(cache, 'v1'))).toEqual([]);
      expect(runsIn(temp.path)).toEqual([]);
      expect(processesNaming(temp.path)).toEqual([]);
    } finally {
      delete process.env['PGREHEARSE_CACHE_DIR'];
    }
  });

  test.each([0, 15, 40, 80, 120])('and exits %i ms into its start leaves nothing', async (afterMs) => {
    const child = spawnHolder('exit');
    await until(() => runsIn(temp.path).some((name) => !name.endsWith('.new')));
    await delay(afterMs);
    await end(child, 'SIGTERM');
    expect(runsIn(temp.path)).toEqual([]);
    expect(processesNaming(temp.path)).toEqual([]);
  });

  test('does not lose what merely has such a name', async () => {
    const file = join(temp.path, 'pgrehearse-report.txt');
    writeFileSync(file, 'mine');
    await startAndStop();
    expect(existsSync(file)).toBe(true);
  });
});
