import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const BIN = resolve('dist/cli/main.js');
const RECORDINGS = resolve('fixtures/recordings');
const COMMANDS = ['run', 'plan', 'judge', 'report', 'preflight', 'verify', 'explain', 'doctor', 'init'];

let cwd: string;
beforeAll(() => {
  if (!existsSync(BIN)) throw new Error('dist is not built: npm run build');
  cwd = mkdtempSync(join(tmpdir(), 'pgrehearse-cli-'));
});
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

interface Result {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

function pgrehearse(args: readonly string[], env: Record<string, string> = {}): Result {
  const { PATH = '' } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    cwd,
    encoding: 'utf8',
    env: { PATH, ...env },
  });
  return { status, out: stdout, err: stderr };
}

const recording = (name: string): string => join(RECORDINGS, `${name}.json`);

describe('help', () => {
  test('lists the commands and the exit codes', () => {
    const { status, out, err } = pgrehearse(['--help']);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    expect(out).toContain('Exit codes: 0 safe, 1 unsafe, 2 usage or configuration, 3 inconclusive');
  });

  test.each(COMMANDS)('of %s is there', (command) => {
    const { status, out } = pgrehearse([command, '--help']);
    expect(status).toBe(0);
    expect(out).toMatch(new RegExp(`^Usage: pgrehearse ${command} `));
    expect(out).toContain('--json');
  });

  test('names the version of the package', () => {
    const manifest: unknown = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(manifest).toMatchObject({ version: pgrehearse(['--version']).out.trim() });
  });
});

describe('wrong usage exits 2', () => {
  test.each([
    ['without a command', [], /^Usage: pgrehearse/],
    ['an unknown command', ['rnu'], /^USAGE: unknown command 'rnu' \(Did you mean run\?\)\n {2}hint: /],
    ['an unknown flag', ['run', '--bakup', 'x'], /^USAGE: unknown option '--bakup' \(Did you mean --backup\?\)\n/],
    ['a missing argument', ['judge'], /^USAGE: missing required argument 'recording'\n/],
    [
      'an unknown format',
      ['judge', 'x', '--format', 'xml'],
      /^USAGE: .*Allowed choices are terminal, markdown, json, junit/,
    ],
    ['an unknown severity', ['judge', 'x', '--fail-on', 'note'], /^USAGE: .*Allowed choices are error, warning/],
    ['two paths', ['run', 'a', 'b'], /^USAGE: too many arguments/],
    [
      'an unknown check',
      ['explain', 'down-lose-data'],
      /^CHECK_UNKNOWN: There is no check "down-lose-data"; did you mean down-loses-data\?/,
    ],
    [
      'a recording that is not there',
      ['judge', 'nope.json'],
      /^RECORDING_UNREADABLE: nope\.json does not exist\.\n {2}hint: /,
    ],
    ['a recording that is a folder', ['report', '.'], /^RECORDING_UNREADABLE: \. is a folder\./],
    ['a config that is not there', ['run', 'nope'], /^CONFIG_NOT_FOUND: nope does not exist\./],
    ['nothing to go on', ['run'], /^CONFIG_NOT_FOUND: There is no pgrehearse\.config\./],
    [
      'a flag that cannot be',
      ['plan', '--backup', 'x', '--scope', 'last:0'],
      /^CONFIG_INVALID: The command line has one problem\.\n {2}--scope /,
    ],
  ])('%s', (_, args, message) => {
    const { status, out, err } = pgrehearse(args);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toMatch(message);
    expect(err).not.toContain('    at ');
  });

  test('with --json there is a document for it on stdout, whatever it was', () => {
    for (const args of [
      ['judge', 'nope.json', '--json'],
      ['judge', '--json'],
      ['run', '--json', '--nope'],
    ]) {
      const { status, out, err } = pgrehearse(args);
      const document = JSON.parse(out) as { error: { code: string; message: string; hint: string } };
      expect(document).toMatchObject({
        format: 1,
        tool: { name: 'pgrehearse' },
        error: { code: expect.any(String), hint: expect.any(String) },
      });
      expect(err).toContain(`${document.error.code}: ${document.error.message}`);
      expect(status).toBe(2);
    }
  });
});

describe('judge', () => {
  test.each([
    ['safe', 0],
    ['nothing-pending', 0],
    ['unsafe', 1],
    ['inconclusive', 3],
    ['interrupted', 3],
    ['hostile-names', 1],
  ])('of %s exits %d', (name, status) => {
    const result = pgrehearse(['judge', recording(name)]);
    expect(result.status).toBe(status);
    expect(result.err).toBe('');
    expect(result.out).toMatch(/^(SAFE|UNSAFE|INCONCLUSIVE) {2}/);
    // Not a terminal: neither colour nor cursor.
    expect(result.out).not.toContain('\u001B');
  });

  test('prints one JSON document with --json', () => {
    const { out, err } = pgrehearse(['judge', recording('unsafe'), '--json']);
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({
      format: 1,
      tool: { name: 'pgrehearse' },
      verdict: { outcome: 'unsafe' },
      recording: { format: 1, steps: expect.any(Array) },
    });
  });

  test('takes checks and waivers from a config, and says so unless it is quiet', () => {
    const config = join(cwd, 'judging.yaml');
    writeFileSync(
      config,
      'backup: { file: "${UNSET}" }\nchecks: { up-failed: off, step-too-slow: { maxMs: 1 }, down-loses-data: { severity: note } }\n',
    );
    const loud = pgrehearse(['judge', recording('unsafe'), '--config', config, '--json']);
    expect(loud.err).toBe(`Checks and waivers from ${config}\n`);
    const { verdict } = JSON.parse(loud.out) as {
      verdict: { findings: { check: string; severity: string; evidence: object }[] };
    };
    const checks = verdict.findings.map(({ check }) => check);
    expect(checks).not.toContain('up-failed');
    expect(verdict.findings).toContainEqual(expect.objectContaining({ check: 'down-loses-data', severity: 'note' }));
    expect(checks.filter((check) => check === 'step-too-slow').length).toBeGreaterThan(3);
    expect(pgrehearse(['judge', recording('unsafe'), '--config', config, '--quiet']).err).toBe('');
  });

  test('compares with a baseline', () => {
    const slow = JSON.parse(readFileSync(recording('safe'), 'utf8')) as { steps: { durationMs: number }[] };
    for (const step of slow.steps) step.durationMs += 5_000;
    const path = join(cwd, 'slow.json');
    writeFileSync(path, JSON.stringify(slow));
    const found = pgrehearse(['judge', path, '--baseline', recording('safe'), '--fail-on', 'warning']);
    expect(found.out).toContain('slower-than-baseline');
    expect(found.err).toBe('Exit code 1: 2 warnings, and --fail-on warning.\n');
    expect(found.status).toBe(1);
    expect(pgrehearse(['judge', recording('safe'), '--baseline', path]).out).not.toContain('slower-than-baseline');
  });

  test('ends quietly when nobody reads on', () => {
    const { PATH = '' } = process.env;
    const { status, stderr } = spawnSync(
      'bash',
      [
        '--norc',
        '-c',
        `set -o pipefail; "${process.execPath}" "${BIN}" judge "${recording('safe')}" --json | head -c 1 > /dev/null`,
      ],
      { encoding: 'utf8', env: { PATH } },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('report', () => {
  test.each([
    ['terminal', /^UNSAFE {2}/],
    ['markdown', /^## Migration rehearsal: UNSAFE\n/],
    ['json', /^\{\n {2}"format": 1,/],
    ['junit', /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites /],
  ])('as %s, exiting 0 whatever the verdict', (format, start) => {
    const { status, out, err } = pgrehearse(['report', recording('unsafe'), '--format', format]);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(start);
  });

  test('is the same each time', () => {
    const once = pgrehearse(['report', recording('unsafe'), '--format', 'junit']);
    expect(pgrehearse(['report', recording('unsafe'), '--format', 'junit'])).toEqual(once);
  });
});

describe('explain', () => {
  test('lists every check with its severity', () => {
    const { status, out } = pgrehearse(['explain']);
    expect(status).toBe(0);
    expect(out).toMatch(/^down-loses-data +error +\S/m);
    expect(out).toMatch(/^waiver-unused +warning +\S/m);
  });

  test('says of one check why it matters, how to mend it, and its limits', () => {
    const { out } = pgrehearse(['explain', 'step-too-slow']);
    expect(out).toMatch(/^error step-too-slow\n/);
    expect(out).toContain('Why it matters\n');
    expect(out).toContain('How to mend it\n');
    expect(out).toContain('  checks:\n    step-too-slow:\n      maxMs: 60000\n');
  });

  test('does so for machines as well', () => {
    const { out } = pgrehearse(['explain', 'step-too-slow', '--json']);
    expect(JSON.parse(out)).toMatchObject({ format: 1, checks: [{ id: 'step-too-slow', limits: { maxMs: 60_000 } }] });
  });
});

describe('a config that ends or hangs the process is not a pass', () => {
  test.each([
    ['leaves with 0', 'process.exit(0);'],
    ['waits for what never comes', 'await new Promise(() => {});'],
    [
      'throws later',
      'setTimeout(() => { throw new Error("later"); }, 1); await new Promise((done) => setTimeout(done, 2_000));',
    ],
  ])('when it %s', (_, code) => {
    writeFileSync(join(cwd, 'odd.mjs'), `${code}\nexport default {};\n`);
    expect(pgrehearse(['plan', 'odd.mjs']).status).toBe(3);
  });
});
