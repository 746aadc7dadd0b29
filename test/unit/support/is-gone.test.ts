import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { isGone } from '../../../src/support/is-gone.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgrehearse-test-gone-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a file is there until it is certain that it is not', async () => {
  const file = join(folder, 'record');
  expect(await isGone(file)).toBe(true);
  writeFileSync(file, '');
  expect(await isGone(file)).toBe(false);
  expect(await isGone(join(file, 'below'))).toBe(true);
});

test('what cannot be looked at counts as there', async () => {
  const loop = join(folder, 'loop');
  symlinkSync(loop, loop);
  // As that of another user; for root, who runs tests as well, no folder is closed.
  expect(await isGone(join(loop, 'record'))).toBe(false);
});
