import { expect, test } from 'vitest';

import { diffSnapshots } from '../../../../src/recording/changes.ts';
import { readSchemaSnapshot } from '../../../../src/observers/schema/index.ts';
import { connect } from '../../../../src/postgres/connect.ts';
import { dumpSchema } from '../../../helpers/pg-dump.ts';
import { createDatabase, startTestServer } from '../../../helpers/servers.ts';
import { LAB_SETUP, LAB_STATEMENTS } from './lab.ts';
import { beyondPosition, nameOf } from './rig.ts';

test.each([14, 15])('on PostgreSQL %i each statement of the lab differs for us as for pg_dump', async (major) => {
  await using server = await startTestServer(major);
  const original = await createDatabase(server, 'original');
  await onDatabase(original.connectionString, LAB_SETUP);
  const before = { dump: await dumpOf(original), snapshot: await snapshotOf('original') };
  const disagreements: string[] = [];

  for (const { sql } of LAB_STATEMENTS.filter(({ since = 0 }) => major >= since)) {
    await onDatabase(server.target('postgres').connectionString, [
      'drop database if exists copy',
      'create database copy template original',
    ]);
    const copy = server.target('copy');
    await onDatabase(copy.connectionString, sql);
    const ours = beyondPosition(diffSnapshots(before.snapshot, await snapshotOf('copy'))).filter(
      ({ kind }) => kind !== 'database',
    );
    const theirs = (await dumpOf(copy)) !== before.dump;
    if (ours.length > 0 !== theirs) disagreements.push(`${sql.join('; ')}: we say ${ours.map(nameOf).join(', ')}`);
  }
  expect(disagreements).toEqual([]);

  async function snapshotOf(database: string) {
    const { connectionString } = server.target(database);
    await using session = await connect(connectionString, { applicationName: 'pgrehearse test' });
    return await readSchemaSnapshot(session, { server, database, bookkeeping: [] });
  }
});

async function onDatabase(connectionString: string, statements: readonly string[]): Promise<void> {
  await using session = await connect(connectionString, { applicationName: 'pgrehearse test' });
  for (const statement of statements) await session.script(statement);
}

const dumpOf = async (target: Parameters<typeof dumpSchema>[0]): Promise<string> =>
  (await dumpSchema(target)).filter((entry) => !/; Type: DATABASE/.test(entry)).join('\n');
