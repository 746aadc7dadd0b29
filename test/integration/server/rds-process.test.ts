import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { connect } from '../../../src/postgres/connect.ts';
import { aWorld, anAuroraWorld } from '../../helpers/aws-server/world/a-world.ts';
import type { World } from '../../helpers/aws-server/world/world.ts';
import { aProject } from '../../helpers/project.ts';
import { anRdsRig, RDS_SEED, type RdsRig } from '../../helpers/rds-rig.ts';

let rig: RdsRig;
let project: ReturnType<typeof aProject>;
afterEach(async () => {
  await rig[Symbol.asyncDispose]();
  project[Symbol.dispose]();
});

const MIGRATIONS = {
  '1_city': ['alter table customers add column city text', 'alter table customers drop column city'],
  '2_slow': ['select pg_sleep(600)', 'select 1'],
} as const;

async function setUp(world: World, config = ''): Promise<void> {
  const identifier = world.clusters.length > 0 ? 'orders' : 'shop';
  project = aProject({
    migrations: MIGRATIONS,
    config: `server: { provider: rds, rds: { identifier: ${identifier}, database: shop, pollSeconds: 0.05${config} } }\nmigrations: { tool: sql }\n`,
  });
  const dump = join(project.folder, 'production.dump.sql');
  writeFileSync(dump, RDS_SEED);
  rig = await anRdsRig({ world, roles: 'create role shop login', dump });
}

interface Run {
  readonly child: ChildProcess;
  /** What it has said so far. */
  readonly err: () => string;
  /** Resolves when it has said so. Rejects when it ends before. */
  readonly says: (pattern: RegExp) => Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly err: string; readonly out: string }>;
}

function run(...flags: readonly string[]): Run {
  const argv = [join('dist', 'cli', 'main.js'), 'run', project.folder, '--allow-custom-endpoint', ...flags];
  const child = spawn(process.execPath, argv, {
    env: { ...process.env, ...rig.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let err = '';
  let out = '';
  const waiting: { readonly pattern: RegExp; readonly resolve: () => void }[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    for (const { pattern, resolve } of waiting) if (pattern.test(err)) resolve();
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, err, out }));
  return {
    child,
    err: () => err,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        if (pattern.test(err)) return resolve();
        waiting.push({ pattern, resolve });
        void ended.then(() => reject(new Error(`It never said ${pattern}: ${err}`)));
      }),
    ended,
  };
}

const recording = (): { readonly interrupted?: boolean; readonly steps: readonly { readonly status: string }[] } =>
  JSON.parse(readFileSync(join(project.folder, '.pgrehearse', 'recording.json'), 'utf8')) as ReturnType<
    typeof recording
  >;

function expectNothingLeft(): void {
  expect(rig.left()).toEqual([]);
  expect(rig.ledgers()).toEqual([]);
  expect(rig.running.size).toBe(0);
}

describe.each([
  ['an instance', aWorld],
  ['a cluster', anAuroraWorld],
])('Ctrl-C, %s', (_, world) => {
  test('while it is restored: it is deleted, and that is said', async () => {
    await setUp(world());
    rig.aws.world.restorePolls = 100_000;
    const { child, says, ended } = run();
    await says(/RDS: restoring pgrehearse-/);
    child.kill('SIGINT');
    rig.aws.world.restorePolls = 2;
    const { code, err } = await ended;
    expect(code, err).toBe(130);
    expect(err).toMatch(/RDS: (?:instance|cluster) pgrehearse-\S+ is deleted/);
    expectNothingLeft();
  });

  test('while its password is set', async () => {
    await setUp(world());
    rig.aws.world.modifyPolls = 100_000;
    const { child, says, ended } = run();
    await says(/RDS: setting the password/);
    child.kill('SIGTERM');
    const { code, err } = await ended;
    expect(code, err).toBe(130);
    expectNothingLeft();
  });

  test('in the middle of a migration: what was seen is kept', async () => {
    await setUp(world());
    const { child, says, ended } = run();
    await says(/\[1\//);
    await aMigrationSleeps();
    child.kill('SIGINT');
    const { code, err } = await ended;
    expect(code, err).toBe(130);
    expect(recording().interrupted).toBe(true);
    expectNothingLeft();
  });
});

/** Somebody on one of the restored servers is in `pg_sleep`. */
async function aMigrationSleeps(): Promise<void> {
  for (;;) {
    for (const server of rig.running.values()) {
      await using session = await connect(server.target('postgres').connectionString, { applicationName: 'test' });
      const rows = await session.query(
        `select from pg_stat_activity where state = 'active' and query like '%pg_sleep(600)%' and pid <> pg_backend_pid()`,
      );
      if (rows.length > 0) return;
    }
  }
}

test('a second Ctrl-C leaves at once, and the next run deletes what stayed', async () => {
  await setUp(aWorld({ deletePolls: 100_000 }));
  const first = run();
  await first.says(/\[1\//);
  await aMigrationSleeps();
  first.child.kill('SIGINT');
  await first.says(/RDS: deleting pgrehearse-/);
  first.child.kill('SIGINT');
  expect((await first.ended).code).toBe(130);
  expect(rig.ledgers()).toHaveLength(1);
  rig.aws.world.deletePolls = 1;
  const second = run();
  await second.says(/RDS: snapshot .* is restored as/);
  second.child.kill('SIGINT');
  await second.ended;
  expectNothingLeft();
});

describe('after a kill', () => {
  beforeEach(() => setUp(aWorld()));

  /** The id of what a run left that was killed while it waited; the next restore is soon done. */
  async function killedWhileRestoring(): Promise<string | undefined> {
    rig.aws.world.restorePolls = 100_000;
    const { child, says, ended } = run();
    await says(/RDS: restoring pgrehearse-\S+ \(/);
    child.kill('SIGKILL');
    await ended;
    rig.aws.world.restorePolls = 2;
    return rig.left()[0];
  }

  const restores = (): number => rig.writes().filter((action) => action.startsWith('Restore')).length;

  test('while it waits, the next run goes on with the same instance', async () => {
    const id = await killedWhileRestoring();
    expect(rig.ledgers()).toHaveLength(1);
    const second = run();
    await second.says(/going on with (pgrehearse-\S+)/);
    expect(second.err()).toContain(`going on with ${String(id)}`);
    await second.says(/\[1\//);
    await aMigrationSleeps();
    second.child.kill('SIGINT');
    await second.ended;
    expect(restores()).toBe(1);
    expectNothingLeft();
  });

  test('run --clean-up deletes it and starts nothing', async () => {
    const id = await killedWhileRestoring();
    const { out, code } = await run('--clean-up').ended;
    expect(out).toContain(`removed instance ${String(id)} in `);
    expect(code).toBe(0);
    expect(restores()).toBe(1);
    expectNothingLeft();
  });

  test('with other options it is deleted, and another one is restored', async () => {
    const id = await killedWhileRestoring();
    const config = join(project.folder, 'pgrehearse.config.yaml');
    writeFileSync(
      config,
      readFileSync(config, 'utf8').replace('pollSeconds', 'instanceClass: db.r6g.large, pollSeconds'),
    );
    const second = run();
    await second.says(/\[1\//);
    await aMigrationSleeps();
    second.child.kill('SIGINT');
    const { err } = await second.ended;
    expect(err).toContain(`instance ${String(id)} of an earlier run is deleted`);
    expect(err).not.toContain('going on with');
    expect(restores()).toBe(2);
    expectNothingLeft();
  });

  test('one that somebody has logged in to is deleted, never gone on with', async () => {
    const first = run();
    await first.says(/\[1\//);
    await aMigrationSleeps();
    first.child.kill('SIGKILL');
    await first.ended;
    const [id] = rig.left();
    const second = run();
    await second.says(/\[1\//);
    await aMigrationSleeps();
    expect(rig.left()).toHaveLength(1);
    expect(rig.left()).not.toContain(id);
    second.child.kill('SIGINT');
    const { err } = await second.ended;
    expect(err).toContain(`instance ${String(id)} of an earlier run is deleted`);
    expectNothingLeft();
  });
});

test('what cannot be deleted is named with the command, the recording stays, and nobody takes it for success', async () => {
  await setUp(aWorld());
  writeFileSync(join(project.folder, 'migrations', '2_slow.up.sql'), 'select 1');
  rig.aws.fault({ action: 'DeleteDBInstance', kind: 'accessDenied' });
  const { code, err } = await run().ended;
  const [id] = rig.left();
  expect(err).toContain('SERVER_NOT_REMOVED');
  expect(err).toContain(
    `aws rds delete-db-instance --region eu-west-1 --db-instance-identifier ${String(id)} --skip-final-snapshot`,
  );
  expect(code).toBe(3);
  expect(recording().steps.length).toBeGreaterThan(2);
  expect(rig.ledgers()).toHaveLength(1);
});

test('when its time is up in the middle of a migration, the rehearsal ends, is not safe, and nothing is left', async () => {
  await setUp(aWorld(), ', maxHours: 6');
  const { ended } = run('--max-hours', '0.015', '--json');
  const { code, err, out } = await ended;
  expect(err).toContain('The time limit of 54 s is reached');
  expect(code, err).toBe(3);
  expect((JSON.parse(out) as { outcome?: string; verdict?: { outcome: string } }).outcome).not.toBe('safe');
  expect(recording().interrupted).toBe(true);
  expectNothingLeft();
});
