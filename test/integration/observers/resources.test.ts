import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { judge } from '../../../src/checks/judge.ts';
import { resourcesObserver } from '../../../src/observers/resources.ts';
import { connect, type Database } from '../../../src/postgres/connect.ts';
import type { EphemeralServer } from '../../../src/server/provider.ts';
import { rehearseProject } from '../../helpers/project.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';

let server: EphemeralServer;
let session: Database;
beforeAll(async () => {
  server = await startTestServer();
  session = await connect((await createDatabase(server, 'shop')).connectionString, {
    applicationName: 'pgrehearse test',
  });
});
afterAll(async () => {
  await session[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const open = () => resourcesObserver.open({ server, database: 'shop', bookkeeping: [] });

describe('write-ahead log and disk', () => {
  test('of a step that writes rows, and of one that writes nothing', async () => {
    await using watch = await open();
    await session.script('create table filled as select n, repeat($$x$$, 100) from generate_series(1, 20000) n');
    const { resources: filled } = await watch.afterStep();
    const { resources: idle } = await watch.afterStep();
    const startBytes = watch.start.resources?.databaseBytes ?? 0;
    expect(filled?.walBytes).toBeGreaterThan(20_000 * 100);
    expect(filled?.databaseBytes).toBeGreaterThan(startBytes + 20_000 * 100);
    expect(idle?.walBytes).toBeLessThan(100_000);
    expect(idle?.databaseBytes).toBe(filled?.databaseBytes);
  });

  test('the peak of a step that is small again at its end', async () => {
    await using watch = await open();
    await session.script(`begin; create table passing as select n, repeat('x', 100) from generate_series(1, 50000) n`);
    await delay(700);
    await session.script('rollback');
    const { resources } = await watch.afterStep();
    expect(resources?.peakDatabaseBytes).toBeGreaterThan((resources?.databaseBytes ?? 0) + 50_000 * 100);
  });

  test('a lock that a step left behind holds nobody up', async () => {
    await using watch = await open();
    await session.script('begin; create table locked (id integer); lock table locked; lock table pg_catalog.pg_class');
    const began = performance.now();
    await watch.afterStep();
    expect(performance.now() - began).toBeLessThan(1_000);
    await session.script('rollback');
  });

  test('an observer whose session was ended says so, once asked', async () => {
    const watch = await open();
    await session.script(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pgrehearse observer resources'`,
    );
    await expect(watch.afterStep()).rejects.toThrow(/terminat|not queryable|closed/i);
    await watch[Symbol.asyncDispose]();
  });
});

test('when it breaks, nothing else suffers: the verdict is what it was', async () => {
  const { recording, verdict } = await rehearseProject({
    migrations: {
      '1_a': [
        `create table a (id integer primary key);
         select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pgrehearse observer resources'`,
        'drop table a',
      ],
      '2_b': ['create table b (id integer primary key)', 'drop table b'],
    },
  });
  expect(recording.observerFailures.map(({ observer }) => observer)).toEqual(['resources']);
  expect(recording.observed).not.toContain('resources');
  expect(verdict.outcome).toBe('safe');
  expect(judge(recording, { checks: {}, waivers: [], today: '2026-11-25' }).notJudged).toEqual([]);
});

test('a rehearsal records both, per step', async () => {
  const { recording } = await rehearseProject({
    migrations: { '1_a': ['create table a as select n from generate_series(1, 5000) n', 'drop table a'] },
  });
  expect(recording.observed).toContain('resources');
  const [apply] = recording.steps;
  expect(apply?.observations.resources?.walBytes).toBeGreaterThan(5_000 * 28);
});
