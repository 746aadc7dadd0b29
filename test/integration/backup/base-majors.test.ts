import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';

import { readManifest } from '../../../src/backup/base/manifest.ts';
import { runVerifyBackup } from '../../../src/backup/base/run-verify-backup.ts';
import { verifyFiles } from '../../../src/backup/base/verify-files.ts';
import { connect } from '../../../src/postgres/connect.ts';
import { findBinaries } from '../../../src/server/local/binaries/find-binaries.ts';
import { openCacheFolder } from '../../../src/server/local/cache-folder.ts';
import { freePort } from '../../../src/server/local/free-port.ts';
import { runCommand } from '../../../src/server/local/run-command.ts';
import { findServerUser } from '../../../src/server/local/server-user.ts';
import { flip, layOutOnly, type Production, startFrom, startProduction } from '../../helpers/base-backups.ts';
import { PYPI_MAJORS, pypiPostgres } from '../../helpers/pypi-postgres.ts';

/** Options of pg_basebackup; a plain backup needs a place of its own for the tablespace. */
const FORMS: Readonly<Record<string, readonly string[]>> = {
  plain: ['-Fp'],
  'plain, the log fetched': ['-Fp', '-X', 'fetch'],
  'tar.gz, the log streamed': ['-Ft', '-z', '-X', 'stream'],
  'tar, the log fetched': ['-Ft', '-X', 'fetch'],
  'tar.gz by the server, the log streamed': ['-Ft', '--compress=server-gzip:1', '-X', 'stream'],
  'tar.zst': ['-Ft', '--compress=client-zstd:level=3'],
  'tar.lz4': ['-Ft', '--compress=client-lz4'],
};

const TAKEN: Readonly<Record<number, readonly string[]>> = {
  16: ['plain', 'tar.gz, the log streamed', 'tar, the log fetched'],
  17: ['tar.zst'],
  18: ['plain, the log fetched', 'tar.gz by the server, the log streamed', 'tar, the log fetched'],
};

const { signal } = new AbortController();
const run = promisify(execFile);

for (const major of PYPI_MAJORS) {
  const programs = await pypiPostgres(major);
  describe.skipIf(programs === undefined)(`PostgreSQL ${major}`, () => {
    ofMajor(major, programs ?? '');
  });
}

function ofMajor(major: number, programs: string): void {
  const isIncremental = major >= 17;
  const taken = TAKEN[major] ?? [];
  const whole = isIncremental ? 'combined' : 'plain';
  const paths = new Map<string, string>();
  let production: Production;
  let expected: unknown;

  const backUp = async (name: string, options: readonly string[]): Promise<void> => {
    const moved = `${join(production.folder, 'fast')}=${await production.place(`fast of ${name}`)}`;
    const place = options.includes('-Fp') ? ['-T', moved] : [];
    paths.set(name, await production.backUp(name, [...options, ...place]));
  };
  const pathOf = (name: string): string => paths.get(name) ?? `no ${name}`;

  beforeAll(async () => {
    production = await startProduction(isIncremental ? { summarize_wal: 'on' } : {}, major, programs);
    const { sql, place, folder } = production;
    await sql('postgres', 'create database shop', `create tablespace fast location '${await place('fast')}'`);
    await sql(
      'shop',
      'create table stock as select id, repeat(md5(id::text), 3) as what from generate_series(1, 5000) id',
      'create table placed tablespace fast as table stock',
      'create unlogged table passing as table stock',
    );
    if (isIncremental) await backUp('before', ['-Fp']);
    await sql('shop', "update stock set what = 'new' where id % 100 = 0", 'delete from placed where id > 4000');
    expected = [await sql('shop', rowsOf('stock')), await sql('shop', rowsOf('placed'))];
    for (const name of taken) await backUp(name, FORMS[name] ?? []);
    if (!isIncremental) return;
    const since = ['-i', join(pathOf('before'), 'backup_manifest')];
    await backUp('incremental', ['-Fp', ...since]);
    await backUp('incremental, tar', ['-Ft', ...since]);
    paths.set('combined', join(folder, 'combined'));
    await run(join(programs, 'pg_combinebackup'), [
      pathOf('before'),
      pathOf('incremental'),
      `--output=${pathOf('combined')}`,
      `--tablespace-mapping=${join(folder, 'fast of incremental')}=${join(folder, 'fast of combined')}`,
    ]);
  });
  afterAll(() => production[Symbol.asyncDispose]());
  afterEach(() => vi.unstubAllEnvs());

  test.each([...taken, ...(isIncremental ? ['combined'] : [])])('%s: starts with everything in it', async (form) => {
    await using started = await startFrom(pathOf(form));
    expect(started.server.major).toBe(major);
    expect([await started.sql(rowsOf('stock')), await started.sql(rowsOf('placed'))]).toEqual(expected);
    expect(await started.sql('select pg_catalog.count(*)::int as rows from passing')).toEqual([{ rows: 0 }]);
    expect(started.said).toEqual([]);
  });

  test.each(isIncremental ? ['incremental', 'incremental, tar'] : [])(
    '%s: is refused, with a way out',
    async (form) => {
      await expect(startFrom(pathOf(form))).rejects.toMatchObject({
        code: 'BACKUP_UNREADABLE',
        message: expect.stringContaining('incremental'),
        hint: expect.stringContaining('pg_combinebackup'),
      });
    },
  );

  test.each(major === 17 ? ['tar.lz4'] : [])('%s: is refused, with a way out', async (form) => {
    await backUp(form, FORMS[form] ?? []);
    await expect(startFrom(pathOf(form))).rejects.toMatchObject({
      code: 'BACKUP_UNREADABLE',
      message: expect.stringContaining('lz4'),
      hint: 'Decompress it first.',
    });
  });

  test('what is whole is whole for pg_verifybackup and for us', async () => {
    const copy = copyOf(pathOf(whole));
    expect(await verifyFiles(copy, await readManifest(join(copy, 'backup_manifest'), ''), signal)).toEqual([]);
    usePrograms();
    expect(await runVerifyBackup(copy, major, signal)).toEqual([]);
    expect(await layOut(copy)).toBe('');
  });

  test('of what is damaged pg_verifybackup and we blame the same files', async () => {
    const copy = copyOf(pathOf(whole));
    const damaged = damageFiles(copy);
    const ours = await verifyFiles(copy, await readManifest(join(copy, 'backup_manifest'), ''), signal);
    expect(ours.map((problem) => problem.split(' ')[0])).toEqual(damaged);
    usePrograms();
    const theirs = (await runVerifyBackup(copy, major, signal)) ?? [];
    expect(damaged.filter((path) => theirs.filter((problem) => problem.includes(path)).length !== 1)).toEqual([]);
    expect(theirs).toHaveLength(damaged.length);
    expect(await layOut(copy)).toMatch(/^BACKUP_UNREADABLE: .* \(and 5 problems more\)/);
  });

  test('a changed byte in the log is noticed by pg_verifybackup and by us', async () => {
    const copy = copyOf(pathOf(whole));
    flip(join(copy, 'pg_wal', readdirSync(join(copy, 'pg_wal')).find((name) => /^[0-9A-F]{24}$/.test(name)) ?? ''), 60);
    await expect(run(join(programs, 'pg_verifybackup'), [copy])).rejects.toThrow(/WAL/);
    expect(await layOut(copy)).toMatch(/^BACKUP_UNREADABLE: .*log is damaged at/);
  });

  test.each(major === 18 ? ['with checksums of pages'] : [])('%s: starts with everything in it', async () => {
    const path = await backUpWithChecksums(major, programs, production.folder);
    await using started = await startFrom(path);
    const [row] = await started.sql(
      "select current_setting('data_checksums') as checksums, pg_catalog.count(*)::int as rows from t",
    );
    expect(row).toEqual({ checksums: 'on', rows: 1000 });
  });

  const usePrograms = (): void => void vi.stubEnv('PATH', `${programs}${delimiter}${process.env['PATH']}`);

  /** With the tablespaces inside, as it is laid out. */
  function copyOf(of: string): string {
    const copy = mkdtempSync(join(production.folder, 'copy-'));
    cpSync(of, copy, { recursive: true, dereference: true });
    return copy;
  }
}

const rowsOf = (table: string): string =>
  `select pg_catalog.count(*)::int as rows, pg_catalog.md5(pg_catalog.string_agg(t::text, ' ' order by id)) as sum from ${table} t`;

const layOut = (path: string): Promise<string> => layOutOnly(path, tmpdir());

/** Changes, cuts and removes files of the three kinds of place, and adds one; returns which, in order. */
function damageFiles(folder: string): readonly string[] {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
  const filled = all.filter((path) => /^base\/\d+\/\d+$/.test(path) && statSync(join(folder, path)).size > 8192);
  const placed = all.find((path) => /^pg_tblspc\/\d+\/PG_\w+\/\d+\/\d+$/.test(path)) ?? '';
  const [changed = '', short = '', gone = ''] = filled;
  flip(join(folder, changed), 5000);
  truncateSync(join(folder, short), 8192);
  rmSync(join(folder, gone));
  flip(join(folder, placed), 100);
  rmSync(join(folder, 'pg_hba.conf'));
  writeFileSync(join(folder, 'base/stranger'), '');
  return [changed, short, gone, placed, 'pg_hba.conf', 'base/stranger'].toSorted();
}

/** Our own servers have none. */
async function backUpWithChecksums(major: number, programs: string, folder: string): Promise<string> {
  const user = await findServerUser();
  const cacheFolder = await openCacheFolder(user, folder);
  const spec = { postgresVersion: major, projectFolder: process.cwd(), settings: {} };
  const { folder: server } = await findBinaries(spec, { user, cacheFolder }, signal);
  const [data, port] = [join(folder, 'with-checksums'), await freePort()];
  const made = await runCommand(
    join(server, 'initdb'),
    ['-D', data, '-U', 'root', '--auth=trust', '--locale=C', '--data-checksums', '--no-sync'],
    { user, workingFolder: folder },
    signal,
  );
  expect(made.exitCode, made.errorOutput).toBe(0);
  const options = ['-D', data, '-p', String(port), '-c', 'unix_socket_directories='];
  const postgres = spawn(join(server, 'postgres'), options, { ...user, cwd: data, stdio: 'ignore' });
  try {
    const connectionString = `postgres://root@127.0.0.1:${port}/postgres`;
    await vi.waitFor(
      () => connect(connectionString, { applicationName: 'test' }).then((one) => one[Symbol.asyncDispose]()),
      {
        timeout: 60_000,
      },
    );
    await using session = await connect(connectionString, { applicationName: 'test' });
    await session.query('create table t as select generate_series(1, 1000) as id');
    const into = join(folder, 'of-checksums');
    await run(join(programs, 'pg_basebackup'), ['-d', connectionString, '-c', 'fast', '-D', into]);
    return into;
  } finally {
    const gone = once(postgres, 'exit');
    postgres.kill('SIGQUIT');
    await gone;
  }
}
