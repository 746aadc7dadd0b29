import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { PgrehearseError } from '../../../src/support/errors.ts';
import { copiedProject } from '../../helpers/copied-project.ts';
import { docker, dockerInventory, hasDocker, ownDockerScope, TEST_IMAGE } from '../../helpers/docker.ts';
import { aProject } from '../../helpers/project.ts';
import { findingLines, rehearseFolder } from '../../helpers/rehearse-folder.ts';

const DOCKER = `server: { provider: docker, image: "${TEST_IMAGE}", docker: { pull: never } }`;

describe.runIf(hasDocker('rehearsals in Docker'))('a rehearsal in Docker', () => {
  let scope: ReturnType<typeof ownDockerScope>;
  beforeAll(() => {
    scope = ownDockerScope();
  });
  afterAll(() => scope[Symbol.dispose]());

  test.each(['bites', 'passes'])(
    'comes to the local verdict on a scenario (%s) and leaves nothing',
    async (variant) => {
      const source = `scenarios/down-loses-data/${variant}`;
      using copy = copiedProject(source, DOCKER);
      const local = await rehearseFolder(source);
      const there = await rehearseFolder(copy.folder);
      expect(findingLines(there.verdict)).toEqual(findingLines(local.verdict));
      expect(there.verdict.outcome).toBe(local.verdict.outcome);
      expect(there.verdict.notJudged).toEqual(local.verdict.notJudged);
      expect(there.recording.observerFailures).toEqual([]);
      expect(await dockerInventory()).toEqual([]);
    },
  );

  test.each([
    ['SQL', 'shop-15.sql.gz'],
    ['an archive that the container restores', 'shop-15.dump'],
  ])('finds what is planted in the example shop, from %s', async (_, file) => {
    using copy = copiedProject('examples/shop', DOCKER, 'pgrehearse.sql.config.yaml');
    const { verdict, recording } = await rehearseFolder(copy.file, {
      flags: { backup: resolve('fixtures/backups-by-major', file) },
    });
    expect(recording.server).toMatchObject({ provider: 'docker', major: 15 });
    const planted: readonly { check: string; migration: string }[] = JSON.parse(
      readFileSync('examples/shop/expected-findings.sql.json', 'utf8'),
    );
    expect(once(findingLines(verdict))).toEqual(
      once(planted.map(({ check, migration }) => `${check} ${migration}`).toSorted()),
    );
    expect(verdict.notJudged).toEqual([]);
    expect(recording.observerFailures).toEqual([]);
    expect(recording.steps.some(({ observations }) => (observations.statements ?? []).length > 0)).toBe(true);
    expect(await dockerInventory()).toEqual([]);
  });

  test('says that the disk is full, and how full, and leaves nothing', async () => {
    const seed = `create unlogged table large as select repeat(md5(n::text), 30) as text from generate_series(1, 300000) as n;`;
    const config = DOCKER.replace('pull: never', 'pull: never, tmpfsGib: 0.15');
    using project = aProject({ seed, migrations: { '1_a': ['create table a ()', 'drop table a'] }, config });
    const { code, message, hint } = await rehearseFolder(project.folder).then(
      () => expect.unreachable('There is no room for the table.'),
      (error: PgrehearseError) => error,
    );
    // A server that cannot go on at all ends, and its container with it; then nobody can ask how full it is.
    expect(`${code}: ${message} ${hint}`).toMatch(
      /^DISK_FULL: .*no space is left.*data of the container .* of 161 MB are free now|^SERVER_UNAVAILABLE: .*lost during the restore.* or disk\?/,
    );
    expect(await dockerInventory()).toEqual([]);
  });

  test.runIf(hasCompose())('runs on servers of docker compose as on any that is given', async () => {
    const project = `pgrehearse-test-${process.pid}`;
    const compose = async (...args: readonly string[]): Promise<string> =>
      await run('docker-compose', ['--project-name', project, '--file', 'docker-compose.yml', ...args], {
        PGREHEARSE_OLDEST_IMAGE: TEST_IMAGE,
        PGREHEARSE_OLDEST_PORT: '0',
        POSTGRES_PASSWORD: 's3cret',
      });
    try {
      await compose('up', '--detach', 'oldest');
      const port = /127\.0\.0\.1:(\d+)/.exec(await compose('port', 'oldest', '5432'))?.[1] ?? '';
      const health = async (): Promise<string> =>
        docker('inspect', '--format', '{{.State.Health.Status}}', await compose('ps', '--quiet', 'oldest'));
      await expect.poll(health, { timeout: 120_000, interval: 500 }).toBe('healthy');
      using copy = copiedProject(
        'scenarios/down-loses-data/bites',
        'server: { provider: external, url: "${REHEARSAL_SERVER_URL}" }',
      );
      const env = { REHEARSAL_SERVER_URL: `postgres://postgres:s3cret@127.0.0.1:${port}/postgres` };
      const { verdict } = await rehearseFolder(copy.folder, { env });
      expect(findingLines(verdict).join('\n')).toContain('down-loses-data');
    } finally {
      await compose('down', '--volumes');
    }
    expect(await docker('ps', '--all', '--quiet', '--filter', `name=${project}`)).toBe('');
  });
});

function hasCompose(): boolean {
  try {
    execFileSync('docker-compose', ['version'], { stdio: 'pipe' });
    return true;
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    process.stderr.write('Skipped: a rehearsal on docker-compose.yml; there is no docker-compose.\n');
    return false;
  }
}

/** A migration may break two invariants; the example lists it once. */
const once = (lines: readonly string[]): string[] => [...new Set(lines)];

const run = (program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> =>
  new Promise((done, fail) => {
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.once('error', fail);
    child.once('close', (exitCode) => (exitCode === 0 ? done(out.trim()) : fail(new Error(err))));
  });
