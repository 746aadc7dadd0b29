import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';

import { loadConfig } from '../../../src/config/load-config.ts';
import { rehearsalRequest } from '../../../src/config/rehearsal-request.ts';
import { planRehearsal } from '../../../src/rehearsal/rehearse.ts';
import { debianProgram, startFrom, startProduction } from '../../helpers/base-backups.ts';
import { aProject } from '../../helpers/project.ts';
import { findingLines, rehearseFolder } from '../../helpers/rehearse-folder.ts';
import { restoreInto } from '../../helpers/restored-copy.ts';
import { ownTempFolder, runsIn } from '../server/run-folders.ts';

describe('the example shop from a base backup', () => {
  test('has the findings that it has from a dump', async () => {
    await using production = await startProduction();
    await production.sql('postgres', 'create database shop');
    await restoreInto(production.target('shop'), 'fixtures/backups-by-major/shop-15.dump');
    const path = await production.backUp('base', ['-Ft', '-z']);
    await production.server[Symbol.asyncDispose]();
    const { verdict, recording } = await rehearseFolder('examples/shop/pgrehearse.sql.config.yaml', {
      flags: { backup: path },
    });
    const expected = JSON.parse(readFileSync('examples/shop/expected-findings.sql.json', 'utf8')) as {
      check: string;
      migration: string;
    }[];
    const distinct = (lines: readonly string[]): string[] => [...new Set(lines)].toSorted();
    expect(distinct(findingLines(verdict))).toEqual(
      distinct(expected.map(({ check, migration }) => `${check} ${migration}`)),
    );
    expect(recording.observerFailures).toEqual([]);
    expect(recording.backup).toMatchObject({ format: 'base', serverMajor: 15, database: 'shop', shimmedRoles: [] });
  });
});

describe('PostgreSQL', () => {
  test.each([14, 16, 17, 18])('%i: files without a manifest start when that is allowed', async (major) => {
    await using production = await startProduction({}, major);
    await production.sql(
      'postgres',
      'create table t as select id from generate_series(1, 1000) id',
      "alter role all set statement_timeout = '1ms'",
    );
    const path = await production.copyFiles('base');
    await using started = await startFrom(path, { allowUnverified: true });
    expect(started.said.join('\n')).toMatch(/has no manifest of its own and is not verified/);
    expect(started.server.major).toBe(major);
    expect(await started.sql('select pg_sleep(0.01)', 'select count(*)::int as rows from t')).toEqual([{ rows: 1000 }]);
  });
});

test('a base backup of 14 is verified by us, since there is no pg_verifybackup of 14 here', async () => {
  await using production = await startProduction({}, 14);
  await production.sql('postgres', 'create table t as select id from generate_series(1, 1000) id');
  const path = await production.backUp('base', ['-Fp']);
  await using started = await startFrom(path);
  expect(started.said).toEqual([expect.stringContaining('PostgreSQL 14 does not note')].slice(0, started.said.length));
  writeFileSync(join(path, 'base', '1', 'PG_VERSION'), '15\n');
  await expect(startFrom(path)).rejects.toMatchObject({
    code: 'BACKUP_UNREADABLE',
    message: expect.stringContaining('base/1/PG_VERSION does not have its checksum') as unknown,
  });
});

test('a tablespace that is made meanwhile keeps its files: the backup is refused', async () => {
  await using production = await startProduction();
  const { sql, place, folder } = production;
  await sql('postgres', 'create table t as select repeat(md5(id::text), 10) from generate_series(1, 20000) id');
  const fast = await place('fast');
  const { host, port, password } = production.target('postgres');
  const args = [
    '-h',
    host,
    '-p',
    String(port),
    '-U',
    'root',
    '-c',
    'fast',
    '-Ft',
    '-r',
    '6M',
    '-D',
    join(folder, 'base'),
  ];
  const taking = spawn(debianProgram('pg_basebackup'), args, { env: { ...process.env, PGPASSWORD: password } });
  const ended = once(taking, 'exit');
  const streaming = "select 1 from pg_stat_progress_basebackup where phase = 'streaming database files'";
  while ((await sql('postgres', streaming)).length === 0) await delay(20);
  await sql('postgres', `create tablespace fast location '${fast}'`, 'create table kept tablespace fast as select 1');
  expect(taking.exitCode).toBe(null);
  expect(await ended).toEqual([0, null]);
  const files = readdirSync(fast, { recursive: true });
  await expect(startFrom(join(folder, 'base'))).rejects.toMatchObject({
    code: 'BACKUP_UNREADABLE',
    message: expect.stringContaining(`a tablespace at ${fast} was made while it was taken`) as unknown,
  });
  expect(readdirSync(fast, { recursive: true })).toEqual(files);
});

describe('is refused with the reason', () => {
  test('another major, another provider, a plan, a database of a dump, a setting that would reach production', async () => {
    await using production = await startProduction();
    await production.sql('postgres', 'create table t (id integer)');
    const path = await production.backUp('base', ['-Ft']);
    const migrations = { '1_a': ['alter table t add column more integer', 'alter table t drop column more'] } as const;
    const run = async (config: string): Promise<unknown> => {
      using project = aProject({ migrations, config });
      return await rehearseFolder(project.folder);
    };
    const backup = `backup: { file: ${path} }\n`;
    const invalid = (says: string) => ({ code: 'CONFIG_INVALID', message: expect.stringContaining(says) as unknown });
    await expect(run(`${backup}server: { postgresVersion: 17 }`)).rejects.toMatchObject(invalid('of PostgreSQL 15'));
    const url = 'server: { provider: external, url: "postgres://x@127.0.0.1:1/x" }';
    await expect(run(`${backup}${url}`)).rejects.toMatchObject(invalid('provider external cannot start'));
    const dump = `backup: { file: ${join(process.cwd(), 'fixtures/backups/library.sql')}, database: library }`;
    await expect(run(dump)).rejects.toMatchObject(invalid('backup.database is for base backups'));
    await expect(run(`${backup}server: { settings: { archive_mode: "on" } }`)).rejects.toMatchObject(
      invalid('archive_mode'),
    );
    using project = aProject({ migrations, config: backup });
    const config = await loadConfig(project.folder, {}, process.env, process.cwd());
    const planning = planRehearsal(
      rehearsalRequest(config, { showValues: false }),
      () => {},
      new AbortController().signal,
    );
    await expect(planning).rejects.toMatchObject({
      code: 'USAGE',
      hint: expect.stringContaining('pgrehearse run') as unknown,
    });
  });

  test('a disk that is full, with nothing left on it', async (context) => {
    await using production = await startProduction();
    await production.sql('postgres', 'create table t (id integer)');
    const path = await production.backUp('base', ['-Fp']);
    using temp = ownTempFolder();
    const small = join(temp.path, 'small');
    mkdirSync(small);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=755', 'tmpfs', small]);
    if (mounted.status !== 0) context.skip(`a small file system cannot be mounted here: ${String(mounted.stderr)}`);
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = small;
    try {
      await expect(startFrom(path)).rejects.toMatchObject({
        code: 'DISK_FULL',
        message: expect.stringMatching(/no space is left on the disk\. In \S+small /) as unknown,
      });
      expect(runsIn(small)).toEqual([]);
      expect(existsSync(path)).toBe(true);
    } finally {
      process.env['TMPDIR'] = before;
      spawnSync('umount', [small]);
      rmSync(small, { recursive: true, force: true });
    }
  });
});

test('what is different on this machine is said: collations, extensions, libraries; a cluster without `postgres` does', async () => {
  await using production = await startProduction();
  const { sql, backUp } = production;
  await sql('postgres', 'create database shop');
  await sql('shop', 'create table t as select 1 as id');
  // As files look that another machine wrote.
  await sql(
    'shop',
    "insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion) values (99999, 'postgis_of_elsewhere', 10, 11, false, '1')",
    "update pg_database set datcollversion = '153.14' where datname = 'shop'",
    "alter system set shared_preload_libraries = 'pg_stat_statements, pg_cron'",
    'drop database postgres with (force)',
  );
  const path = await backUp('base', ['-Fp']);
  using project = aProject({
    migrations: { '1_a': ['alter table t add column more integer', 'alter table t drop column more'] },
    config: `backup: { file: ${path} }\n`,
  });
  await using started = await startFrom(path);
  const said = started.said.join('\n');
  expect(said).toMatch(/sorted by version 153\.14 of its collation, and this machine has \S+: indexes on text/);
  expect(said).toContain('extensions that this server lacks: postgis_of_elsewhere.');
  expect(said).toContain('Not loaded, since it may act on its own: pg_stat_statements, pg_cron.');
  const { verdict } = await rehearseFolder(project.folder);
  expect(verdict.findings.map(({ check, message }) => `${check}: ${message}`)).toEqual([
    'backup-restore-incomplete: The backup needs 1 extension that this server lacks: postgis_of_elsewhere.',
  ]);
  expect(verdict.notJudged).toEqual([]);
});
