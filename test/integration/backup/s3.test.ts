import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { S3, type ChecksumAlgorithm } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { obtainBackup } from '../../../src/backup/index.ts';
import type { EphemeralServer } from '../../../src/server/provider.ts';
import type { PgrehearseError } from '../../../src/support/errors.ts';
import { isMissing, startMoto, type Missing, type Moto } from '../../contracts/aws-emulator-moto.ts';
import { aProject } from '../../helpers/project.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';
import { startS3Server, type S3Server } from '../../helpers/s3-server.ts';
import { contents, EXPECTED, fixture } from './library.ts';

const never = new AbortController().signal;
const BUCKET = 'company-backups';
const KEYS = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'a-secret-of-nobody',
  AWS_REGION: 'eu-west-1',
};

let moto: Moto | Missing;
let client: S3;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backup-s3-'));
  moto = await startMoto();
  if (isMissing(moto)) return;
  const credentials = { accessKeyId: KEYS.AWS_ACCESS_KEY_ID, secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY };
  client = new S3({ endpoint: moto.url, forcePathStyle: true, region: KEYS.AWS_REGION, credentials });
  await client.createBucket({
    Bucket: BUCKET,
    CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
  });
  for (const name of ['library.custom', 'library.tar', 'library.sql.gz']) await put(name, readFileSync(fixture(name)));
  for (const name of readdirSync(fixture('library.directory')))
    await put(`dumps/library/${name}`, readFileSync(join(fixture('library.directory'), name)));
});
afterAll(async () => {
  client?.destroy();
  if (!isMissing(moto)) await moto[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** What the environment says to reach it, as a user's would. */
const environment = (): Record<string, string> => ({ ...KEYS, AWS_ENDPOINT_URL_S3: isMissing(moto) ? '' : moto.url });

beforeEach((context) => {
  if (isMissing(moto)) context.skip(moto.missing);
  for (const [name, value] of Object.entries(environment())) vi.stubEnv(name, value);
});
afterEach(() => vi.unstubAllEnvs());

const put = async (key: string, body: Buffer | string, more: object = {}): Promise<string | undefined> =>
  (await client.putObject({ Bucket: BUCKET, Key: key, Body: body, ...more })).VersionId;

const obtain = (key: string, s3: { versionId?: string } = {}): ReturnType<typeof obtainBackup> =>
  obtainBackup(
    { file: `s3://${BUCKET}/${key}`, s3 },
    { projectFolder: '/', onWarning: () => {}, onProgress: () => {} },
    never,
  );

const leftovers = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`pgrehearse-restore-${process.pid}-`));

async function refused(key: string, s3?: { versionId?: string }): Promise<PgrehearseError> {
  const error: unknown = await obtain(key, s3).catch((thrown: unknown) => thrown);
  expect(leftovers()).toEqual([]);
  return error as PgrehearseError;
}

describe('a backup in S3', () => {
  let server: EphemeralServer;
  beforeAll(async () => {
    server = await startTestServer(15, { timezone: 'UTC' });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test.each([
    ['library.custom', 'custom'],
    ['library.tar', 'tar'],
    ['library.sql.gz', 'plain'],
    ['dumps/library/', 'directory'],
  ])('%s is restored whole, and gone', async (key, format) => {
    const target = await createDatabase(server, `from ${format}`);
    {
      await using backup = await obtain(key);
      expect(backup.description).toMatchObject({ format, path: `s3://${BUCKET}/${key}`, serverMajor: 15 });
      expect(await backup.restore(target, () => {}, never)).toMatchObject({ complaints: [] });
    }
    expect(await contents(target)).toEqual(EXPECTED);
    expect(leftovers()).toEqual([]);
  });
});

test('damage that is found while it is restored is told by its address', async () => {
  const whole = gzipSync(`create table books (x int);\n-- ${randomBytes(2_000_000).toString('hex')}\n`);
  await put('damaged.sql.gz', Buffer.concat([whole.subarray(0, -12), Buffer.alloc(12)]));
  await using backup = await obtain('damaged.sql.gz');
  await expect(backup.readTables(['books'], never)).rejects.toMatchObject({
    code: 'BACKUP_UNREADABLE',
    message: expect.stringMatching(new RegExp(`^s3://${BUCKET}/damaged.sql.gz cannot be read: `)),
  });
});

// The SDK sums up what it sends; what we sum up must be the same.
test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] satisfies ChecksumAlgorithm[])(
  'the checksum %s of the SDK is ours',
  async (algorithm) => {
    const body = Buffer.concat([
      readFileSync(fixture('library.sql')),
      Buffer.from(`-- ${'x'.repeat(300_001)}${algorithm}\n`),
    ]);
    await put(`summed ${algorithm}`, body, { ChecksumAlgorithm: algorithm });
    const answer = await client.getObject({ Bucket: BUCKET, Key: `summed ${algorithm}`, ChecksumMode: 'ENABLED' });
    expect(answer[`Checksum${algorithm}`]).toEqual(expect.any(String));
    await answer.Body?.transformToByteArray();
    await using backup = await obtain(`summed ${algorithm}`);
    expect(backup.description.bytes).toBe(body.length);
  },
);

test('the .sha256 beside it is compared', async () => {
  const body = readFileSync(fixture('library.custom'));
  await put('noted', body);
  await put('noted.sha256', `${createHash('sha256').update(body).digest('hex')}  noted\n`);
  {
    await using backup = await obtain('noted');
    expect(backup.description.format).toBe('custom');
  }
  await put('noted.sha256', `${'0'.repeat(64)}  noted\n`);
  expect(await refused('noted')).toMatchObject({ code: 'BACKUP_UNREADABLE' });
});

test('a version is read by its id, and one that is not there is said', async () => {
  await client.putBucketVersioning({ Bucket: BUCKET, VersioningConfiguration: { Status: 'Enabled' } });
  const versionId = await put('versions.sql', 'create table old ();\n');
  await put('versions.sql', 'create table newer ();\n');
  const tables = async (s3: { versionId?: string }) => {
    await using backup = await obtain('versions.sql', s3);
    return Object.keys(await backup.readTables(['old', 'newer'], never));
  };
  expect(await tables({})).toEqual(await rowsless('newer'));
  expect(await tables(versionId === undefined ? {} : { versionId })).toEqual(await rowsless('old'));
  expect(await refused('versions.sql', { versionId: 'no-such-version' })).toMatchObject({ code: 'BACKUP_NOT_FOUND' });
  await client.putBucketVersioning({ Bucket: BUCKET, VersioningConfiguration: { Status: 'Suspended' } });
});

test.each([
  ['an object that is not there', 'none.dump', 'BACKUP_NOT_FOUND', /There is no object/],
  ['a folder that is not there', 'none/', 'BACKUP_NOT_FOUND', /nothing below/],
  ['an object in Glacier', 'cold.dump', 'BACKUP_UNREADABLE', /Glacier/],
])('%s', async (_, key, code, message) => {
  await put('cold.dump', 'x', { StorageClass: 'GLACIER' });
  expect(await refused(key)).toMatchObject({ code, message: expect.stringMatching(message) });
});

test('a bucket that is not there', async () => {
  const error: unknown = await obtainBackup(
    { file: 's3://no-such-bucket-of-ours/x' },
    { projectFolder: '/', onWarning: () => {}, onProgress: () => {} },
    never,
  ).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'BACKUP_NOT_FOUND', message: expect.stringMatching(/no bucket/) });
});

describe('the command line', () => {
  let slow: S3Server;
  beforeAll(async () => {
    slow = await startS3Server();
    slow.put('shop.sql', `create table t (x int);\n${'-- a line that says nothing\n'.repeat(900_000)}`);
  });
  afterAll(() => slow[Symbol.asyncDispose]());

  const start = (args: readonly string[], env: Record<string, string>, temporary = folder): ReturnType<typeof spawn> =>
    spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], {
      env: { ...process.env, ...environment(), ...env, TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  const finish = async (args: readonly string[], env: Record<string, string> = {}, temporary = folder) => {
    const child = start(args, env, temporary);
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout?.on('data', (piece: Buffer) => out.push(piece));
    child.stderr?.on('data', (piece: Buffer) => err.push(piece));
    const [code] = await once(child, 'close');
    return { code: code as number, out: Buffer.concat(out).toString('utf8'), err: Buffer.concat(err).toString('utf8') };
  };
  const dumps = (temporary = folder): string[] =>
    readdirSync(temporary).filter((name) => name.startsWith('pgrehearse-restore-'));

  const LIBRARY = { '1_a': ['alter table books add reserved text', 'alter table books drop reserved'] } as const;

  test.each([
    ['library.custom', 'custom'],
    ['library.sql.gz', 'plain'],
  ])('rehearses and plans from %s', { timeout: 600_000 }, async (key, format) => {
    using project = aProject({
      migrations: LIBRARY,
      config: `backup: { file: "s3://${BUCKET}/${key}", s3: { region: eu-west-1 } }\n`,
    });
    const planned = await finish(['plan', project.folder, '--json']);
    expect([planned.code, planned.err]).toEqual([0, expect.stringContaining(`Fetching s3://${BUCKET}/${key}, `)]);
    expect(JSON.parse(planned.out)).toMatchObject({ plan: { migrations: [{ applied: false }] } });

    const run = await finish(['run', project.folder, '--json']);
    const { verdict, recording } = JSON.parse(run.out) as {
      verdict: { outcome: string };
      recording: { backup: object; steps: { status: string }[] };
    };
    expect([run.code, verdict.outcome]).toEqual([0, 'safe']);
    expect(recording.backup).toMatchObject({ format, file: key, complaints: [], missingExtensions: [] });
    expect(recording.steps.map(({ status }) => status)).toEqual(Array(4).fill('completed'));
    expect(`${run.out}${run.err}`).not.toContain(KEYS.AWS_SECRET_ACCESS_KEY);
    expect(dumps()).toEqual([]);
  });

  test('--backup replaces the file, and the version with it', async () => {
    using project = aProject({
      migrations: LIBRARY,
      config: `backup: { file: "s3://nowhere-at-all/x", s3: { region: eu-west-1, versionId: abc } }\n`,
    });
    const run = await finish(['plan', project.folder, '--backup', `s3://${BUCKET}/library.custom`]);
    expect([run.code, run.err]).toEqual([0, expect.stringContaining('Fetching')]);
  });

  test('Ctrl-C in the middle leaves with 130 and nothing behind', async () => {
    slow.fail([{ kind: 'hang', after: 1_000_000 }], true);
    using project = aProject({ migrations: LIBRARY, config: 'backup: { file: "s3://backups/shop.sql" }\n' });
    const before = slow.requests.length;
    const run = start(['run', project.folder], { AWS_ENDPOINT_URL_S3: slow.url });
    while (slow.requests.length === before || dumps().length === 0) await delay(5);
    run.kill('SIGINT');
    expect(await once(run, 'exit')).toEqual([130, null]);
    expect(dumps()).toEqual([]);
    slow.fail([]);
  });

  test('a disk that is full is said, and nothing stays on it', async (context) => {
    const small = join(folder, 'small');
    mkdirSync(small);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', small]);
    if (mounted.status !== 0) context.skip('a small file system cannot be mounted here');
    try {
      using project = aProject({ migrations: LIBRARY, config: 'backup: { file: "s3://backups/shop.sql" }\n' });
      const run = await finish(['run', project.folder], { AWS_ENDPOINT_URL_S3: slow.url }, small);
      expect(run.code).toBe(3);
      expect(run.err).toMatch(/DISK_FULL: The backup cannot be kept .*no space is left.*\n.*TMPDIR/i);
      expect(dumps(small)).toEqual([]);
    } finally {
      spawnSync('umount', [small]);
    }
  });
});

/** A table without rows: whether it has a key is the reader's way, and the same for both. */
async function rowsless(name: string): Promise<string[]> {
  await put('rowsless.sql', `create table ${name} ();\n`);
  await using backup = await obtain('rowsless.sql');
  return Object.keys(await backup.readTables([name], never));
}
