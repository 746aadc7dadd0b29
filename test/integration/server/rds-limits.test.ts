import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { connect } from '../../../src/postgres/connect.ts';
import { openAws } from '../../../src/preflight/aws/clients.ts';
import { writeLedger, type Ledger } from '../../../src/preflight/aws/drill/teardown-ledger.ts';
import type { RdsServerSpec, ServerSpec } from '../../../src/server/provider.ts';
import { rdsServer } from '../../../src/server/rds/rds-server.ts';
import { takeUp } from '../../../src/server/rds/take-up.ts';
import { ownIdentity } from '../../../src/support/process-identity.ts';
import { startAwsServer } from '../../helpers/aws-server/index.ts';
import { aWorld } from '../../helpers/aws-server/world/a-world.ts';
import { anInstance } from '../../helpers/aws-server/world/instances.ts';
import { FAST } from '../../helpers/aws-writing.ts';
import { aProject } from '../../helpers/project.ts';
import { anRdsRig, RDS_SEED, type RdsRig } from '../../helpers/rds-rig.ts';
import { findingLines, rehearseFolder, type Rehearsed } from '../../helpers/rehearse-folder.ts';
import { encrypt, hasOpenssl } from '../../helpers/tls.ts';

let folder: string;
let dump: string;
let rig: RdsRig | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgrehearse-test-rds-'));
  dump = join(folder, 'production.dump.sql');
  writeFileSync(dump, RDS_SEED);
});
afterEach(async () => {
  await rig?.[Symbol.asyncDispose]();
  rig = undefined;
  rmSync(folder, { recursive: true });
});

const specFor = ({ env, stateFolder }: RdsRig, change: Partial<RdsServerSpec> = {}): ServerSpec => ({
  settings: {},
  projectFolder: folder,
  rds: {
    identifier: 'shop',
    database: 'shop',
    maxHours: 0.1,
    pollSeconds: 0.02,
    allowCustomEndpoint: true,
    production: [],
    stateFolder,
    env,
    ...change,
  },
});

const never = new AbortController().signal;

async function rehearse(of: RdsRig): Promise<Rehearsed> {
  using project = aProject({
    migrations: {
      '1_city': ['alter table customers add column city text', 'alter table customers drop column city'],
      '2_lower': ['update customers set email = lower(email)', 'select 1'],
    },
    config:
      'server: { provider: rds, rds: { identifier: shop, database: shop, pollSeconds: 0.02, allowCustomEndpoint: true } }\nmigrations: { tool: sql }\n',
  });
  return await rehearseFolder(project.folder, { env: { ...of.env } });
}

describe('where RDS gives less', () => {
  test('a role that the master user may not enter: as the master user, and never safe', async () => {
    // From 16 on CREATEROLE alone gives nothing over roles that others made.
    const last = `do $$ begin
      if current_setting('server_version_num')::int >= 160000 then revoke shop from master; else alter role master nocreaterole; end if;
    end $$`;
    rig = await anRdsRig({ world: aWorld(), roles: 'create role shop login', dump, finally: last });
    const { recording, verdict } = await rehearse(rig);
    expect(recording.server.migrationRole).toBe('master');
    expect(verdict.outcome).not.toBe('safe');
    expect(rig.left()).toEqual([]);
  });

  test('a write-ahead log that cannot be marked, as on Aurora: contents are read all the same', async () => {
    const last = `do $$ declare f regprocedure; begin
      for f in select oid from pg_proc where proname in ('pg_logical_emit_message', 'pg_current_wal_insert_lsn') loop
        execute format('revoke execute on function %s from public', f);
      end loop;
    end $$`;
    rig = await anRdsRig({ world: aWorld(), roles: 'create role shop login', dump, finally: last });
    const { recording, verdict } = await rehearse(rig);
    expect(recording.observed).toContain('data');
    expect(recording.observerFailures.map(({ observer }) => observer).toSorted()).toEqual(['resources', 'statements']);
    expect(verdict.notJudged).toEqual([]);
    expect(findingLines(verdict)).toEqual(['down-missing 2_lower', 'up-changes-data 2_lower']);
  });
});

test('when its time is up it is taken away also under somebody who does not listen', async () => {
  rig = await anRdsRig({ world: aWorld(), roles: 'create role shop login', dump });
  await using server = await rdsServer.start(specFor(rig, { maxHours: 45 / 3_600 }), never);
  expect(server.expiry?.aborted).toBe(false);
  while (rig.left().length > 0) await sleep(100);
  expect(server.expiry?.reason).toMatchObject({ message: expect.stringContaining('The time limit of 45 s') as string });
  // It is forgotten a look later than it is gone.
  const used = rig;
  await expect.poll(() => used.ledgers(), { timeout: 30_000 }).toEqual([]);
});

describe.runIf(hasOpenssl())('TLS', () => {
  test('is used, also without a root certificate', async () => {
    rig = await anRdsRig({ world: aWorld(), roles: 'create role shop login', dump });
    void speakTls(rig);
    await using server = await rdsServer.start(specFor(rig), never);
    await using session = await connect(server.target('shop').connectionString, {
      applicationName: 'test',
      quiet: false,
    });
    expect(await session.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()')).toEqual([{ ssl: true }]);
    expect(server.target('shop').libpq).toMatchObject({ PGSSLMODE: 'require' });
  });

  test('with a root certificate the server must be the one that it says', async () => {
    rig = await anRdsRig({ world: aWorld(), roles: 'create role shop login', dump });
    const certificates = speakTls(rig);
    // Not known before the start: the file is written when the server is there.
    const sslRootCert = join(folder, 'root.pem');
    certificates.then(
      (pem) => writeFileSync(sslRootCert, pem),
      () => {},
    );
    await using server = await rdsServer.start(specFor(rig, { sslRootCert }), never);
    expect(server.target('shop').libpq).toMatchObject({ PGSSLMODE: 'verify-full', PGSSLROOTCERT: sslRootCert });
  });

  /** What is restored is called localhost and speaks TLS. Resolves with its certificate. */
  function speakTls({ aws: { world }, running }: RdsRig): Promise<string> {
    const { onRestore } = world;
    return new Promise((resolve) => {
      world.onRestore = async (restored) => {
        const place = await onRestore?.(restored);
        const server = running.get(restored.identifier);
        if (!place || !server) return place;
        resolve(readFileSync(await encrypt(server), 'utf8'));
        return { ...place, address: 'localhost' };
      };
    });
  }
});

test('of two runs that start at once only one goes on with what a dead one left', async () => {
  await using server = await startAwsServer({ world: aWorld() });
  const nonce = 'ab'.repeat(16);
  const id = 'pgrehearse-drill-shop-20261125120000-abababab';
  const ledger: Ledger = {
    format: 1,
    runId: 'dead',
    owner: { ...ownIdentity(), pid: 2 ** 22 - 3, startedAt: '1' },
    account: server.world.account,
    region: server.world.region,
    endpoint: new URL(server.url).host,
    startedAt: new Date(Date.now() - 60_000).toISOString(),
    nonce,
    never: [],
    things: [{ kind: 'instance', id, askedAt: new Date(Date.now() - 60_000).toISOString() }],
    rehearsal: { wish: 'the same', id, tags: {}, entered: false },
  };
  server.world.instances.push(
    anInstance({
      DBInstanceIdentifier: id,
      DbiResourceId: 'db-OURS',
      TagList: [{ Key: 'pgrehearse:nonce', Value: nonce }],
    }),
  );
  const stateFolder = join(folder, 'state');
  mkdirSync(stateFolder);
  await writeLedger(stateFolder, ledger);
  using aws = await openAws({}, server.env);
  const options = { stateFolder, wish: 'the same', limitMs: 3_600_000, pace: FAST, onNews: () => {} };
  const taken = await Promise.all([1, 2, 3].map(() => takeUp(aws, options, never)));
  expect(taken.filter(({ ledger: one }) => one !== undefined)).toHaveLength(1);
  expect(server.world.instances.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier)).toContain(id);
  expect(readdirSync(stateFolder)).toEqual([`drill-${nonce}.json`]);
  // Also when who went on with it died at that.
  await writeLedger(stateFolder, ledger);
  writeFileSync(join(stateFolder, `drill-${nonce}.claim`), JSON.stringify(ledger.owner));
  expect((await takeUp(aws, options, never)).ledger).toBeDefined();
  // Not with another wish, nor after somebody has logged in, nor when half of its time is gone.
  for (const change of [
    { rehearsal: { wish: 'another', id, tags: {}, entered: false } },
    { rehearsal: { wish: 'the same', id, tags: {}, entered: true } },
    { startedAt: new Date(Date.now() - 1_900_000).toISOString() },
  ]) {
    server.world.instances.splice(1);
    await writeLedger(stateFolder, { ...ledger, ...change });
    expect((await takeUp(aws, options, never)).ledger).toBeUndefined();
  }
});
