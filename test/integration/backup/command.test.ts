import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { obtainBackup } from '../../../src/backup/index.ts';
import type { Backup } from '../../../src/backup/backup.ts';
import type { PgrehearseError } from '../../../src/support/errors.ts';
import { aProject, rehearseProject } from '../../helpers/project.ts';
import { running } from '../../helpers/running.ts';
import { fixture } from './library.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backup-command-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const never = new AbortController().signal;
const progress: number[] = [];

const obtain = (command: string | readonly string[], signal = never): ReturnType<typeof obtainBackup> =>
  obtainBackup(
    { command },
    { projectFolder: folder, onWarning: () => {}, onProgress: ({ doneBytes }) => progress.push(doneBytes) },
    signal,
  );

/** Why it was refused; nothing of it is left. */
async function refused(command: string | readonly string[]): Promise<PgrehearseError> {
  const error: unknown = await obtain(command).catch((thrown: unknown) => thrown);
  expect(leftovers()).toEqual([]);
  return error as PgrehearseError;
}

/** Folders of this process that hold, or held, a dump. */
const leftovers = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`pgrehearse-restore-${process.pid}-`));

describe('a dump that a command writes', () => {
  test.each([
    ['library.custom', 'custom'],
    ['library.tar', 'tar'],
    ['library.sql', 'plain'],
    ['library.sql.gz', 'plain'],
    ['library.sql.zst', 'plain'],
  ])('%s is known by its content', async (name, format) => {
    let backup: Backup;
    {
      await using obtained = await obtain(['cat', fixture(name)]);
      backup = obtained;
      const { path, ...description } = obtained.description;
      expect(description).toMatchObject({ format, bytes: statSync(fixture(name)).size });
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(Object.keys(await obtained.readTables(['knex_migrations'], never))).toEqual(['knex_migrations']);
    }
    expect(existsSync(backup.description.path)).toBe(false);
    expect(leftovers()).toEqual([]);
    expect(progress.length).toBeGreaterThan(0);
  });

  test('a text is run by the shell, in the folder of the config', async () => {
    writeFileSync(join(folder, 'a.sql'), 'create table a (x int);\n');
    await using backup = await obtain('cat a.sql && printf "insert into a values (1);\\n"');
    expect(await backup.readTables(['a'], never)).toEqual({ a: [{ x: '1' }] });
  });

  test('is rehearsed, rebuilt from the same dump, and gone', async () => {
    const counter = join(folder, 'count');
    const { recording, verdict } = await rehearseProject({
      migrations: {
        '1_a': ['alter table t add y int', 'alter table t drop y; delete from t where x = 2'],
        '2_b': ['create table u (x int)', 'drop table u'],
      },
      config: `backup: { command: "echo run >> ${counter}; printf 'create table t (x int);\\ninsert into t values (1), (2);\\n'" }\n`,
    });
    expect(recording.backup).toMatchObject({ format: 'plain', file: 'backup.command', tables: 1, rows: 2 });
    expect(verdict.outcome).toBe('unsafe');
    expect(recording.steps.some(({ rebuilt }) => rebuilt !== undefined)).toBe(true);
    expect(readFileSync(counter, 'utf8')).toBe('run\n');
    expect(leftovers()).toEqual([]);
  });
});

describe('refused with BACKUP_UNREADABLE, and nothing left', () => {
  test('a command that fails after it wrote a whole dump', async () => {
    const error = await refused(
      `cat ${fixture('library.sql')}; echo "cannot reach postgres://u:geheim@db/shop" >&2; exit 7`,
    );
    expect(error).toMatchObject({ code: 'BACKUP_UNREADABLE' });
    expect(error.message).toBe('backup.command ended with code 7:\n  cannot reach postgres://u:***@db/shop');
  });

  test.each([
    ['nothing written', 'true', 'backup.command wrote nothing to its standard output, and said nothing.'],
    ['ended by a signal', 'kill -9 $$', 'backup.command was ended by SIGKILL, and said nothing.'],
    ['no dump', 'echo hello', 'The output of backup.command cannot be restored: it is no SQL.'],
    [
      'no such program',
      ['no-such-program-here'],
      'backup.command cannot be started: spawn no-such-program-here ENOENT.',
    ],
  ])('%s', async (_, command, message) => {
    expect(await refused(command)).toMatchObject({ code: 'BACKUP_UNREADABLE', message });
  });

  test('what it says itself of a full disk', async () => {
    const error = await refused('head -c 3000000 /dev/zero > /dev/full');
    expect(error.message).toContain('No space left on device');
  });

  test('only the end of a long standard error', async () => {
    const { message } = await refused('seq 1 100000 >&2; exit 1');
    expect(message.split('\n')).toHaveLength(11);
    expect(message).toMatch(/ {2}100000$/);
  });
});

test('an abort ends the command and its children, even those that do not want to', async () => {
  const controller = new AbortController();
  const mark = `86${process.pid}`;
  const taking = obtain(
    `sh -c 'trap "" TERM; sleep ${mark}; true' & echo "create table a ();"; wait`,
    controller.signal,
  );
  while (!running(`sleep ${mark}`)) await delay(5);
  controller.abort(new Error('enough'));
  await expect(taking).rejects.toThrow('enough');
  // Killed, it may take a moment to be gone.
  while (running(`sleep ${mark}`)) await delay(20);
  expect(leftovers()).toEqual([]);
});

describe('the process itself', () => {
  const start = (project: string, command: string): ReturnType<typeof spawn> =>
    spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', command, project], {
      env: { ...process.env, TMPDIR: folder },
      stdio: 'ignore',
    });
  const dumps = (): string[] => readdirSync(folder).filter((name) => name.startsWith('pgrehearse-restore-'));
  const slow = (mark: string): string =>
    `backup: { command: "echo 'create table a ();'; while sleep 0.0${mark}; do echo '-- more'; done" }\n`;

  test('Ctrl-C leaves with 130, no dump and no child', async () => {
    using project = aProject({ migrations: { '1_a': ['select 1', 'select 1'] }, config: slow(`1${process.pid}`) });
    const run = start(project.folder, 'run');
    while (!running(`sleep 0.01${process.pid}`) || dumps().length === 0) await delay(5);
    run.kill('SIGINT');
    expect(await once(run, 'exit')).toEqual([130, null]);
    expect(dumps()).toEqual([]);
    while (running(`0.01${process.pid}`)) await delay(20);
  });

  test('after kill -9 the command ends by itself, and the next run removes the dump', async () => {
    using project = aProject({ migrations: { '1_a': ['select 1', 'select 1'] }, config: slow(`2${process.pid}`) });
    const run = start(project.folder, 'run');
    while (!running(`sleep 0.02${process.pid}`) || dumps().length === 0) await delay(5);
    run.kill('SIGKILL');
    await once(run, 'exit');
    while (running(`0.02${process.pid}`)) await delay(20);
    expect(dumps()).toHaveLength(1);
    // Somebody else's that lives stays.
    mkdirSync(join(folder, `pgrehearse-restore-${process.pid}-living`));
    using other = aProject({ seed: 'create table a ();', migrations: { '1_a': ['select 1', 'select 1'] } });
    const next = start(other.folder, 'plan');
    expect(await once(next, 'exit')).toEqual([0, null]);
    expect(dumps()).toEqual([`pgrehearse-restore-${process.pid}-living`]);
  });
});
