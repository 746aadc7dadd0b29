import { afterAll, beforeAll, expect, test } from 'vitest';

import { connect } from '../../../src/postgres/connect.ts';
import type { ServerSpec } from '../../../src/server/provider.ts';
import { externalServer } from '../../../src/server/external/external-server.ts';
import { comparable, keptRuns } from '../../helpers/kept-runs.ts';
import { aProject, CUSTOMERS } from '../../helpers/project.ts';
import { type SharedServer, startSharedServer } from '../../helpers/shared-server.ts';

let shared: SharedServer;
beforeAll(async () => {
  shared = await startSharedServer();
});
afterAll(() => shared[Symbol.asyncDispose]());

const PROJECT = {
  seed: `${CUSTOMERS} alter table customers owner to shop_owner;`,
  migrations: {
    '1_add': ['alter table customers add y int', 'alter table customers drop y'],
    '2_half': ['create table left_behind (a int)', 'select 1'],
    '3_after': ['create table after_it (a int)', 'drop table after_it'],
  },
  config: 'server: { provider: external, url: "${REHEARSAL_SERVER_URL}" }\n',
} as const;

/** The number of a run is in the name of its database. */
const withoutRunId = (recording: unknown): unknown =>
  JSON.parse(JSON.stringify(recording).replaceAll(/[0-9a-f]{16}/g, '<run>'));

test.each(['admin', 'maker'] as const)('databases on a shared server are kept and branched, as %s', async (role) => {
  using project = aProject(PROJECT);
  await using kept = keptRuns();
  const before = await shared.inventory();
  const url = shared.urlFor(role);
  const spec: ServerSpec = { settings: {}, projectFolder: project.folder, external: { url, production: [] } };
  const env = { ...process.env, REHEARSAL_SERVER_URL: url };

  const first = await kept.run(project.folder, { env });
  const stays = await shared.inventory();
  expect(stays.filter((line) => line.startsWith('database pgrehearse_'))).toHaveLength(3);
  expect(stays.filter((line) => /^(?:lock|session|prepared)/.test(line))).toEqual([]);
  // Somebody else's start sweeps, and leaves them.
  await (await externalServer.start(spec, new AbortController().signal))[Symbol.asyncDispose]();
  expect(await shared.inventory()).toEqual(stays);

  const second = await kept.run(project.folder, { env });
  expect([first, second].map(({ isBranched }) => isBranched)).toEqual([false, true]);
  expect(withoutRunId(comparable(second.recording))).toEqual(withoutRunId(comparable(first.recording)));
  expect(await shared.inventory()).toEqual(stays);
  expect(kept.files().filter((file) => file.endsWith('.pgpass'))).toEqual([]);
  expect(JSON.stringify([await kept.states(), first.events])).not.toContain('s3cret');

  expect(await kept.cleanUp()).toMatchObject([{ removed: false, reason: expect.stringMatching(/server\.url/) }]);
  expect(await kept.cleanUp('external', spec)).toMatchObject([{ removed: true }]);
  await expect.poll(() => shared.inventory(), { timeout: 20_000 }).toEqual(before);
});

test('is restored anew when a role of the backup is gone, and refused once the server is production', async () => {
  using project = aProject({ ...PROJECT, seed: `${CUSTOMERS} grant select on customers to reader_role;` });
  await using kept = keptRuns();
  const url = shared.urlFor('admin');
  const spec: ServerSpec = { settings: {}, projectFolder: project.folder, external: { url, production: [] } };
  const env = { ...process.env, REHEARSAL_SERVER_URL: url };
  await kept.run(project.folder, { env });
  const { port } = shared.server.target('postgres');
  const refused = { ...spec, external: { url, production: [`127.0.0.1:${port}`] } };
  expect(await kept.cleanUp('external', refused)).toMatchObject([{ removed: false }, { removed: false }]);
  await using admin = await connect(shared.server.target('postgres').connectionString, { applicationName: 'test' });
  await admin.query(`alter role reader_role rename to somebody_else`);
  const again = await kept.run(project.folder, { env });
  expect(again.isBranched).toBe(false);
  expect(again.said.join('\n')).toMatch(/the role reader_role of the backup is gone/);
  expect(await kept.states()).toHaveLength(1);
  expect(await kept.cleanUp('external', spec)).toMatchObject([{ removed: true }]);
  await admin.query('drop role if exists somebody_else');
});

const MARKS = `select datname::text as name, shobj_description(oid, 'pg_database') as comment
  from pg_database where datname like 'pgrehearse%' order by 1`;

test('a run that is killed while it keeps its databases leaves none that no sweep takes', async () => {
  const spec: ServerSpec = {
    settings: {},
    projectFolder: '/',
    external: { url: shared.urlFor('maker'), production: [] },
  };
  const server = await externalServer.start(spec, new AbortController().signal);
  const remembered: unknown[] = [];
  const killed = server.keep?.('record', async (kept) => {
    remembered.push(kept);
    throw new Error('killed');
  });
  await expect(killed).rejects.toThrow('killed');
  await using admin = await connect(shared.server.target('postgres').connectionString, { applicationName: 'test' });
  const marks = await admin.query<{ comment: string }>(MARKS);
  expect(remembered).toMatchObject([{ details: { user: 'maker' } }]);
  expect(marks.map(({ comment }) => comment.split(' ').slice(0, 2))).toEqual([
    ['pgrehearse', 'run'],
    ['pgrehearse', 'run'],
  ]);
  await server[Symbol.asyncDispose]();
});
