import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openSession } from '../../../src/migrations/knex/knex-session.ts';
import { knexSource } from '../../../src/migrations/knex/knex-source.ts';
import { startLoaded, type Project } from '../../../src/migrations/knex/start-loaded.ts';
import type { RunOutcome } from '../../../src/migrations/source.ts';
import type { EphemeralServer } from '../../../src/server/provider.ts';
import { aKnexProject, sqlMigration } from '../../helpers/knex-project.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';

const PATIENCE_MS = 1_500;
const COMPLETED = { status: 'completed' };
const NEVER_SETTLED = {
  status: 'failed',
  failure: { message: 'A promise never settled: no statement, timer or connection is left that could settle it.' },
};

let server: EphemeralServer;
let databases = 0;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe.concurrent('a promise that nothing can settle any more', () => {
  test.each([
    [
      'inside of a transaction',
      "async (knex) => { await knex.raw('create table t ()'); await new Promise(() => {}); }",
      '',
    ],
    ['without one', '() => new Promise(() => {})', 'exports.config = { transaction: false };'],
    [
      'after code that waits for the end of its process',
      "async () => { process.on('beforeExit', () => process.exit(0)); await new Promise(() => {}); }",
      '',
    ],
    [
      'while a timer is running that was unref’ed',
      '() => new Promise(() => { setInterval(() => {}, 100).unref(); })',
      '',
    ],
  ])('%s: the step has failed, and the next one runs', async (_, up, config) => {
    const outcomes = await run({ '001_a.js': migration(up, config), '002_b.js': sqlMigration('create table b ()') });
    expect(outcomes).toEqual([NEVER_SETTLED, COMPLETED]);
  });

  test('in TypeScript, where a loader has threads of its own', async () => {
    const up = `export const up = (): Promise<void> => new Promise<void>(() => {});\nexport const down = up;`;
    expect(await run({ '001_a.ts': up })).toEqual([NEVER_SETTLED]);
  });

  test('of the knexfile is said instead of waited for', async () => {
    await using project = await aKnexProject({ 'knexfile.js': 'module.exports = () => new Promise(() => {});' });
    const loading = startLoaded(projectIn(project.folder), undefined, never);
    await expect(loading).rejects.toMatchObject({
      code: 'MIGRATION_TOOL_FAILED',
      message: NEVER_SETTLED.failure.message,
    });
  });
});

describe.concurrent('a long silence that comes to an end by itself', () => {
  test.each([
    ['in a statement', "(knex) => knex.raw('select pg_sleep(3)')"],
    ['in a timer', '() => new Promise((done) => setTimeout(done, 3_000))'],
    [
      'in work on other threads, between which nothing is to be seen',
      `async () => {
         const { pbkdf2 } = require('node:crypto');
         const until = Date.now() + 3_000;
         while (Date.now() < until) await new Promise((done) => pbkdf2('a', 'b', 400_000, 64, 'sha512', done));
       }`,
    ],
    [
      'in another program',
      "() => new Promise((done) => require('node:child_process').spawn('sleep', ['3']).on('exit', done))",
    ],
    [
      'in a connection of its own',
      "async () => { const c = new (require('pg').Client)(); await c.connect(); await c.query('select pg_sleep(3)'); await c.end(); }",
    ],
    [
      'in statements that come and go, with an idle connection between',
      `async (knex) => { for (let i = 0; i < 6; i += 1) { await knex.raw('select pg_sleep(0.3)'); await new Promise((done) => setTimeout(done, 200)); } }`,
    ],
  ])('%s is waited for', async (_, up) => {
    const tells = "process.on('beforeExit', () => { throw new Error('this is no end'); });";
    expect(await run({ '001_a.js': `${tells}\n${migration(up)}` })).toEqual([COMPLETED]);
  });
});

const never = new AbortController().signal;

const migration = (up: string, config = ''): string => `exports.up = ${up};\nexports.down = async () => {};\n${config}`;

const projectIn = (folder: string): Project => ({
  projectFolder: folder,
  workingFolder: folder,
  options: { knexfile: `${folder}/knexfile.js`, directory: [`${folder}/migrations`] },
  showValues: false,
  patienceMs: PATIENCE_MS,
  onOutput: () => {},
});

/** Applies all of them, one after the other. */
async function run(migrations: Readonly<Record<string, string>>): Promise<RunOutcome[]> {
  databases += 1;
  const target = await createDatabase(server, `silence ${databases}`);
  const files = Object.entries(migrations).map(([name, content]) => [`migrations/${name}`, content]);
  await using project = await aKnexProject({
    'knexfile.js': "module.exports = { client: 'pg' };",
    ...Object.fromEntries(files),
  });
  const set = await knexSource({ projectFolder: project.folder, options: {}, onOutput: () => {} }).list(never);
  await using session = await openSession(projectIn(project.folder), target, never);
  const outcomes: RunOutcome[] = [];
  for (const one of set.migrations) outcomes.push(await session.run(one, 'up', never));
  return outcomes;
}
