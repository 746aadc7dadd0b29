import { gunzipSync } from 'node:zlib';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

import { openOutputFolder } from '../../../src/cli/output-folder.ts';
import { knexTool } from '../../../src/migrations/knex/index.ts';
import type { MigrationSource } from '../../../src/migrations/source.ts';
import { connectProduction } from '../../../src/postgres/connect-production.ts';
import { connect, type Database } from '../../../src/postgres/connect.ts';
import { compareSchema } from '../../../src/preflight/certificate/compare-schema.ts';
import { gatherRehearsal } from '../../../src/preflight/certificate/gather-rehearsal.ts';
import { readProductionSchema } from '../../../src/preflight/certificate/production-schema.ts';
import { rehearsedSnapshot } from '../../../src/preflight/certificate/rehearsed-snapshot.ts';
import { certificateMigrationChecks } from '../../../src/preflight/checks/certificate-migrations.ts';
import type { RehearsalFacts } from '../../../src/preflight/facts/rehearsal.ts';
import { isKnown, type Reading } from '../../../src/preflight/reading.ts';
import type { DatabaseTarget, EphemeralServer } from '../../../src/server/provider.ts';
import { ensurePostgres } from '../../helpers/npm-packages.ts';
import { rehearseFolder } from '../../helpers/rehearse-folder.ts';
import { restoreInto } from '../../helpers/restored-copy.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';
import { noSignal } from '../../helpers/sql-project.ts';

test.each([14, 15, 16, 17, 18])(
  'the shop on PostgreSQL %i: no drift before, none after the release, for a role that may only look',
  async (major) => {
    process.env['PGREHEARSE_POSTGRES_HOME'] = await ensurePostgres(major);
    const backup = `fixtures/backups-by-major/shop-${major}.sql.gz`;
    const folder = mkdtempSync(join(tmpdir(), 'pgrehearse-shop-'));
    try {
      const certificate = await rehearsed(backup, major, folder);
      await using server = await startTestServer(major);
      const production = await productionFrom(backup, folder, server);
      const source = knexTool.create({ projectFolder: resolve('examples/shop'), options: {}, onOutput: () => {} });

      const before = await gather(certificate, source, production);
      expect(value(value(before.schema).drift)).toEqual([]);
      const { predicate } = value(before.certificate);
      expect(predicate.schema?.leftOut).toEqual(['securityLabels']);
      const pending = certificateMigrationChecks.flatMap((check) => [...check.ask({ rehearsal: before } as never, {})]);
      expect(pending.map(({ answer }) => answer)).toEqual(['pass', 'pass', 'pass', 'pass']);

      await migrate(source, production);
      await using session = await asLooker(production);
      const { bookkeeping } = await source.list(noSignal);
      const { after: digest, leftOut } = predicate.schema ?? { after: { sha256: '', objects: {} }, leftOut: [] };
      const snapshot = await rehearsedSnapshot(certificate, predicate, 'after');
      const expected = { digest, leftOut, ...(snapshot && { snapshot }) };
      expect(compareSchema(expected, await readProductionSchema(session, bookkeeping))).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

/** @returns path of the certificate */
async function rehearsed(backup: string, major: number, folder: string): Promise<string> {
  const flags = { backup, postgresVersion: String(major) };
  const { recording, verdict } = await rehearseFolder('examples/shop', { flags });
  await (await openOutputFolder(folder, { isOurs: false })).write(verdict, recording);
  return join(folder, 'certificate.json');
}

/** Owned by the shop's own role, which is no superuser. */
async function productionFrom(backup: string, folder: string, server: EphemeralServer): Promise<DatabaseTarget> {
  const file = join(folder, 'shop.sql');
  writeFileSync(file, gunzipSync(readFileSync(backup)));
  const production = await createDatabase(server, 'shop');
  await restoreInto(production, file);
  await using session = await connect(production.connectionString, { applicationName: 'pgrehearse test' });
  await session.script(`
    create role looker login password 'looker'; alter role shop_owner login password 'owner';
    alter database shop owner to shop_owner; grant select on knex_migrations, knex_migrations_lock to looker`);
  return production;
}

function gather(path: string, source: MigrationSource, production: DatabaseTarget): Promise<RehearsalFacts> {
  const connecting = () => asLooker(production);
  return gatherRehearsal({ certificate: { path, isDefault: false }, source, connect: connecting }, noSignal);
}

const asLooker = ({ host, port, database }: DatabaseTarget): Promise<Database> =>
  connectProduction(
    { host, port, database, user: 'looker', password: 'looker', tls: { mode: 'off' } },
    { applicationName: 'pgrehearse test' },
  );

/** Each by itself, as the owner; what fails is passed over, as it was in the rehearsal. */
async function migrate(source: MigrationSource, production: DatabaseTarget): Promise<void> {
  const url = new URL(production.connectionString);
  [url.username, url.password] = ['shop_owner', 'owner'];
  await using superuser = await connect(production.connectionString, { applicationName: 'pgrehearse test' });
  await superuser.script('alter role shop_owner superuser');
  const target = { ...production, user: 'shop_owner', password: 'owner', connectionString: url.href };
  await using session = await source.open(target, noSignal);
  const applied = new Set((await session.applied()).map(({ id }) => id));
  for (const migration of (await source.list(noSignal)).migrations) {
    if (!applied.has(migration.id)) await session.run(migration, 'up', noSignal);
  }
}

function value<Value>(reading: Reading<Value>): Value {
  if (!isKnown(reading)) throw new Error(`unknown: ${reading.unknown}`);
  return reading.value;
}
