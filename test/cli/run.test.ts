import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseRecording } from '../../src/recording/parse.ts';

const BIN = resolve('dist/cli/main.js');

let cwd: string;
beforeEach(() => {
  if (!existsSync(BIN)) throw new Error('dist is not built: npm run build');
  cwd = mkdtempSync(join(tmpdir(), 'pgrehearse-run-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

/** Writes pairs as golang-migrate keeps them. */
function migrations(pairs: Readonly<Record<string, readonly [up: string, down: string]>>): void {
  mkdirSync(join(cwd, 'migrations'));
  for (const [name, [up, down]] of Object.entries(pairs)) {
    writeFileSync(join(cwd, `migrations/${name}.up.sql`), up);
    writeFileSync(join(cwd, `migrations/${name}.down.sql`), down);
  }
}

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs it in a process group of its own; `interruptAt` sends Ctrl-C to all of them once stderr has that text. */
function pgrehearse(args: readonly string[], interruptAt?: string): Promise<Ended> {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [BIN, ...args], { cwd, detached: true, env: { PATH } });
  let [out, err, interrupted] = ['', '', false];
  child.stdout.on('data', (chunk: Buffer) => {
    out += String(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += String(chunk);
    if (interruptAt === undefined || interrupted || !err.includes(interruptAt) || child.pid === undefined) return;
    interrupted = true;
    process.kill(-child.pid, 'SIGINT');
  });
  return new Promise((done) => {
    child.on('close', (status) => done({ status, out, err }));
  });
}

const SOUND = ['create table a (id integer primary key);', 'drop table a;'] as const;

const recordingIn = (folder: string): ReturnType<typeof parseRecording> =>
  parseRecording(readFileSync(join(cwd, folder, 'recording.json'), 'utf8'), 'recording.json');

describe('run', () => {
  test('without a config file: progress on stderr, the result on stdout, reports beside it', async () => {
    migrations({ '0001_a': SOUND });
    const { status, out, err } = await pgrehearse(['run', '--migrations', 'migrations']);
    expect(err).toMatch(/^\[1\/4\] apply 0001_a: [\d.]+ ms$/m);
    expect(err).toMatch(/^\[4\/4\] unwind 0001_a: [\d.]+ ms$/m);
    expect(err).toContain(
      'Recording and reports are in .pgrehearse: recording.json, certificate.json, report.md, report.json, junit.xml\n',
    );
    expect(out).toMatch(/^SAFE {2}nothing to complain about\. 1 migration rehearsed in 4 steps, /);
    expect(status).toBe(0);
    expect(readdirSync(join(cwd, '.pgrehearse')).toSorted()).toEqual([
      '.gitignore',
      'certificate.json',
      'junit.xml',
      'recording.json',
      'report.json',
      'report.md',
    ]);
    expect(recordingIn('.pgrehearse').steps).toHaveLength(4);
  });

  test('with a config: exits 1 on what is unsafe; --json prints the document alone, the same as judging it again', async () => {
    migrations({
      '0001_a': ["create table a (id integer primary key); create type t as enum ('x');", 'drop table a;'],
    });
    writeFileSync(
      join(cwd, 'pgrehearse.config.yaml'),
      'migrations: { tool: sql, directory: migrations }\nchecks: { reapply-failed: off }\n',
    );
    const { status, out, err } = await pgrehearse(['run', '--json', '--quiet', '--out', 'reports']);
    expect(err).toBe('');
    expect(status).toBe(1);
    const document = JSON.parse(out) as { verdict: { outcome: string; findings: { check: string }[] } };
    const checks = document.verdict.findings.map(({ check }) => check);
    expect(document.verdict.outcome).toBe('unsafe');
    expect(checks).toContain('down-leaves-schema-changed');
    expect(checks).not.toContain('reapply-failed');
    expect(existsSync(join(cwd, '.pgrehearse'))).toBe(false);
    expect(await pgrehearse(['judge', 'reports/recording.json', '--json', '--quiet'])).toEqual({ status, out, err });
    expect(readFileSync(join(cwd, 'reports/report.json'), 'utf8')).toBe(out);
  });

  test('refuses a folder it cannot write to before it starts anything', async () => {
    migrations({ '0001_a': SOUND });
    writeFileSync(join(cwd, 'taken'), '');
    const { status, out, err } = await pgrehearse(['run', '--migrations', 'migrations', '--out', 'taken/reports']);
    expect({ status, out }).toEqual({ status: 3, out: '' });
    expect(err).toMatch(/^OUTPUT_UNWRITABLE: .*\n {2}hint: Pass another folder with `--out`\.\n$/);
  });

  test('leaves no report of an earlier run when it cannot work', async () => {
    migrations({ '0001_a': SOUND });
    mkdirSync(join(cwd, '.pgrehearse'));
    writeFileSync(join(cwd, '.pgrehearse/junit.xml'), 'all well');
    const { status, err } = await pgrehearse(['run', '--migrations', 'migrations', '--backup', 'nope.dump']);
    expect({ status, code: err.split(':')[0] }).toEqual({ status: 2, code: 'BACKUP_NOT_FOUND' });
    expect(existsSync(join(cwd, '.pgrehearse/junit.xml'))).toBe(false);
  });
});

describe('Ctrl-C', () => {
  test('in a long step: exits 130, keeps what was done, and blames no migration', async () => {
    migrations({ '0001_a': SOUND, '0002_slow': ['select pg_sleep(60);', 'select 1;'] });
    const { status, err } = await pgrehearse(['run', '--migrations', 'migrations'], 'reapply 0001_a');
    expect(err).toContain('Interrupted; removing what was started.');
    expect(status).toBe(130);
    const recording = recordingIn('.pgrehearse');
    expect(recording.interrupted).toBe(true);
    expect(recording.steps.map(({ migration, purpose, status: one }) => `${purpose} ${migration} ${one}`)).toEqual([
      'apply 0001_a completed',
      'revert 0001_a completed',
      'reapply 0001_a completed',
    ]);
  });

  test('before the first step: exits 130 with nothing to keep', async () => {
    migrations({ '0001_slow': ['select pg_sleep(60);', 'select 1;'] });
    const { status, out, err } = await pgrehearse(
      ['run', '--migrations', 'migrations', '--json'],
      'to rehearse with sql',
    );
    expect(status).toBe(130);
    expect(err).toContain('INTERRUPTED: ');
    expect(JSON.parse(out)).toMatchObject({ format: 1, error: { code: 'INTERRUPTED' } });
  });
});

test('plan says what run would do, and starts nothing', async () => {
  migrations({ '0001_a': SOUND, '0002_b': ['select 1;', 'select 1;'] });
  const { status, out } = await pgrehearse([
    'plan',
    '--migrations',
    'migrations',
    '--scope',
    'last:1',
    '--explain-config',
  ]);
  expect(status).toBe(0);
  expect(out).toMatch(/^rehearsal\.scope = last:1 +\(flag --scope\)$/m);
  expect(out).toContain('1 migration of 2 to rehearse (sql, scope last:1); 0 applied in the backup.');
  expect(out).toContain('   1  0001_a  up: a later one needs it\n   2  0002_b  up, down, up again\n');
  expect(existsSync(join(cwd, '.pgrehearse'))).toBe(false);
  const json = await pgrehearse(['plan', '--migrations', 'migrations', '--json']);
  expect(JSON.parse(json.out)).toMatchObject({ format: 1, plan: { tool: 'sql' }, steps: { length: 8 } });
});
