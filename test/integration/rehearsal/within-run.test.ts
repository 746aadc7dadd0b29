import { expect, test } from 'vitest';

import { connect } from '../../../src/postgres/connect.ts';
import type { FilledServer } from '../../../src/rehearsal/keeping/filled-server.ts';
import { WithinRun } from '../../../src/rehearsal/keeping/within-run.ts';
import type { EphemeralServer } from '../../../src/server/provider.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';

const never = new AbortController().signal;

/** Servers with one filled database each, as restores make them. */
class Restores {
  readonly servers: EphemeralServer[] = [];
  gone = 0;

  readonly restore = async (): Promise<FilledServer> => {
    const server = await startTestServer();
    await createDatabase(server, 'shop');
    await run(server, 'create table t as select i from generate_series(1, 1000) i');
    this.servers.push(server);
    const dispose = async (): Promise<void> => {
      this.gone += 1;
      await server[Symbol.asyncDispose]();
    };
    return { server, database: 'shop', [Symbol.asyncDispose]: dispose };
  };
}

async function run(server: EphemeralServer, ...statements: string[]): Promise<Record<string, unknown>[]> {
  await using session = await connect(server.target('shop').connectionString, { applicationName: 'test' });
  let rows: Record<string, unknown>[] = [];
  for (const statement of statements) rows = await session.query(statement);
  return rows;
}

const rowsOf = (server: EphemeralServer): Promise<Record<string, unknown>[]> =>
  run(server, 'select count(*)::int as rows, sum(i)::int as sum from t');

test('the start state is branched on the same server, until something outside of the database has changed', async () => {
  const restores = new Restores();
  await using starts = new WithinRun({ startsSlowly: true });
  const first = await starts.filled(restores.restore, never);
  const whole = await rowsOf(first.server);
  await run(first.server, 'delete from t where i > 10', 'create table more ()');
  await first[Symbol.asyncDispose]();

  const second = await starts.filled(restores.restore, never);
  expect(second.branched).toBeDefined();
  expect(restores.servers).toEqual([second.server]);
  expect(await rowsOf(second.server)).toEqual(whole);
  await run(second.server, 'drop table t', 'create role somebody');
  await second[Symbol.asyncDispose]();

  const third = await starts.filled(restores.restore, never);
  expect(third.branched).toBeUndefined();
  expect(restores.servers).toHaveLength(2);
  expect(restores.gone).toBe(1);
  expect(await rowsOf(third.server)).toEqual(whole);
  await starts[Symbol.asyncDispose]();
  expect(restores.gone).toBe(2);
});

test('a role is given back as it was before the migration tool had it', async () => {
  const restores = new Restores();
  await using starts = new WithinRun({ startsSlowly: true });
  const withRole = async (): Promise<FilledServer> => {
    const filled = await restores.restore();
    await run(filled.server, 'create role app nologin');
    return filled;
  };
  const { server } = await starts.filled(withRole, never);
  await using upkeep = await connect(server.target('postgres').connectionString, { applicationName: 'test' });
  await starts.rememberRole(upkeep, 'app');
  await upkeep.query(`alter role app login superuser password 'x'`);
  const again = await starts.filled(withRole, never);
  expect(again.server).toBe(server);
  expect(await run(server, `select rolsuper, rolcanlogin, rolpassword from pg_authid where rolname = 'app'`)).toEqual([
    { rolsuper: false, rolcanlogin: false, rolpassword: null },
  ]);
});

const SLOW = { startsSlowly: true };
const LITTLE = { where: '/', freeBytes: 100_000_000, totalBytes: 1_000_000_000, hint: '' };
const SHARED = { database: 'shop' };
const CONTENTS = { database: 'shop', restoreMs: 1 };

test.each<[string, (filled: FilledServer) => FilledServer, { startsSlowly?: boolean }]>([
  ['a small database where servers start fast', (filled) => filled, {}],
  [
    'a disk without room',
    ({ server, ...filled }) => ({ ...filled, server: { ...server, room: async () => LITTLE } }),
    SLOW,
  ],
  ['a server that others use', ({ server, ...filled }) => ({ ...filled, server: { ...server, shared: SHARED } }), SLOW],
  [
    'a server that nobody can restore into',
    ({ server, ...filled }) => ({ ...filled, server: { ...server, contents: CONTENTS } }),
    SLOW,
  ],
])('%s is not copied: each stage has a server of its own', async (_, change, provider) => {
  const restores = new Restores();
  await using starts = new WithinRun(provider);
  for (const servers of [1, 2]) {
    const filled = await starts.filled(async () => change(await restores.restore()), never);
    const databases = await run(filled.server, `select from pg_database where datname = 'pgrehearse_pristine'`);
    expect(databases).toEqual([]);
    await filled[Symbol.asyncDispose]();
    expect([restores.servers.length, restores.gone]).toEqual([servers, servers]);
  }
});

test('an abort during the copy waits for nothing, and the server goes', async () => {
  const restores = new Restores();
  await using starts = new WithinRun(SLOW);
  const abort = new AbortController();
  const held = async (): Promise<FilledServer> => {
    const filled = await restores.restore();
    // A copy of the database waits for whoever is in it.
    const session = await connect(filled.server.target('shop').connectionString, { applicationName: 'test' });
    await session.query('begin');
    await session.query('lock table pg_catalog.pg_database in access exclusive mode');
    setTimeout(() => abort.abort(new Error('stop')), 500);
    return filled;
  };
  await expect(starts.filled(held, abort.signal)).rejects.toThrow('stop');
  expect(restores.gone).toBe(1);
});
