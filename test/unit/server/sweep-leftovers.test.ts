import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { createOwnedFolder } from '../../../src/server/local/leftovers/owned-folder.ts';
import { ownIdentity } from '../../../src/support/process-identity.ts';
import { sweepLeftovers } from '../../../src/server/local/leftovers/sweep-leftovers.ts';

const never = new AbortController().signal;
const DEAD_PID = 2 ** 22 + 1;

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'sweep-test-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

/** What a dead run leaves, but for `detail`. */
function leave(detail: object | string = {}, name = 'pgrehearse-0123456789ab'): string {
  const folder = join(parent, name);
  mkdirSync(join(folder, 'data'), { recursive: true });
  writeFileSync(join(folder, 'data', 'PG_VERSION'), '18\n');
  const owner = typeof detail === 'string' ? detail : JSON.stringify({ ...ownIdentity(), pid: DEAD_PID, ...detail });
  writeFileSync(join(folder, 'owner.json'), owner);
  return folder;
}

describe('the sweep removes', () => {
  test.each([
    ['the folder of a process that has ended', {}],
    ['the folder of a process whose pid was given out again', { pid: process.pid, startedAt: '1' }],
    ['a folder from before the machine was started again', { pid: process.pid, bootId: 'an-earlier-one' }],
  ])('%s', async (_, detail) => {
    const folder = leave(detail);
    await sweepLeftovers(parent, never);
    expect(existsSync(folder)).toBe(false);
  });

  test('a folder that was never finished, after a minute', async () => {
    const folder = leave('', 'pgrehearse-0123456789ab.new');
    await sweepLeftovers(parent, never);
    expect(existsSync(folder)).toBe(true);
    const longAgo = Date.now() / 1000 - 70;
    utimesSync(folder, longAgo, longAgo);
    await sweepLeftovers(parent, never);
    expect(existsSync(folder)).toBe(false);
  });
});

test('the sweep removes the unfinished folder of a process that has ended, and spares that of a living one', async () => {
  const [ended, living] = [
    leave({}, 'pgrehearse-0123456789ab.new'),
    leave({ ...ownIdentity() }, 'pgrehearse-0123456789ac.new'),
  ];
  await sweepLeftovers(parent, never);
  expect([existsSync(ended), existsSync(living)]).toEqual([false, true]);
});

describe('the sweep spares', () => {
  test.each<[string, object | string]>([
    ['the folder of a living process', { ...ownIdentity() }],
    ['the folder of another container', { pidNamespace: 'pid:[1]' }],
    ['the folder of another machine', { hostName: 'elsewhere', bootId: 'of-elsewhere' }],
    ['a folder whose owner cannot be read', '{ "pid": 1'],
    ['a folder whose owner is something else', '{ "pid": "1" }'],
  ])('%s', async (_, detail) => {
    const folder = leave(detail);
    await sweepLeftovers(parent, never);
    expect(existsSync(join(folder, 'data', 'PG_VERSION'))).toBe(true);
  });

  test.each([
    'pgrehearse-out',
    'pgrehearse-0123456789abc',
    'my-pgrehearse-0123456789ab',
    'pgrehearse-0123456789ab.bak',
  ])('a folder named %s', async (name) => {
    const folder = leave({}, name);
    await sweepLeftovers(parent, never);
    expect(existsSync(folder)).toBe(true);
  });

  test.runIf(process.getuid?.() === 0)("another user's folder", async () => {
    const folder = leave();
    chownSync(folder, 65534, 65534);
    await sweepLeftovers(parent, never);
    expect(existsSync(folder)).toBe(true);
  });

  test('what a link leads to', async () => {
    const elsewhere = leave({}, 'elsewhere');
    symlinkSync(elsewhere, join(parent, 'pgrehearse-0123456789ab'));
    await sweepLeftovers(parent, never);
    expect(existsSync(join(elsewhere, 'data', 'PG_VERSION'))).toBe(true);
  });

  test('a folder of this process until it is disposed of', async () => {
    const own = await createOwnedFolder(parent, 0o711);
    await sweepLeftovers(parent, never);
    expect(existsSync(own.path)).toBe(true);
    await own[Symbol.asyncDispose]();
    expect(existsSync(own.path)).toBe(false);
  });
});
