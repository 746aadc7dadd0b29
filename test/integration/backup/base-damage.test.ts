import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { readManifest } from '../../../src/backup/base/manifest.ts';
import { runVerifyBackup } from '../../../src/backup/base/run-verify-backup.ts';
import { verifyFiles } from '../../../src/backup/base/verify-files.ts';
import { openWal } from '../../../src/backup/base/wal-pages.ts';
import { walRecords } from '../../../src/backup/base/wal-records.ts';
import { debianProgram, flip, layOutOnly, type Production, startProduction } from '../../helpers/base-backups.ts';

const signal = new AbortController().signal;

let production: Production;
let plain: string;
let sha: string;
let tar: string;
let gzip: string;
let withoutWal: string;
let withoutManifest: string;
let withoutChecksums: string;
let copies: string;

beforeAll(async () => {
  production = await startProduction();
  const { sql, backUp, place } = production;
  await sql(
    'postgres',
    'create table stock as select id, repeat(md5(id::text), 3) as what from generate_series(1, 5000) id',
  );
  plain = await backUp('plain', ['-Fp']);
  sha = await backUp('sha', ['-Fp', '--manifest-checksums=SHA512']);
  withoutWal = await backUp('none', ['-Fp', '-X', 'none']);
  withoutManifest = await backUp('bare', ['-Fp', '--no-manifest']);
  withoutChecksums = await backUp('sizes', ['-Fp', '--manifest-checksums=NONE']);
  await sql(
    'postgres',
    `create tablespace fast location '${await place('fast')}'`,
    'create table placed (id integer) tablespace fast',
  );
  tar = await backUp('tar', ['-Ft']);
  gzip = await backUp('gzip', ['-Ft', '-z']);
  copies = mkdtempSync(join(tmpdir(), 'base-damage-'));
});
afterAll(async () => {
  rmSync(copies, { recursive: true, force: true });
  await production[Symbol.asyncDispose]();
});

const layOut = (path: string, allowUnverified = false, warnings: string[] = []): Promise<string> =>
  layOutOnly(path, copies, { allowUnverified, onWarning: (text) => void warnings.push(text) });

let count = 0;

function damagedCopy(of: string, damage: (folder: string) => void): string {
  const copy = join(copies, `copy-${(count += 1)}`);
  cpSync(of, copy, { recursive: true, verbatimSymlinks: true });
  damage(copy);
  return copy;
}

const cut = (path: string): void => truncateSync(path, Math.floor(statSync(path).size / 2));

/** One of the files of tables that has something in it. */
function relation(folder: string): string {
  const found = readdirSync(join(folder, 'base'), { recursive: true, encoding: 'utf8' }).find(
    (name) => /^\d+\/\d+$/.test(name) && statSync(join(folder, 'base', name)).size > 8192,
  );
  return join('base', found ?? '');
}

const segment = (folder: string): string =>
  join(folder, 'pg_wal', readdirSync(join(folder, 'pg_wal')).find((name) => /^[0-9A-F]{24}$/.test(name)) ?? '');

const inManifest: readonly (readonly [string, (folder: string) => void])[] = [
  ['a changed byte', (folder) => flip(join(folder, relation(folder)), 5000)],
  ['a missing file', (folder) => rmSync(join(folder, relation(folder)))],
  ['a file that is cut short', (folder) => cut(join(folder, relation(folder)))],
  ['one file more', (folder) => writeFileSync(join(folder, 'base', 'stranger'), '')],
  ['an empty file that is gone', (folder) => rmSync(join(folder, 'pg_hba.conf'))],
  ['a changed byte in the first file of all', (folder) => flip(join(folder, 'global/pg_control'), 20)],
];

test('without checksums it is refused, and nothing is called verified that was not', async () => {
  expect(await layOut(withoutChecksums)).toMatch(/^BACKUP_UNREADABLE: .*manifest holds no checksums/);
  const warnings: string[] = [];
  expect(await layOut(withoutChecksums, true, warnings)).toBe('');
  expect(warnings).toEqual([expect.stringContaining('sizes were compared, contents were not')]);
  const whole: string[] = [];
  expect(await layOut(plain, true, whole)).toBe('');
  expect(whole).toEqual([]);
});

describe.each([
  ['CRC-32C', () => plain],
  ['SHA-512', () => sha],
])('with checksums by %s', (_, whole) => {
  test('what is whole passes, by pg_verifybackup and by us', async () => {
    const manifest = await readManifest(join(whole(), 'backup_manifest'), '');
    expect(await verifyFiles(whole(), manifest, signal)).toEqual([]);
    expect(await runVerifyBackup(whole(), 15, signal)).toEqual([]);
    expect(await layOut(whole())).toBe('');
  });

  test.each(inManifest)('%s is noticed, and the same file blamed', async (__, damage) => {
    const copy = damagedCopy(whole(), damage);
    const manifest = await readManifest(join(copy, 'backup_manifest'), '');
    const [ours = '', ...more] = await verifyFiles(copy, manifest, signal);
    const [theirs = ''] = (await runVerifyBackup(copy, 15, signal)) ?? [];
    expect(more).toEqual([]);
    expect(ours).not.toBe('');
    expect(theirs).toContain(ours.split(' ')[0]);
    expect(await layOut(copy)).toMatch(/^BACKUP_UNREADABLE: The base backup \S+ cannot be used: \S/);
  });
});

test('without pg_verifybackup of that major the verdict is ours', async () => {
  expect(await runVerifyBackup(plain, 14, signal)).toBeUndefined();
});

const others: readonly (readonly [string, () => string, (folder: string) => void, RegExp])[] = [
  ['a missing manifest', () => plain, (folder) => rmSync(join(folder, 'backup_manifest')), /no manifest/],
  ['a changed manifest', () => plain, (folder) => flip(join(folder, 'backup_manifest'), 500), /its manifest/],
  ['a manifest that is cut short', () => plain, (folder) => cut(join(folder, 'backup_manifest')), /cut short/],
  ['no backup_label', () => plain, (folder) => rmSync(join(folder, 'backup_label')), /no backup_label/],
  [
    'a server that runs in it',
    () => plain,
    (folder) => writeFileSync(join(folder, 'postmaster.pid'), '1'),
    /a server runs/,
  ],
  [
    'a link to elsewhere',
    () => plain,
    (folder) => symlinkSync('/etc', join(folder, 'base', 'etc')),
    /base\/etc is neither/,
  ],
  [
    'a link in the place of a tablespace that is none',
    () => plain,
    (folder) => symlinkSync('/etc', join(folder, 'pg_tblspc', '1')),
    /pg_tblspc\/1 leads to a folder that is no tablespace/,
  ],
  ['a missing piece of the log', () => plain, (folder) => rmSync(segment(folder)), /no write-ahead log/],
  ['an empty piece of the log', () => plain, (folder) => truncateSync(segment(folder), 0), /write-ahead log/],
  ['a changed byte in the log', () => plain, (folder) => flip(segment(folder), 60), /log is damaged at/],
  ['a log that is cut short', () => plain, (folder) => truncateSync(segment(folder), 100), /write-ahead log/],
  ['an incremental backup', () => plain, (folder) => makeIncremental(folder), /incremental/],
  ['an archive that is cut short', () => tar, (folder) => cut(join(folder, 'base.tar')), /cut short/],
  [
    'an archive without its end',
    () => tar,
    (folder) => truncateSync(join(folder, 'base.tar'), 512 * 40),
    /cut short|is missing|does not say/,
  ],
  [
    'a compressed archive that is cut short',
    () => gzip,
    (folder) => cut(join(folder, 'base.tar.gz')),
    /cannot be read|cut short/,
  ],
  [
    'a changed byte in an archive',
    () => tar,
    (folder) => flip(join(folder, 'base.tar'), 3_000_000),
    /checksum|damaged header/,
  ],
  [
    'the archive of a tablespace missing',
    () => tar,
    (folder) => rmSync(tablespace(folder)),
    /^\S+ .*\d+\.tar, which holds a tablespace/,
  ],
  ['the archive of the log missing', () => tar, (folder) => rmSync(join(folder, 'pg_wal.tar')), /no write-ahead log/],
  [
    'the manifest beside archives missing',
    () => gzip,
    (folder) => rmSync(join(folder, 'backup_manifest')),
    /no manifest/,
  ],
];

const tablespace = (folder: string): string =>
  join(folder, readdirSync(folder).find((name) => /^\d+\.tar$/.test(name)) ?? '');

function makeIncremental(folder: string): void {
  const label = join(folder, 'backup_label');
  writeFileSync(label, `${readFileSync(label, 'utf8')}INCREMENTAL FROM LSN: 0/2000028\n`);
}

test.each(others)('%s is noticed', async (_, whole, damage, says) => {
  const copy = damagedCopy(whole(), damage);
  const answer = await layOut(copy);
  expect(answer).toMatch(/^BACKUP_UNREADABLE: /);
  expect(answer).toMatch(says);
  expect(readdirSync(copies).filter((name) => name.startsWith('laid-out'))).toEqual([]);
});

test('what is whole in archives passes', async () => {
  expect(await layOut(tar)).toBe('');
  expect(await layOut(gzip)).toBe('');
});

test('a backup without its log is refused, and one without manifest unless that is wanted', async () => {
  expect(await layOut(withoutWal)).toMatch(/^BACKUP_UNREADABLE: .*no write-ahead log/);
  expect(await layOut(withoutManifest)).toMatch(/^BACKUP_UNREADABLE: .*no manifest/);
  expect(await layOut(withoutManifest, true)).toBe('');
});

test('an archive that leads out of its folder writes nothing there', async () => {
  const evil = join(copies, 'evil');
  mkdirSync(evil);
  execFileSync('tar', ['-xf', join(tar, 'base.tar'), '-C', evil, 'backup_label', 'PG_VERSION']);
  writeFileSync(join(copies, 'outside'), 'was here before');
  const archive = join(copies, 'evil.tar');
  execFileSync('tar', ['-cPf', archive, '-C', evil, 'backup_label', 'PG_VERSION', '../outside']);
  rmSync(join(copies, 'outside'));
  expect(await layOut(archive, true)).toMatch(/^BACKUP_UNREADABLE: .*leads out of it/);
  expect(existsSync(join(copies, 'outside'))).toBe(false);
});

test('the write-ahead log is read as pg_waldump reads it', async () => {
  const { sql } = production;
  await sql(
    'postgres',
    'create table big as select repeat(md5(g::text), 50) as t from generate_series(1, 20000) g',
    'select pg_switch_wal()',
    'update big set t = reverse(t)',
  );
  const [row] = await sql('postgres', "select current_setting('data_directory') as directory");
  // Everything since the first file that is still there: pages, files and records that go over several of each.
  const source = join(String(row?.['directory']), 'pg_wal');
  const files = readdirSync(source)
    .filter((name) => /^[0-9A-F]{24}$/.test(name))
    .toSorted();
  expect(files.length).toBeGreaterThan(2);
  const first = files[0] ?? '';
  const dumped = waldump(source, first, files.at(-1) ?? '');
  const [start] = dumped;
  await using wal = await openWal(source, first, 1);
  const ours: string[] = [];
  for await (const { position, manager, body } of walRecords(wal!, start?.position ?? 0)) {
    ours.push(`${position} ${manager} ${body.length + 24}`);
  }
  expect(ours.slice(0, dumped.length)).toEqual(
    dumped.map(({ position, manager, bytes }) => `${position} ${manager} ${bytes}`),
  );
  expect(dumped.length).toBeGreaterThan(10_000);
});

interface Dumped {
  readonly position: number;
  readonly manager: number;
  readonly bytes: number;
}

function waldump(folder: string, first: string, last: string): Dumped[] {
  const program = debianProgram('pg_waldump');
  let text: string;
  try {
    text = execFileSync(program, ['-p', folder, first, last], {
      encoding: 'utf8',
      maxBuffer: 1 << 29,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch (error) {
    // It ends with an error where the log ends.
    text = (error as { stdout?: string }).stdout ?? '';
  }
  return [
    ...text.matchAll(/^rmgr: (\w+) +len \(rec\/tot\): +\d+\/ *(\d+), tx: +\d+, lsn: ([0-9A-F]+)\/([0-9A-F]+),/gm),
  ].map(([, name = '', bytes, high, low]) => ({
    position: Number.parseInt(high ?? '', 16) * 2 ** 32 + Number.parseInt(low ?? '', 16),
    manager: MANAGERS.indexOf(name),
    bytes: Number(bytes),
  }));
}

/** As `pg_waldump --rmgr=list` prints them. */
const MANAGERS = execFileSync(debianProgram('pg_waldump'), ['--rmgr=list'], { encoding: 'utf8' }).trim().split('\n');
