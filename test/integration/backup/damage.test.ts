import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openBackup } from '../../../src/backup/index.ts';
import type { EphemeralServer } from '../../../src/server/provider.ts';
import { isPgrehearseError } from '../../../src/support/errors.ts';
import { startTestServer } from '../../helpers/servers.ts';
import { contents, EXPECTED, fixture, restored } from './library.ts';

let server: EphemeralServer;
let folder: string;
beforeAll(async () => {
  server = await startTestServer(15, { timezone: 'UTC' });
  folder = await mkdtemp(join(tmpdir(), 'backup-test-'));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const PLACES = 50;
const BOUND_MS = 30_000;

const places = (length: number): number[] =>
  Array.from({ length: PLACES }, (_, index) => Math.floor(((index + 0.5) * length) / PLACES));

function flipped(whole: Buffer, at: number): Buffer {
  const bytes = Buffer.from(whole);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
  return bytes;
}

type Outcome = 'refused' | 'complaint' | 'the same' | 'SILENTLY DIFFERENT';

async function outcome(damaged: Buffer): Promise<Outcome> {
  const path = join(folder, 'damaged');
  await writeFile(path, damaged);
  try {
    await using library = await restored(server, path, AbortSignal.timeout(BOUND_MS));
    if (library.result.complaints.length + library.result.missingExtensions.length > 0) return 'complaint';
    const found = await contents(library.target);
    return JSON.stringify(found) === JSON.stringify(EXPECTED) ? 'the same' : 'SILENTLY DIFFERENT';
  } catch (error) {
    if (isPgrehearseError(error) && error.code === 'BACKUP_UNREADABLE') return 'refused';
    throw error;
  }
}

describe.each(['library.custom', 'library.tar', 'library.sql', 'library.sql.gz', 'library.sql.zst'])('%s', (name) => {
  test(`cut at ${PLACES} places is refused every time`, { timeout: 600_000 }, async () => {
    const whole = await readFile(fixture(name));
    for (const at of places(whole.length)) expect([at, await outcome(whole.subarray(0, at))]).toEqual([at, 'refused']);
  });
});

describe('one bit changed', () => {
  test.each(['library.sql.gz', 'library.sql.zst'])(
    `at ${PLACES} places of %s is noticed every time`,
    { timeout: 600_000 },
    async (name) => {
      const whole = await readFile(fixture(name));
      for (const at of places(whole.length)) expect([at, await outcome(flipped(whole, at))]).toEqual([at, 'refused']);
    },
  );

  // Nothing but the rows has a checksum in an archive; what the table of contents says cannot be checked.
  test(`at ${PLACES} places of a custom archive never changes rows in silence`, { timeout: 600_000 }, async () => {
    const whole = await readFile(fixture('library.custom'));
    for (const at of places(whole.length)) {
      expect([at, await outcome(flipped(whole, at))]).not.toEqual([at, 'SILENTLY DIFFERENT']);
    }
  });

  // Rows in a tar archive are plain text without a checksum: here nobody can tell.
  test(
    `at ${PLACES} places of a tar archive neither hangs nor fails in another way`,
    { timeout: 600_000 },
    async () => {
      const whole = await readFile(fixture('library.tar'));
      const unnoticed: number[] = [];
      const rowsFrom = whole.indexOf('.dat\0', 512) - 100;
      for (const at of places(whole.length)) {
        const found = await outcome(flipped(whole, at));
        unnoticed.push(...(at < rowsFrom && found === 'SILENTLY DIFFERENT' ? [at] : []));
      }
      expect(unnoticed).toEqual([]);
    },
  );
});

const damagedFolder = async (name: string, damage: (whole: Buffer) => Buffer | undefined): Promise<string> => {
  const path = join(folder, 'directory');
  await rm(path, { recursive: true, force: true });
  await cp(fixture('library.directory'), path, { recursive: true });
  const damaged = damage(await readFile(join(path, name)));
  await (damaged ? writeFile(join(path, name), damaged) : rm(join(path, name)));
  return path;
};

const largest = async (): Promise<string> => {
  const names = (await readdir(fixture('library.directory'))).filter((name) => /^\d+\.dat\.gz$/.test(name));
  const sizes = await Promise.all(
    names.map(async (name) => (await readFile(join(fixture('library.directory'), name))).length),
  );
  return names[sizes.indexOf(Math.max(...sizes))] ?? '';
};

describe('a folder of which a file', () => {
  test.each([
    ['is empty', () => Buffer.alloc(0)],
    ['is cut', (whole: Buffer) => whole.subarray(0, 1000)],
    ['is changed at its beginning', (whole: Buffer) => flipped(whole, 0)],
    ['is changed in the middle', (whole: Buffer) => flipped(whole, 3000)],
    ['is missing', () => undefined],
  ])('%s is refused', async (_, damage) => {
    const path = await damagedFolder(await largest(), damage);
    await expect(restored(server, path, AbortSignal.timeout(BOUND_MS))).rejects.toMatchObject({
      code: 'BACKUP_UNREADABLE',
    });
  });

  test('that lists the large objects is empty is refused', async () => {
    const path = await damagedFolder('blobs.toc', () => Buffer.alloc(0));
    await expect(openBackup(path, {}, AbortSignal.timeout(BOUND_MS))).rejects.toMatchObject({
      code: 'BACKUP_UNREADABLE',
    });
  });
});

test('nothing is left in the temporary folder', async () => {
  expect((await readdir(tmpdir())).filter((name) => name.startsWith(`pgrehearse-restore-${process.pid}-`))).toEqual([]);
});

describe('beside a .sha256 file', () => {
  test.each(['library.custom', 'library.tar', 'library.sql'])(
    `one bit changed at ${PLACES} places of %s is noticed every time`,
    async (name) => {
      const whole = await readFile(fixture(name));
      const path = join(folder, 'summed');
      await writeFile(`${path}.sha256`, `${createHash('sha256').update(whole).digest('hex')}  summed\n`);
      await writeFile(path, whole);
      await expect(openBackup(path, {}, AbortSignal.timeout(BOUND_MS))).resolves.toBeDefined();
      for (const at of places(whole.length)) {
        await writeFile(path, flipped(whole, at));
        await expect(openBackup(path, {}, AbortSignal.timeout(BOUND_MS))).rejects.toMatchObject({
          code: 'BACKUP_UNREADABLE',
        });
      }
    },
  );

  test('a checksum that is none is refused, not ignored', async () => {
    const path = join(folder, 'badly-summed');
    await writeFile(path, await readFile(fixture('library.sql')));
    await writeFile(`${path}.sha256`, 'not a checksum\n');
    await expect(openBackup(path, {}, AbortSignal.timeout(BOUND_MS))).rejects.toMatchObject({
      code: 'BACKUP_UNREADABLE',
    });
  });
});
