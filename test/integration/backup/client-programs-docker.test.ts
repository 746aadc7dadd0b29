import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openBackup } from '../../../src/backup/index.ts';
import { dockerServer } from '../../../src/server/docker/docker-server.ts';
import type { EphemeralServer } from '../../../src/server/provider.ts';
import { docker, dockerInventory, hasDocker, ownDockerScope, TEST_IMAGE } from '../../helpers/docker.ts';
import { aProject } from '../../helpers/project.ts';
import { createDatabase } from '../../helpers/servers.ts';
import { contents, EXPECTED, fixture } from './library.ts';

const never = new AbortController().signal;
/** Nothing to find on this machine. */
const NOWHERE = { toolPlaces: [], serverBringsClients: true } as const;

describe.runIf(hasDocker('restoring archives in a container'))('in a container, with no client outside', () => {
  let scope: ReturnType<typeof ownDockerScope>;
  let server: EphemeralServer;
  let folder: string;
  beforeAll(async () => {
    scope = ownDockerScope();
    folder = mkdtempSync(join(tmpdir(), 'backup-test-'));
    const image = { image: TEST_IMAGE, pull: 'never' } as const;
    server = await dockerServer.start({ settings: { timezone: 'UTC' }, projectFolder: '/', docker: image }, never);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    scope[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  });

  test.each(['library.custom', 'library.tar', 'library.directory', 'again.gz'])(
    '%s is restored whole',
    async (name) => {
      writeFileSync(join(folder, 'again.gz'), gzipSync(readFileSync(fixture('library.custom'))));
      const target = await createDatabase(server, `From ${name}`);
      const backup = await openBackup(name === 'again.gz' ? join(folder, name) : fixture(name), NOWHERE, never);
      expect(await backup.restore(target, () => {}, never)).toMatchObject({
        complaints: [],
        missingExtensions: [],
        namedRoles: expect.arrayContaining(['Head Librarian', 'librarian', 'reader']),
      });
      expect(await contents(target)).toEqual(EXPECTED);
    },
  );

  test('damage is found there as here, before anything is restored', async () => {
    const path = join(folder, 'damaged');
    const whole = readFileSync(fixture('library.custom'));
    writeFileSync(path, Buffer.concat([whole.subarray(0, 1_500), Buffer.alloc(400, 0xff), whole.subarray(1_900)]));
    const target = await createDatabase(server, 'damaged');
    const backup = await openBackup(path, NOWHERE, never);
    await expect(backup.restore(target, () => {}, never)).rejects.toMatchObject({
      code: 'BACKUP_UNREADABLE',
      message: expect.stringMatching(/^pg_restore cannot read the backup: /),
    });
  });

  test('an abort ends pg_restore there', async () => {
    const target = await createDatabase(server, 'aborted');
    const backup = await openBackup(fixture('library.custom'), NOWHERE, never);
    const controller = new AbortController();
    const reason = new Error('enough');
    await expect(backup.restore(target, () => controller.abort(reason), controller.signal)).rejects.toBe(reason);
    const [container = ''] = (await dockerInventory()).flatMap((line) => /^container (.*)/.exec(line)?.[1] ?? []);
    while ((await docker('top', container)).includes('pg_restore')) await delay(50);
  });
});

const HIDE = 'mount --bind "$0" /usr/lib/postgresql && mount --bind /dev/null /usr/bin/pg_restore && exec "$@"';

/** Root may hide the clients of this machine from one process. */
const canHide = (): boolean => {
  const empty = mkdtempSync(join(tmpdir(), 'empty-'));
  try {
    const { status } = spawnSync('unshare', ['-m', 'sh', '-c', HIDE, empty, 'true']);
    if (status !== 0)
      process.stderr.write('Skipped: a rehearsal where no client can be found; it takes root to hide one.\n');
    return status === 0;
  } finally {
    rmSync(empty, { recursive: true });
  }
};

describe.runIf(hasDocker('a rehearsal without a client') && canHide())(
  'the command line where no client is to be found',
  () => {
    let scope: ReturnType<typeof ownDockerScope>;
    let folder: string;
    beforeAll(() => {
      scope = ownDockerScope();
      folder = mkdtempSync(join(tmpdir(), 'hidden-'));
      mkdirSync(join(folder, 'empty'));
    });
    afterAll(() => {
      scope[Symbol.dispose]();
      rmSync(folder, { recursive: true });
    });

    const finish = async (...args: readonly string[]) => {
      const run = [process.execPath, '--import', 'tsx', 'src/cli/main.ts', ...args];
      const child = spawn('unshare', ['-m', 'sh', '-c', HIDE, join(folder, 'empty'), ...run], {
        env: { ...process.env, ...scope.env, PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, TMPDIR: folder },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const [out, err]: [Buffer[], Buffer[]] = [[], []];
      child.stdout.on('data', (piece: Buffer) => out.push(piece));
      child.stderr.on('data', (piece: Buffer) => err.push(piece));
      const [code] = await once(child, 'close');
      return {
        code: code as number,
        out: Buffer.concat(out).toString('utf8'),
        err: Buffer.concat(err).toString('utf8'),
      };
    };

    test('run takes that of the container, plan says that it needs one', { timeout: 600_000 }, async () => {
      using project = aProject({
        migrations: { '1_a': ['alter table books add reserved text', 'alter table books drop reserved'] },
        config: `server: { provider: docker, image: "${TEST_IMAGE}", docker: { pull: never } }\nbackup: { file: "${fixture('library.custom')}" }\n`,
      });
      const run = await finish('run', project.folder, '--json');
      expect([run.code, run.err]).toEqual([0, expect.any(String)]);
      const { verdict, recording } = JSON.parse(run.out) as {
        verdict: { outcome: string };
        recording: { backup: object };
      };
      expect(verdict.outcome).toBe('safe');
      expect(recording.backup).toMatchObject({ format: 'custom', complaints: [], missingExtensions: [] });

      const plan = await finish('plan', project.folder);
      expect([plan.code, plan.err]).toEqual([3, expect.stringContaining('Only `pgrehearse run` can take the one')]);
      const doctor = await finish('doctor', project.folder);
      expect(doctor.out).toMatch(/no pg_restore on this machine; `run` takes that of the server/);
      const local = await finish('run', project.folder, '--provider', 'local');
      expect([local.code, local.err]).toEqual([3, expect.stringMatching(/^BACKUP_TOOL_MISSING: (?!.*Starting)/m)]);
      expect(local.err).not.toContain('started in');
      expect(readdirSync(folder).filter((name) => name.startsWith('pgrehearse-'))).toEqual([]);
      expect(await dockerInventory()).toEqual([]);
    });
  },
);
