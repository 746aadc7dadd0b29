import { chmod, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { findPgRestore } from '../../../src/backup/archive/find-pg-restore.ts';
import { openBackup } from '../../../src/backup/index.ts';
import { isPgrehearseError } from '../../../src/support/errors.ts';
import { fixture } from './library.ts';

const signal = new AbortController().signal;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backup-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, content: Buffer | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function refusal(path: string): Promise<{ code: string; exitCode: number; message: string; hint: string }> {
  try {
    await openBackup(path, {}, signal);
  } catch (error) {
    if (isPgrehearseError(error)) return error;
    throw error;
  }
  throw new Error('it was opened');
}

test('a path where nothing is', async () => {
  expect(await refusal('/no/such/backup.dump')).toMatchObject({ code: 'BACKUP_NOT_FOUND', exitCode: 2 });
  expect(await refusal(join(fixture('library.sql'), 'x'))).toMatchObject({ code: 'BACKUP_NOT_FOUND' });
});

const MYSQL = `-- MySQL dump 10.13\n--\n/*!40101 SET NAMES utf8 */;\n`;

test.each([
  ['an empty file', '', /empty/],
  ['white space', ' \n\n ', /empty/],
  ['a zip archive', Buffer.from('PK\u0003\u0004aaaaaaaaaaaaaa'), /zip/],
  ['an error page', '<!DOCTYPE html><html>403', /HTML/],
  ['an S3 error', '<?xml version="1.0"?><Error><Code>AccessDenied</Code>', /XML/],
  ['a MySQL dump', MYSQL, /MySQL/],
  ['a compressed MySQL dump', gzipSync(MYSQL), /MySQL/],
  ['what PowerShell wrote', Buffer.from('\ufeff-- PostgreSQL', 'utf16le'), /UTF-16/],
  ['binary nonsense', Buffer.from([1, 2, 3, 0, 5, 6, 255, 254, 7]), /binary/],
  ['random bytes', Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7919) % 251)), /binary|no SQL/],
  ['prose', 'Dear colleagues, the backup is on the other server.', /no SQL/],
  ['the message of a pg_dump that failed', 'pg_dump: error: connection to server failed', /pg_dump/],
  ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:1\n', /Git LFS/],
  ['a gzip that was compressed twice', gzipSync(gzipSync('select 1;')), /twice/],
  ['the beginning of a gzip', gzipSync('select 1;').subarray(0, 15), /cannot be read/],
  ['the first bytes of an archive', Buffer.from('PGDMP\u0001\u000e'), /head/],
])('%s', async (_, content, message) => {
  const error = await refusal(await written('other', content));
  expect(error).toMatchObject({ code: 'BACKUP_UNREADABLE', exitCode: 3 });
  expect(error.message).toMatch(message);
  expect(error.hint).not.toBe('');
});

test('a folder without a table of contents, and a data directory', async () => {
  expect((await refusal(folder)).message).toMatch(/toc\.dat/);
  const data = join(folder, 'data');
  await mkdir(data);
  await writeFile(join(data, 'PG_VERSION'), '15');
  expect((await refusal(data)).message).toMatch(/base backup/);
});

test('the name of a file does not matter, its content does', async () => {
  const path = await written('backup.sql', await readFile(fixture('library.custom')));
  expect((await openBackup(path, {}, signal)).description.format).toBe('custom');
  const link = join(folder, 'link.zip');
  await symlink(fixture('library.sql.gz'), link);
  expect((await openBackup(link, {}, signal)).description.format).toBe('plain');
});

test('a plain dump that is cut short is refused before anything is restored', async () => {
  const whole = await readFile(fixture('library.sql'));
  const error = await refusal(await written('cut.sql', whole.subarray(0, whole.length - 200)));
  expect(error).toMatchObject({ code: 'BACKUP_UNREADABLE' });
  expect(error.message).toMatch(/cut short/);
});

test('a dump with statements of somebody’s own at its end is not cut short', async () => {
  const more = Array.from({ length: 5000 }, (_, index) => `select ${index};\n`).join('');
  const path = await written('more.sql', (await readFile(fixture('library.sql'), 'utf8')) + more);
  expect((await openBackup(path, {}, signal)).description.format).toBe('plain');
});

test('a cluster with two databases is refused by their names', async () => {
  const cluster = await readFile(fixture('library.cluster.sql'), 'utf8');
  const second = '\\connect other\n\nCREATE TABLE public.t (id int);\n';
  const error = await refusal(
    await written('two.sql', cluster.replace('--\n-- PostgreSQL database cluster dump complete', `${second}$&`)),
  );
  expect(error.message).toMatch(/library, other/);
});

async function fakeTool(version: string): Promise<string> {
  const place = join(folder, version);
  await mkdir(place);
  await writeFile(join(place, 'pg_restore'), `#!/bin/sh\necho 'pg_restore (PostgreSQL) ${version} (Debian)'\n`);
  await chmod(join(place, 'pg_restore'), 0o755);
  return place;
}

describe('pg_restore', () => {
  test('that is older than the archive is refused, with both versions', async () => {
    const places = [await fakeTool('15.18')];
    await expect(findPgRestore({ dumpVersion: '17.11 (Debian)', places }, signal)).rejects.toMatchObject({
      code: 'BACKUP_NEWER_THAN_TOOLS',
      exitCode: 3,
      message: expect.stringMatching(/17\.11.* 15\.\d+/),
      hint: expect.stringMatching(/PostgreSQL 17/),
    });
  });

  test('that is missing is asked for, and a plain dump named as the way without', async () => {
    await expect(findPgRestore({ dumpVersion: '15.1', places: [folder] }, signal)).rejects.toMatchObject({
      code: 'BACKUP_TOOL_MISSING',
      exitCode: 3,
      hint: expect.stringMatching(/plain SQL dump/),
    });
  });

  test('is the oldest that can read the archive, or else the one of the server', async () => {
    const places = await Promise.all(['17.2', '14.9', '16.1', '18.0'].map(fakeTool));
    const found = async (wish: object): Promise<string> => (await findPgRestore({ ...wish, places }, signal)).version;
    expect(await found({ dumpVersion: '15.4' })).toBe('16.1');
    expect(await found({ dumpVersion: '15.4', serverMajor: 17 })).toBe('17.2');
    expect(await found({ dumpVersion: '17.9', serverMajor: 16 })).toBe('17.2');
    expect(await found({})).toBe('14.9');
  });
});

test('nothing is left in the temporary folder', async () => {
  expect((await readdir(tmpdir())).filter((name) => name.startsWith(`pgrehearse-restore-${process.pid}-`))).toEqual([]);
});
