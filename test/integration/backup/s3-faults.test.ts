import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { obtainBackup } from '../../../src/backup/index.ts';
import { backupFromS3 } from '../../../src/backup/source/s3/backup-from-s3.ts';
import type { S3Settings } from '../../../src/backup/source/s3/s3-client.ts';
import type { PgrehearseError } from '../../../src/support/errors.ts';
import { BUCKET, startS3Server, type S3Server } from '../../helpers/s3-server.ts';
import { fixture } from './library.ts';

const never = new AbortController().signal;
const ROWS = 40_000;
/** 3 MB of rows in random order, so that a piece that is missing or doubled shows. */
const DUMP = [
  'create table t (x int, note text);',
  'copy t from stdin;',
  ...Array.from(
    { length: ROWS },
    (_, row) => `${(row * 7_919) % ROWS}\t${'a note of some length about this row '.repeat(2)}`,
  ),
  String.raw`\.`,
  '',
].join('\n');

let server: S3Server;
let folder: string;
let warnings: string[];
let progress: { readonly doneBytes: number; readonly totalBytes?: number }[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backup-s3-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  server = await startS3Server();
  server.put('shop.sql', DUMP);
  warnings = [];
  progress = [];
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a-secret-of-nobody');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'none'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'none'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server[Symbol.asyncDispose]();
});

const settings = (): S3Settings => ({ endpoint: server.url, region: 'eu-west-1' });
const options = {
  projectFolder: '/',
  onWarning: (message: string) => warnings.push(message),
  onProgress: (at: { readonly doneBytes: number; readonly totalBytes?: number }) => progress.push(at),
};

const obtain = (key = 'shop.sql', more: S3Settings = {}, signal = never): ReturnType<typeof obtainBackup> =>
  obtainBackup({ file: `s3://${BUCKET}/${key}`, s3: { ...settings(), ...more } }, options, signal);

const leftovers = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`pgrehearse-restore-${process.pid}-`));

/** Why it was refused; nothing of it is left. */
async function refused(key?: string, more?: S3Settings): Promise<PgrehearseError> {
  const error: unknown = await obtain(key, more).catch((thrown: unknown) => thrown);
  expect(leftovers()).toEqual([]);
  return error as PgrehearseError;
}

/** Rows of the dump that came, and how many of them are different. */
async function rows(): Promise<readonly number[]> {
  await using backup = await obtain();
  const { t = [] } = await backup.readTables(['t'], never);
  return [t.length, new Set(t.map(({ x }) => x)).size];
}

const ALL = [ROWS, ROWS];

const ofObject = (): string[] =>
  server.requests.filter((line) => line.includes('/shop.sql') && !line.includes('sha256'));

describe('a connection that is lost', () => {
  test('is resumed where it was, in the same object', async () => {
    server.fail([
      { kind: 'cut', after: 1_000_000 },
      { kind: 'cut', after: 500_000 },
    ]);
    expect(await rows()).toEqual(ALL);
    expect(ofObject()).toHaveLength(3);
    expect(ofObject()[0]).toBe('GET /backups/shop.sql');
    for (const line of ofObject().slice(1))
      expect(line).toMatch(/^GET \/backups\/shop\.sql bytes=[1-9]\d+- "[0-9a-f]{32}"$/);
    expect(progress.at(-1)).toEqual({ doneBytes: DUMP.length, totalBytes: DUMP.length });
    expect(leftovers()).toEqual([]);
  });

  test('is not resumed in another object', async () => {
    server.fail([{ kind: 'cut', after: 1_000_000 }, { kind: 'replaced' }]);
    expect(await refused()).toMatchObject({
      code: 'BACKUP_UNREADABLE',
      message: `s3://${BUCKET}/shop.sql was replaced while it was being read.`,
    });
  });

  test('is not resumed from the beginning, where ranges are not known', async () => {
    server.fail([{ kind: 'cut', after: 1_000_000 }, { kind: 'ignoresRange' }]);
    expect(await refused()).toMatchObject({
      code: 'BACKUP_UNREADABLE',
      message: expect.stringMatching(/S3 went on at byte 0, not at \d+\.$/),
    });
  });

  test('again and again is an error, and not for ever', async () => {
    server.fail([{ kind: 'cut', after: 100 }], true);
    const error: unknown = await backupFromS3(
      { address: `s3://${BUCKET}/shop.sql`, settings: settings(), patience: { idleMs: 5_000, pauseMs: 1 } },
      join(folder, 'in vain'),
      options,
      never,
    ).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'AWS_UNAVAILABLE', message: expect.stringContaining('lost again and again') });
    expect(ofObject()).toHaveLength(7);
  });

  test('that only rests is lost', async () => {
    server.fail([{ kind: 'hang', after: 1_000 }]);
    const into = join(folder, 'rested');
    await backupFromS3(
      { address: `s3://${BUCKET}/shop.sql`, settings: settings(), patience: { idleMs: 200, pauseMs: 1 } },
      into,
      options,
      never,
    );
    expect(readFileSync(into, 'utf8')).toBe(DUMP);
  });

  test('in the middle of a resumption is no end either', async () => {
    server.fail([
      { kind: 'cut', after: 2_000_000 },
      ...Array.from({ length: 6 }, () => ({ kind: 'error', status: 503, code: 'SlowDown' }) as const),
    ]);
    expect(await rows()).toEqual(ALL);
  });
});

test('503 at first is asked again', async () => {
  server.fail([
    { kind: 'error', status: 503, code: 'SlowDown' },
    { kind: 'error', status: 500, code: 'InternalError' },
  ]);
  expect(await rows()).toEqual(ALL);
});

test('an abort ends it at once, while it waits for bytes and while it waits for an answer', async () => {
  for (const faults of [
    [{ kind: 'hang', after: 1_000_000 }],
    [{ kind: 'error', status: 503, code: 'SlowDown' }],
  ] as const) {
    server.fail(faults, true);
    const controller = new AbortController();
    const before = server.requests.length;
    const taking = obtain('shop.sql', {}, controller.signal);
    while (server.requests.length === before) await delay(5);
    await delay(50);
    controller.abort(new Error('enough'));
    await expect(taking).rejects.toThrow('enough');
    expect(leftovers()).toEqual([]);
  }
});

describe('the checksum that S3 keeps', () => {
  // As `openssl dgst` and the SDK say; the CRCs are held against the SDK's in s3.test.ts.
  const WRONG = { 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=', 'x-amz-checksum-type': 'FULL_OBJECT' };

  test('is compared', async () => {
    server.put('shop.sql', DUMP, WRONG);
    expect(await refused()).toMatchObject({
      code: 'BACKUP_UNREADABLE',
      message: expect.stringContaining('does not have the CRC-64/NVME checksum that S3 keeps of it'),
    });
  });

  test('is compared with the whole, however many pieces it came in', async () => {
    server.put('shop.sql', DUMP, WRONG);
    server.fail([{ kind: 'cut', after: 1_000_000 }]);
    expect(await refused()).toMatchObject({ message: expect.stringContaining('CRC-64/NVME') });
  });

  test('of the checksums of parts says nothing of the whole', async () => {
    server.put('shop.sql', DUMP, { 'x-amz-checksum-crc32c': 'AAAAAA==-3', 'x-amz-checksum-type': 'COMPOSITE' });
    expect(await rows()).toEqual(ALL);
  });
});

describe('refused, and nothing left', () => {
  test.each([
    [403, 'AccessDenied', 'BACKUP_UNREADABLE', /does not let us read .*shop\.sql/, /s3:GetObject/],
    [403, 'InvalidObjectState', 'BACKUP_UNREADABLE', /archive \(Glacier\)/, /restore-object/],
    [400, 'ExpiredToken', 'AWS_UNAVAILABLE', /have expired/, /Log in again/],
    [403, 'InvalidAccessKeyId', 'AWS_UNAVAILABLE', /does not accept the AWS credentials/, /get-caller-identity/],
    [403, 'RequestTimeTooSkewed', 'AWS_UNAVAILABLE', /clock/, /clock/],
    [301, 'PermanentRedirect', 'AWS_UNAVAILABLE', /in another region/, /backup\.s3\.region/],
  ])('%i %s', async (status, code, ours, message, hint) => {
    server.fail([{ kind: 'error', status, code }], true);
    expect(await refused()).toMatchObject({
      code: ours,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  test('no object, no bucket, no backup', async () => {
    expect(await refused('other.sql')).toMatchObject({ code: 'BACKUP_NOT_FOUND' });
    server.put('page.sql', '<!doctype html>');
    expect(await refused('page.sql')).toMatchObject({
      code: 'BACKUP_UNREADABLE',
      message: `s3://${BUCKET}/page.sql cannot be restored: it is an HTML or XML page.`,
    });
  });

  test('no credentials, no region', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', '');
    expect(await refused()).toMatchObject({
      code: 'AWS_UNAVAILABLE',
      message: expect.stringMatching(/no AWS credentials/),
    });
    vi.stubEnv('AWS_REGION', undefined);
    vi.stubEnv('AWS_DEFAULT_REGION', undefined);
    const error: unknown = await obtainBackup(
      { file: 's3://backups/x', s3: { endpoint: server.url } },
      options,
      never,
    ).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'AWS_UNAVAILABLE', message: expect.stringMatching(/no AWS region/) });
  });

  test('nobody at the address', async () => {
    expect(await refused('shop.sql', { endpoint: 'http://127.0.0.1:9' })).toMatchObject({
      code: 'AWS_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

test('a bucket of another region is found there', async () => {
  server.livesIn('eu-central-1');
  // An endpoint of one's own does not change with the region; the signature does.
  expect(await rows()).toEqual(ALL);
});

describe('the .sha256 beside it', () => {
  const beside = (text: string): void => server.put('shop.sql.sha256', text);

  test('is compared', async () => {
    beside(`${'0'.repeat(64)}  shop.sql\n`);
    expect(await refused()).toMatchObject({
      code: 'BACKUP_UNREADABLE',
      message: `s3://${BUCKET}/shop.sql is not the one that its .sha256 file describes.`,
    });
    beside('no sum');
    expect(await refused()).toMatchObject({ message: 'shop.sql.sha256 holds no SHA-256 checksum.' });
    beside('x'.repeat(20_000));
    expect(await refused()).toMatchObject({ message: `s3://${BUCKET}/shop.sql.sha256 holds no SHA-256 checksum.` });
  });

  test('that nobody lets us see is said', async () => {
    beside('hidden');
    server.fail([{ kind: 'well' }, { kind: 'error', status: 403, code: 'AccessDenied' }]);
    expect(await rows()).toEqual(ALL);
    expect(warnings).toEqual([
      expect.stringMatching(/^Fetching s3:\/\/backups\/shop\.sql, 3\.\d MB\.$/),
      expect.stringMatching(/shop\.sql\.sha256 cannot be seen: access denied\. It was not compared/),
    ]);
  });
});

describe('a folder', () => {
  const putDump = (): void => {
    const from = fixture('library.directory');
    for (const name of readdirSync(from)) server.put(`dumps/shop/${name}`, readFileSync(join(from, name)));
  };

  test('is all that is below it, over several pages', async () => {
    putDump();
    server.put('dumps/shop/', '');
    await using backup = await obtain('dumps/shop/');
    expect(backup.description).toMatchObject({ format: 'directory', path: `s3://${BUCKET}/dumps/shop/` });
    expect(Object.keys(await backup.readTables(['knex_migrations'], never))).toEqual(['knex_migrations']);
    expect(server.requests.filter((line) => /^GET \/backups\/?$/.test(line))).toHaveLength(3);
  });

  test.each(['../../escaped', '/etc/escaped', 'a/../../../escaped', String.raw`..\escaped`, 'a//b', 'x/./y'])(
    'with an object named %j is refused before anything is written',
    async (name) => {
      putDump();
      server.put(`dumps/shop/${name}`, 'gotcha');
      expect(await refused('dumps/shop/')).toMatchObject({
        code: 'BACKUP_UNREADABLE',
        message: expect.stringContaining('it holds an object with the name'),
      });
      expect(server.requests.filter((line) => line.includes('toc.dat'))).toEqual([]);
    },
  );

  test('that is none is refused, with nothing fetched', async () => {
    server.put('dumps/other.sql', DUMP);
    expect(await refused('dumps/')).toMatchObject({
      code: 'BACKUP_UNREADABLE',
      message: expect.stringContaining('there is no toc.dat in it'),
    });
    expect(await refused('nothing/')).toMatchObject({ code: 'BACKUP_NOT_FOUND' });
    expect(await refused('dumps/', { versionId: 'abc' })).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(ofObject()).toEqual([]);
  });

  test('of which S3 does not name every file is refused, with nothing fetched', async () => {
    putDump();
    server.put('dumps/shop/0.dat', '');
    server.forgetTokens();
    expect(await refused('dumps/shop/')).toMatchObject({
      code: 'BACKUP_UNREADABLE',
      message: expect.stringContaining('S3 does not say what else is in it'),
    });
    expect(ofObject()).toEqual([]);
  });

  test('of which a file is replaced meanwhile is refused', async () => {
    putDump();
    server.fail([{ kind: 'replaced' }]);
    expect(await refused('dumps/shop/')).toMatchObject({ message: expect.stringContaining('was replaced') });
  });
});
