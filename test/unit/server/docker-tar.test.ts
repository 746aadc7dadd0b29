import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { firstTextOf, tarOf, tarOfText } from '../../../src/server/docker/tar.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rehearsal-tar-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function whole(path: string, name: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of tarOf(path, name)) pieces.push(piece);
  return Buffer.concat(pieces);
}

test('the system unpacks what was packed: long and foreign names, odd sizes, rights, links followed', async () => {
  const source = join(folder, 'source');
  const long = 'n'.repeat(150);
  mkdirSync(join(source, 'Größe'), { recursive: true });
  for (const [name, bytes] of [
    ['empty', 0],
    ['block', 512],
    ['odd', 100_001],
    [long, 7],
    ['Größe/é', 3],
  ] as const)
    writeFileSync(join(source, name), Buffer.alloc(bytes, 'x'), { mode: 0o600 });
  symlinkSync('odd', join(source, 'link'));
  const out = join(folder, 'out');
  mkdirSync(out);
  execFileSync('tar', ['-x', '-p', '-C', out], { input: await whole(source, 'backup') });
  rmSync(join(source, 'link'));
  writeFileSync(join(source, 'link'), Buffer.alloc(100_001, 'x'), { mode: 0o600 });
  execFileSync('diff', ['-r', source, join(out, 'backup')]);
  expect(String(execFileSync('stat', ['-c', '%a', join(out, 'backup', long)])).trim()).toBe('600');
});

test('a file larger than a plain header can say has its size', async () => {
  const path = join(folder, 'large');
  writeFileSync(path, '');
  truncateSync(path, 9 * 1024 ** 3);
  const pieces: Buffer[] = [];
  for await (const piece of tarOf(path, 'large')) if (pieces.push(piece) === 6) break;
  const { stdout } = spawnSync('tar', ['-tv'], { input: Buffer.concat(pieces), encoding: 'utf8' });
  expect(stdout).toMatch(/ 9663676416 .* large$/m);
});

test('a short text comes back as it was', () => {
  expect(firstTextOf(tarOfText('record', '/a/Größe/b.json'))).toBe('/a/Größe/b.json');
});
