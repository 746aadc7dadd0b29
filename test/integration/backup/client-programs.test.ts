import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { serverPgRestore } from '../../../src/backup/archive/server-pg-restore.ts';
import { restoreArchive } from '../../../src/backup/archive/restore-archive.ts';
import { findClientTools } from '../../../src/backup/client-tools.ts';
import { openBackup } from '../../../src/backup/index.ts';
import { restoreReport } from '../../../src/backup/restore-report.ts';
import { connect } from '../../../src/postgres/connect.ts';
import type { DatabaseTarget, EphemeralServer } from '../../../src/server/provider.ts';
import { clientProgramsOf, type LocalClientPrograms } from '../../helpers/local-client-programs.ts';
import { running } from '../../helpers/running.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';
import { contents, EXPECTED, fixture } from './library.ts';

const never = new AbortController().signal;
/** Nothing to find on this machine. */
const NOWHERE = { toolPlaces: [], serverBringsClients: true } as const;

let server: EphemeralServer;
let folder: string;
let tools: string;
beforeAll(async () => {
  server = await startTestServer(15, { timezone: 'UTC' });
  folder = mkdtempSync(join(tmpdir(), 'backup-test-'));
  const tool = (await findClientTools('pg_restore', never)).find(({ major }) => major >= 15);
  if (!tool) throw new Error('There is no pg_restore to test with.');
  tools = tool.folder;
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});
afterEach(async () => {
  await using upkeep = await connect(server.target('postgres').connectionString, { applicationName: 'test' });
  await upkeep.script('drop database if exists there with (force)');
  await upkeep.script('drop role if exists librarian, reader, "Head Librarian"');
});

interface There extends Disposable {
  readonly target: DatabaseTarget;
  readonly programs: LocalClientPrograms;
}

/** An empty database that comes with client programs. */
async function there(version?: string, programsIn = tools): Promise<There> {
  const target = await createDatabase(server, 'there');
  const programs = clientProgramsOf(programsIn, target, version);
  return {
    target: { ...target, clientPrograms: programs },
    programs,
    [Symbol.dispose]: () => programs[Symbol.dispose](),
  };
}

const programOf = (name: string, script: string): string => {
  const place = join(folder, name);
  mkdirSync(place);
  writeFileSync(join(place, 'pg_restore'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(place, 'pg_restore'), 0o755);
  return place;
};

describe('with no pg_restore on this machine, that of the server', () => {
  test.each(['library.custom', 'library.tar', 'library.directory', 'again.gz'])('restores %s whole', async (name) => {
    writeFileSync(join(folder, 'again.gz'), gzipSync(readFileSync(fixture('library.custom'))));
    const path = name === 'again.gz' ? join(folder, name) : fixture(name);
    using place = await there();
    const backup = await openBackup(path, NOWHERE, never);
    expect(backup.description).toMatchObject({ serverMajor: 15, database: 'library' });
    const items: string[] = [];
    const result = await backup.restore(place.target, ({ item = '' }) => items.push(item), never);
    expect(result).toMatchObject({
      complaints: [],
      missingExtensions: [],
      shimmedRoles: ['Head Librarian', 'librarian', 'reader'],
    });
    expect(items).toContain('TABLE public.books');
    expect(await contents(place.target)).toEqual(EXPECTED);
  });

  test('tells the same of what is refused as that of this machine', async () => {
    const path = join(folder, 'changed');
    const whole = readFileSync(fixture('library.uncompressed'), 'latin1');
    const broken = whole
      .replace('2\t3\t2024-01-03', '1\t3\t2024-01-03')
      .replace('public.due_loans DO', 'public.duh_loans DO')
      .replaceAll('hstore', 'hst0re');
    writeFileSync(path, broken, 'latin1');
    const restored = async (isThere: boolean) => {
      using place = await there();
      const { clientPrograms: _, ...without } = place.target;
      const backup = await openBackup(path, isThere ? NOWHERE : {}, never);
      const { durationMs: __, ...result } = await backup.restore(isThere ? place.target : without, () => {}, never);
      expect(place.programs.calls.length > 0).toBe(isThere);
      await using upkeep = await connect(server.target('postgres').connectionString, { applicationName: 'test' });
      await upkeep.script('drop database there with (force); ').catch(() => {});
      await upkeep.script('drop role if exists librarian, reader, "Head Librarian"').catch(() => {});
      return result;
    };
    const [local, remote] = [await restored(false), await restored(true)];
    expect(remote).toEqual(local);
    expect(remote.complaints.length).toBeGreaterThan(2);
  });

  test('gets the password in a file that only its user reads, and runs many jobs', async () => {
    using place = await there();
    const backup = await openBackup(fixture('library.custom'), NOWHERE, never);
    await backup.restore(place.target, () => {}, never);
    const { password } = place.target;
    const said = JSON.stringify(place.programs.calls.map(({ args, environment }) => ({ args, environment })));
    expect(said).not.toContain(password);
    const file = place.programs.calls.at(-1)?.environment['PGPASSFILE'] ?? '';
    expect(place.programs.brought).toContain(file);
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual([`*:*:*:*:${password}\n`, 0o600]);
    expect(place.programs.calls.map(({ environment }) => environment['LC_ALL'])).toEqual(Array(3).fill('C'));
  });

  test('is preferred to one of this machine', async () => {
    using place = await there();
    const backup = await openBackup(fixture('library.custom'), { serverBringsClients: true }, never);
    await backup.restore(place.target, () => {}, never);
    expect(place.programs.calls.length).toBeGreaterThan(0);
  });

  test('ends with an abort', async () => {
    using place = await there();
    const backup = await openBackup(fixture('library.custom'), NOWHERE, never);
    const controller = new AbortController();
    const reason = new Error('enough');
    const run = backup.restore(place.target, () => controller.abort(reason), controller.signal);
    await expect(run).rejects.toBe(reason);
    while (running(place.programs.brought[0] ?? '')) await delay(20);
  });

  test('that stands still is ended', async () => {
    using place = await there('15.0', programOf('still', 'exec sleep 60'));
    await using upkeep = await connect(place.target.connectionString, { applicationName: 'test' });
    const run = restoreArchive(
      {
        pgRestore: serverPgRestore(place.programs),
        path: fixture('library.custom'),
        jobs: 1,
        folder,
        target: place.target,
        upkeep,
        stallLimitMs: 300,
        report: restoreReport(),
        onProgress: () => {},
      },
      never,
    );
    await expect(run).rejects.toMatchObject({
      code: 'BACKUP_UNREADABLE',
      message: expect.stringMatching(/stopped working/),
    });
  });

  test('finds damage before anything is restored', async () => {
    const path = join(folder, 'damaged');
    const whole = readFileSync(fixture('library.custom'));
    writeFileSync(path, Buffer.concat([whole.subarray(0, 1_500), Buffer.alloc(400, 0xff), whole.subarray(1_900)]));
    using place = await there();
    const backup = await openBackup(path, NOWHERE, never);
    await expect(backup.restore(place.target, () => {}, never)).rejects.toMatchObject({
      code: 'BACKUP_UNREADABLE',
      message: expect.stringMatching(/^pg_restore cannot read the backup: /),
    });
    expect(place.programs.calls.some(({ args }) => args.some((arg) => arg.startsWith('--dbname')))).toBe(false);
    await using session = await connect(place.target.connectionString, { applicationName: 'test' });
    expect(
      await session.query("select rolname from pg_roles where rolname !~ '^pg_' and rolname <> current_user"),
    ).toEqual([]);
  });

  test('that cannot be run at all is the fault of the surroundings', async () => {
    using place = await there('15.0', join(folder, 'no such folder'));
    const backup = await openBackup(fixture('library.custom'), NOWHERE, never);
    await expect(backup.restore(place.target, () => {}, never)).rejects.toMatchObject({
      code: 'SERVER_UNAVAILABLE',
      message: expect.stringMatching(/beside the server cannot be used: spawn .* ENOENT\.$/),
    });
  });
});

describe('when that of the server cannot read the archive', () => {
  test.each([
    ['it is too old', '14.9'],
    ['there is none', ''],
  ])('one of this machine does, where %s', async (_, version) => {
    using place = await there(version);
    const backup = await openBackup(fixture('library.custom'), { serverBringsClients: true }, never);
    expect(await backup.restore(place.target, () => {}, never)).toMatchObject({ complaints: [] });
    expect(place.programs.calls).toEqual([]);
    expect(await contents(place.target)).toEqual(EXPECTED);
  });

  test.each([
    [
      '14.9',
      'BACKUP_TOOL_MISSING',
      /no pg_restore on this machine\. That of the server is 14\.9 and cannot read what pg_dump 15\./,
    ],
    ['', 'BACKUP_TOOL_MISSING', /no pg_restore on this machine\. The server brings none either\.$/],
  ])('and none of this machine either, both are named: server %j', async (version, code, message) => {
    using place = await there(version);
    const backup = await openBackup(fixture('library.custom'), NOWHERE, never);
    await expect(backup.restore(place.target, () => {}, never)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      hint: expect.stringContaining('server.postgresVersion'),
    });
  });
});

test('a server that brings none wants one on this machine, before it is started', async () => {
  await expect(openBackup(fixture('library.custom'), { toolPlaces: [] }, never)).rejects.toMatchObject({
    code: 'BACKUP_TOOL_MISSING',
  });
});

test('a plan needs one on this machine, and says so', async () => {
  const backup = await openBackup(fixture('library.custom'), NOWHERE, never);
  await expect(backup.readTables(['knex_migrations'], never)).rejects.toMatchObject({
    code: 'BACKUP_TOOL_MISSING',
    hint: expect.stringContaining('Only `pgrehearse run` can take the one that comes with the server.'),
  });
});

test('nothing is left in the temporary folder', () => {
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`pgrehearse-restore-${process.pid}-`))).toEqual([]);
});
