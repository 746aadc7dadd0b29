import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';

import { localPgRestore } from '../../../src/backup/archive/pg-restore.ts';
import { restoreArchive } from '../../../src/backup/archive/restore-archive.ts';
import { openBackup } from '../../../src/backup/index.ts';
import { restoreReport } from '../../../src/backup/restore-report.ts';
import { connect } from '../../../src/postgres/connect.ts';
import type { EphemeralServer } from '../../../src/server/provider.ts';
import { commandLines } from '../../helpers/running.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';
import { contents, EXPECTED, fixture, restored } from './library.ts';

const signal = new AbortController().signal;

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
afterEach(() => vi.unstubAllEnvs());

test('the password stands in no argument while pg_restore runs', async () => {
  const target = await createDatabase(server, 'secret');
  const backup = await openBackup(fixture('library.custom'), {}, signal);
  expect(target.password.length).toBeGreaterThan(8);
  const seen: string[] = [];

  await backup.restore(
    target,
    () => seen.push(...commandLines().filter((line) => line.includes('pg_restore'))),
    signal,
  );

  expect(seen.some((line) => line.includes('postgresql://'))).toBe(true);
  expect(
    seen.filter((line) => line.includes(target.password) || line.includes(encodeURIComponent(target.password))),
  ).toEqual([]);
  await dropAll('secret');
});

test('libpq settings in the environment lead nowhere else, and are the same afterwards', async () => {
  const target = { ...(await createDatabase(server, 'elsewhere')) };
  vi.stubEnv('PGHOSTADDR', '203.0.113.1');
  vi.stubEnv('PGOPTIONS', '-c nonsense=1');
  vi.stubEnv('PGSERVICE', 'nowhere');
  vi.stubEnv('PGSSLMODE', 'verify-full');
  vi.stubEnv('LC_ALL', 'xx_YY');
  const before = { ...process.env };
  // Our own sessions read PGSSLMODE too, and the test is about pg_restore.
  target.connectionString += '?sslmode=disable';
  const backup = await openBackup(fixture('library.custom'), {}, signal);

  const { complaints } = await backup.restore(target, () => {}, signal);

  expect(complaints).toEqual([]);
  expect({ ...process.env }).toEqual(before);
  vi.unstubAllEnvs();
  await dropAll('elsewhere');
});

test('an abort ends pg_restore at once and leaves no file', async () => {
  const target = await createDatabase(server, 'aborted');
  const backup = await openBackup(fixture('library.custom'), {}, signal);
  const controller = new AbortController();
  const reason = new Error('stop');

  const run = backup.restore(target, () => controller.abort(reason), controller.signal);

  await expect(run).rejects.toBe(reason);
  expect(commandLines().filter((line) => line.includes('pg_restore') && line.includes('aborted'))).toEqual([]);
  await dropAll('aborted');
});

test('a server that goes away is an error, not a complaint', async () => {
  const own = await startTestServer(15);
  try {
    const target = await createDatabase(own, 'lost');
    const backup = await openBackup(fixture('library.custom'), {}, signal);
    let gone: PromiseLike<void> | undefined;
    const remove = (): void => {
      gone ??= own[Symbol.asyncDispose]();
    };
    const run = backup.restore(target, remove, signal);
    await expect(run).rejects.toMatchObject({ code: 'SERVER_UNAVAILABLE', exitCode: 3 });
    await gone;
  } finally {
    await own[Symbol.asyncDispose]();
  }
});

test('a wrong password is an error that does not show it', async () => {
  const target = await createDatabase(server, 'refused');
  const wrong = {
    ...target,
    password: 'wrong-secret',
    connectionString: target.connectionString.replace(encodeURIComponent(target.password), 'wrong-secret'),
  };
  const backup = await openBackup(fixture('library.custom'), {}, signal);
  const error: unknown = await backup.restore(wrong, () => {}, signal).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'SERVER_UNAVAILABLE' });
  expect(String(error)).not.toContain('wrong-secret');
  await dropAll('refused');
});

test('a pg_restore that stands still is ended', async () => {
  const target = await createDatabase(server, 'still');
  await mkdir(join(folder, 'tool'));
  await writeFile(join(folder, 'tool', 'pg_restore'), '#!/bin/sh\nexec sleep 60\n');
  await chmod(join(folder, 'tool', 'pg_restore'), 0o755);
  await using upkeep = await connect(target.connectionString, { applicationName: 'test' });
  const run = restoreArchive(
    {
      pgRestore: localPgRestore({ folder: join(folder, 'tool'), version: '15.0', major: 15 }),
      path: fixture('library.custom'),
      jobs: 1,
      folder,
      target,
      upkeep,
      stallLimitMs: 300,
      report: restoreReport(),
      onProgress: () => {},
    },
    signal,
  );
  await expect(run).rejects.toMatchObject({
    code: 'BACKUP_UNREADABLE',
    message: expect.stringMatching(/stopped working/),
  });
});

test.each(['library.custom', 'library.tar'])('%s that was compressed once more is restored', async (name) => {
  const path = join(folder, 'again.gz');
  await writeFile(path, gzipSync(await readFile(fixture(name))));
  await using library = await restored(server, path);
  expect(library.result.complaints).toEqual([]);
  expect(await contents(library.target)).toEqual(EXPECTED);
  expect(library.result.durationMs).toBeGreaterThan(0);
});

describe('what the server refuses', () => {
  test('is a complaint with statement and reason, and the rest is restored', async () => {
    const path = join(folder, 'changed');
    const whole = await readFile(fixture('library.uncompressed'), 'latin1');
    // The same number of bytes: the second loan becomes another first one, and a date becomes none.
    const broken = whole
      .replace('2\t3\t2024-01-03', '1\t3\t2024-01-03')
      .replace('public.due_loans DO', 'public.duh_loans DO');
    expect(broken).not.toBe(whole);
    await writeFile(path, broken, 'latin1');
    await using library = await restored(server, path);
    expect(library.result.complaints.toSorted((a, b) => (a.message < b.message ? -1 : 1))).toEqual([
      {
        message: 'could not create unique index "loans_pkey", key (id)',
        object: 'ALTER TABLE ONLY public.loans ADD CONSTRAINT loans_pkey PRIMARY KEY (id);',
      },
      {
        message: 'relation "public.duh_loans" does not exist',
        object: expect.stringMatching(/^CREATE RULE due_insert AS ON INSERT TO public.duh_loans DO INSTEAD/),
      },
    ]);
  });

  test('never shows what is in a row', async () => {
    const path = join(folder, 'changed');
    const whole = await readFile(fixture('library.uncompressed'), 'latin1');
    await writeFile(path, whole.replace('\t2024-01-03\t', '\tXXSECRETXX\t'), 'latin1');
    await using library = await restored(server, path);
    expect(library.result.complaints).toHaveLength(1);
    expect(JSON.stringify(library.result)).not.toContain('SECRET');
    expect(library.result.complaints[0]).toEqual({
      message: 'invalid input syntax for type date: "…"',
      object: 'COPY loans',
    });
  });

  test('for want of an extension is named by it; what uses it is a complaint', async () => {
    const path = join(folder, 'extension');
    const whole = await readFile(fixture('library.uncompressed'), 'latin1');
    await writeFile(path, whole.replaceAll('hstore', 'hst0re'), 'latin1');
    await using library = await restored(server, path);
    expect(library.result.missingExtensions).toEqual(['hst0re']);
    expect(library.warnings).toEqual([expect.stringMatching(/extension hst0re.*install/)]);
    const messages = library.result.complaints.map(({ message }) => message);
    expect(messages).toContain('type "public.hst0re" does not exist');
    expect(messages.filter((message) => message.includes('extension'))).toEqual([]);
  });
});

async function dropAll(database: string): Promise<void> {
  await using upkeep = await connect(server.target('postgres').connectionString, { applicationName: 'test' });
  await upkeep.script(`drop database if exists "${database}" with (force)`);
  await upkeep.script('drop role if exists librarian, reader, "Head Librarian"');
}

test('nothing is left in the temporary folder', async () => {
  expect((await readdir(tmpdir())).filter((name) => name.startsWith(`pgrehearse-restore-${process.pid}-`))).toEqual([]);
});
