import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { roleShims } from '../../../src/backup/role-shims.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { rehearsalRequest } from '../../../src/config/rehearsal-request.ts';
import { schemaObserver } from '../../../src/observers/schema/index.ts';
import { connect } from '../../../src/postgres/connect.ts';
import { rehearse } from '../../../src/rehearsal/rehearse.ts';
import { copiedProject } from '../../helpers/copied-project.ts';
import { findingLines, rehearseFolder } from '../../helpers/rehearse-folder.ts';
import { type SharedServer, startSharedServer } from '../../helpers/shared-server.ts';

let shared: SharedServer;
beforeAll(async () => {
  shared = await startSharedServer();
});
afterAll(() => shared[Symbol.asyncDispose]());

const SCENARIO = 'scenarios/down-loses-data/bites';

const EXTERNAL = 'server: { provider: external, url: "${REHEARSAL_SERVER_URL}" }';

describe('a rehearsal on a server of others', () => {
  test.each(['admin', 'maker', 'modest'] as const)(
    'comes to the local verdict as %s and leaves nothing',
    async (role) => {
      using copy = copiedProject(SCENARIO, EXTERNAL);
      const before = await shared.inventory();
      const local = await rehearseFolder(SCENARIO);
      const there = await rehearseFolder(copy.folder, { env: { REHEARSAL_SERVER_URL: shared.urlFor(role) } });
      expect(findingLines(there.verdict)).toEqual(findingLines(local.verdict));
      expect(there.verdict.outcome).toBe(local.verdict.outcome);
      expect(there.verdict.notJudged).toEqual(local.verdict.notJudged);
      expect(there.recording.observerFailures.map(({ observer }) => observer)).toEqual(['statements']);
      expect(JSON.stringify(there)).not.toContain('s3cret');
      expect(await shared.inventory()).toEqual(before);
    },
  );

  test.each(['admin', 'maker'] as const)(
    'finds what is planted in the example shop as %s, from SQL and from an archive, two at once',
    async (role) => {
      const before = await shared.inventory();
      using sql = copiedProject('examples/shop', EXTERNAL, 'pgrehearse.sql.config.yaml');
      using archive = copiedProject('examples/shop', EXTERNAL, 'pgrehearse.sql.config.yaml');
      const env = { REHEARSAL_SERVER_URL: shared.urlFor(role) };
      const both = await Promise.all([
        rehearseFolder(sql.file, { env }),
        rehearseFolder(archive.file, { env, flags: { backup: 'fixtures/backups-by-major/shop-15.dump' } }),
      ]);
      for (const { verdict, recording } of both) {
        const found = findingLines(verdict).filter((line) => !line.startsWith('server-major-differs'));
        expect(found, JSON.stringify(verdict.findings, null, 1)).toEqual(await shopFindings());
        expect(verdict.notJudged).toEqual([]);
        expect(recording.backup.complaints).toEqual([]);
        expect(recording.backup.namedRoles).toContain('shop_owner');
      }
      await expect.poll(() => shared.inventory()).toEqual(before);
    },
  );

  test('stops where a role is missing and ours may not create it', async () => {
    using copy = copiedProject('examples/shop', EXTERNAL, 'pgrehearse.sql.config.yaml');
    const before = await shared.inventory();
    const attempt = rehearseFolder(copy.file, { env: { REHEARSAL_SERVER_URL: shared.urlFor('modest') } });
    await expect(attempt).rejects.toMatchObject({
      code: 'SERVER_RIGHTS_MISSING',
      message: expect.stringMatching(/shop_owner|reporting/),
    });
    await expect.poll(() => shared.inventory()).toEqual(before);
  });

  test('leaves roles of the server as they are, whatever a dump or its owner says', async () => {
    using copy = copiedProject(SCENARIO, EXTERNAL);
    const seed = join(copy.folder, 'seed.sql');
    const harm = `alter role powerless superuser password 'x'; drop role modest; grant admin to powerless; create role newcomer superuser login;
      alter system set work_mem = '1GB'; alter database company set work_mem = '1GB';`;
    writeFileSync(
      seed,
      `${harm}\n${readFileSync(seed, 'utf8')}\nalter table customers owner to newcomer;\nalter table customers owner to powerless;`,
    );
    const before = await shared.inventory();
    const { recording } = await rehearseFolder(copy.folder, { env: { REHEARSAL_SERVER_URL: shared.urlFor('admin') } });
    expect(recording.backup.complaints).toEqual([]);
    expect(recording.server.migrationRole).toBe('admin');
    await expect.poll(() => shared.inventory()).toEqual(before);
    await using session = await connect(shared.server.target('company').connectionString, { applicationName: 'test' });
    expect(await session.query('show work_mem')).toEqual([{ work_mem: '4MB' }]);
    expect(
      await session.query('select 1 from pg_auth_members m join pg_roles r on r.oid = m.member where rolname = $1', [
        'powerless',
      ]),
    ).toEqual([]);
  });

  test.each([
    ['a backup that cannot be read', 'seed.sql', '\u0000\u0001 no dump'],
    ['migrations that cannot be read', 'migrations/nonsense.down.sql', 'select'],
  ])('leaves nothing after %s', async (_, file, content) => {
    using copy = copiedProject(SCENARIO, EXTERNAL);
    writeFileSync(join(copy.folder, file), content);
    const before = await shared.inventory();
    await rehearseFolder(copy.folder, { env: { REHEARSAL_SERVER_URL: shared.urlFor('maker') } }).catch(() => {});
    await expect.poll(() => shared.inventory()).toEqual(before);
  });

  test.each(['server-started', 'restored', 'step-started', 'step-finished'] as const)(
    'leaves nothing when interrupted at %s',
    async (at) => {
      using copy = copiedProject(SCENARIO, EXTERNAL);
      const before = await shared.inventory();
      const config = await loadConfig(copy.folder, {}, { REHEARSAL_SERVER_URL: shared.urlFor('maker') }, process.cwd());
      const stopping = new AbortController();
      const onEvent = ({ kind }: { readonly kind: string }): void => {
        if (kind === at) stopping.abort(new Error('stop'));
      };
      await rehearse(rehearsalRequest(config, { showValues: false }), onEvent, stopping.signal).catch(() => {});
      expect(stopping.signal.aborted).toBe(true);
      await expect.poll(() => shared.inventory()).toEqual(before);
    },
  );

  test('refuses the server of preflight.url', async () => {
    using copy = copiedProject(SCENARIO, `${EXTERNAL}\npreflight: { url: "\${PRODUCTION_URL}" }`);
    const env = { REHEARSAL_SERVER_URL: shared.urlFor('admin'), PRODUCTION_URL: shared.urlFor('powerless') };
    await expect(rehearseFolder(copy.folder, { env })).rejects.toMatchObject({ code: 'SERVER_REFUSED' });
  });
});

async function shopFindings(): Promise<readonly string[]> {
  const { verdict } = await (local ??= rehearseFolder('examples/shop/pgrehearse.sql.config.yaml'));
  return findingLines(verdict);
}

let local: ReturnType<typeof rehearseFolder> | undefined;

test('a role that another rehearsal makes and removes meanwhile is no change of the schema', async () => {
  const context = { server: shared.server, database: 'company', bookkeeping: [] };
  await using watch = await schemaObserver.open(context);
  await using session = await connect(shared.server.target('postgres').connectionString, { applicationName: 'test' });
  const upkeep = roleShims(session, true);
  await upkeep.ensure(['of_another_run']);
  expect(await watch.afterStep()).toEqual({ schema: [] });
  await session.query('drop role of_another_run');
  await session.query('create role of_a_migration');
  const { schema = [] } = await watch.afterStep();
  expect(schema.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['role of_a_migration']);
  await session.query('drop role of_a_migration');
});
