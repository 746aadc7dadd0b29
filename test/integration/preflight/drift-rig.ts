import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readSchemaSnapshot } from '../../../src/observers/schema/index.ts';
import { connect } from '../../../src/postgres/connect.ts';
import { compareSchema } from '../../../src/preflight/certificate/compare-schema.ts';
import { readProductionSchema } from '../../../src/preflight/certificate/production-schema.ts';
import { digestOf, leftOutOf } from '../../../src/preflight/certificate/schema-digest.ts';
import type { DriftedObject } from '../../../src/preflight/facts/rehearsal.ts';
import type { DatabaseTarget, EphemeralServer } from '../../../src/server/provider.ts';
import { aRecording } from '../../helpers/recordings.ts';
import { dumpTo, restoreInto } from '../../helpers/restored-copy.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';

/** Production on one server, the rehearsal's database on another. */
export interface DriftRig extends AsyncDisposable {
  readonly production: EphemeralServer;
  /** What seems to have drifted although nobody touched anything, once `prepare` has made production. */
  driftAfter(name: string, prepare: (target: DatabaseTarget) => Promise<void>): Promise<DriftedObject[]>;
}

/** @param plain the dump is made with a pg_dump that is newer than our pg_restore */
export async function openDriftRig(major: number, { plain = false } = {}): Promise<DriftRig> {
  const production = await startTestServer(major, { wal_level: 'logical' });
  const rehearsal = await startTestServer(major);
  return {
    production,
    async driftAfter(name, prepare) {
      const target = await createDatabase(production, name);
      await prepare(target);
      return await driftBetween(target, rehearsal, plain ? 'production.sql' : 'production.dump');
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([production, rehearsal].map((server) => server[Symbol.asyncDispose]()));
    },
  };
}

async function driftBetween(
  target: DatabaseTarget,
  rehearsal: EphemeralServer,
  dumpName: string,
): Promise<DriftedObject[]> {
  const folder = mkdtempSync(join(tmpdir(), 'pgrehearse-drift-'));
  try {
    const file = join(folder, dumpName);
    await dumpTo(target, file);
    const copy = await createDatabase(rehearsal, target.database);
    const { namedRoles, shimmedRoles } = await restoreInto(copy, file);
    const context = { server: rehearsal, database: target.database, bookkeeping: [] };
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
    await session.script(`drop role if exists pgr_stranger; create role pgr_stranger login password 'secret'`);
  }
  const url = new URL(target.connectionString);
  [url.username, url.password] = ['pgr_stranger', 'secret'];
  await using session = await connect(url.href, { applicationName: 'pgrehearse test', quiet: false });
  return await readProductionSchema(session, []);
}
