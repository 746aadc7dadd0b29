import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { readSchemaSnapshot } from '../../../src/observers/schema/index.ts';
import { connect } from '../../../src/postgres/connect.ts';
import { compareSchema } from '../../../src/preflight/certificate/compare-schema.ts';
import { readProductionSchema } from '../../../src/preflight/certificate/production-schema.ts';
import { digestOf, leftOutOf } from '../../../src/preflight/certificate/schema-digest.ts';
import type { DatabaseTarget, EphemeralServer } from '../../../src/server/provider.ts';
import { dumpTo, restoreInto } from '../../helpers/restored-copy.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';
import { aRecording } from '../../helpers/recordings.ts';
import { LAB_SETUP, LAB_STATEMENTS } from '../observers/schema/lab.ts';
import { SETUP } from '../observers/schema/setup.ts';
import { MORE } from './certificate-objects.ts';

const MAJOR = Number(process.env['PGREHEARSE_TEST_MAJOR'] ?? 0);

describe.each(MAJOR ? [MAJOR] : [14, 15])('on PostgreSQL %i, production and its restored dump do not differ', (major) => {
  test('with an object of every kind, read by a role without any rights', async () => {
    expect(await driftOf(major, [...SETUP, ...MORE])).toEqual([]);
  });

  test('after each of the statements that migrations have', async () => {
    const since = LAB_STATEMENTS.filter((statement) => (statement.since ?? 0) <= major);
    expect(await driftOf(major, LAB_SETUP, since.map(({ sql }) => sql.join(';\n')))).toEqual([]);
  });
});

/** Production on one server, the rehearsal's database on another. */
async function driftOf(
  major: number,
  setup: readonly string[],
  attempts: readonly string[] = [],
): Promise<unknown[]> {
  await using production = await startTestServer(major, { wal_level: 'logical' });
  await using rehearsal = await startTestServer(major);
  const target = await createDatabase(production, 'shop');
  await runAll(target, setup, attempts);
  return await driftBetween(production, rehearsal, target);
}

async function driftBetween(
  production: EphemeralServer,
  rehearsal: EphemeralServer,
  target: DatabaseTarget,
): Promise<unknown[]> {
  const folder = mkdtempSync(join(tmpdir(), 'pgrehearse-drift-'));
  try {
    const file = join(folder, MAJOR ? 'shop.sql' : 'shop.dump');
    await dumpTo(target, file);
    const copy = await createDatabase(rehearsal, 'shop');
    const { namedRoles, shimmedRoles } = await restoreInto(copy, file);
    const context = { server: rehearsal, database: 'shop', bookkeeping: [] };
    await using session = await connect(copy.connectionString, { applicationName: 'pgrehearse test' });
    const restored = await readSchemaSnapshot(session, context);
    const leftOut = leftOutOf(restored, { ...aRecording().backup, namedRoles, shimmedRoles });
    const seen = await readAsStranger(target);
    return compareSchema({ digest: digestOf(restored, leftOut), leftOut, snapshot: restored }, seen);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A role that may connect and nothing else. */
async function readAsStranger(target: DatabaseTarget): ReturnType<typeof readProductionSchema> {
  {
    await using session = await connect(target.connectionString, { applicationName: 'pgrehearse test' });
    await session.script(`create role pgr_stranger login password 'secret'`);
  }
  const url = new URL(target.connectionString);
  url.username = 'pgr_stranger';
  url.password = 'secret';
  await using session = await connect(url.href, { applicationName: 'pgrehearse test', quiet: false });
  return await readProductionSchema(session, []);
}

async function runAll(target: DatabaseTarget, setup: readonly string[], attempts: readonly string[]): Promise<void> {
  await using session = await connect(target.connectionString, { applicationName: 'pgrehearse test' });
  for (const sql of setup) await session.script(sql);
  // Some exclude each other.
  for (const sql of attempts) {
    const one = sql.includes('CONCURRENTLY') || sql.includes('VACUUM') ? session.query(sql) : session.script(sql);
    await Promise.resolve(one).catch(() => {});
  }
}
