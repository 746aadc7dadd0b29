import { describe, expect, test } from 'vitest';

import { connect } from '../../../src/postgres/connect.ts';
import { compareSchema } from '../../../src/preflight/certificate/compare-schema.ts';
import { digestOf } from '../../../src/preflight/certificate/schema-digest.ts';
import { applySchemaChanges } from '../../../src/recording/changes.ts';
import { describeSchemaChange } from '../../../src/recording/describe-change.ts';
import type { DatabaseTarget } from '../../../src/server/provider.ts';
import { startTestServer } from '../../helpers/servers.ts';
import { DDL_GROUPS, ddlOf } from '../observers/schema/ddl.ts';
import { LAB_SETUP, LAB_STATEMENTS } from '../observers/schema/lab.ts';
import { openRig } from '../observers/schema/rig.ts';
import { SETUP } from '../observers/schema/setup.ts';
import { MORE } from './certificate-objects.ts';
import { openDriftRig } from './drift-rig.ts';

/** With `PGREHEARSE_TEST_PG_DUMP` as new: that major instead. Of these two a `pg_dump` of 15 can make a dump. */
const MAJOR = Number(process.env['PGREHEARSE_TEST_MAJOR'] ?? 0);

describe.each(MAJOR ? [MAJOR] : [14, 15])(
  'on PostgreSQL %i, production and its restored dump do not differ',
  (major) => {
    test('with an object of every kind, read by a role without any rights', async () => {
      await using rig = await openDriftRig(major, { plain: MAJOR > 0 });
      expect(await rig.driftAfter('shop', (target) => runAll(target, [...SETUP, ...MORE]))).toEqual([]);
    });

    test('after each of the statements that migrations have', async () => {
      await using rig = await openDriftRig(major, { plain: MAJOR > 0 });
      const statements = LAB_STATEMENTS.filter(({ since = 0 }) => since <= major).map(({ sql }) => sql.join(';\n'));
      expect(await rig.driftAfter('shop', (target) => runAll(target, LAB_SETUP, statements))).toEqual([]);
    });
  },
);

describe('what somebody did to production', () => {
  test.each(DDL_GROUPS)('%s: each statement is seen, but for what a dump does not hold', async (group) => {
    await using server = await startTestServer(18, { wal_level: 'logical' });
    await using rig = await openRig(server, group.replaceAll(/\W/g, '_'), SETUP);
    const missed: string[] = [];
    let before = await rig.fresh();
    for (const { sql, undo = [] } of ddlOf(group, server.major)) {
      await rig.run(sql);
      const changes = await rig.afterStep();
      const after = applySchemaChanges(before, [changes]);
      const drift = compareSchema({ digest: digestOf(before, []), leftOut: [] }, after);
      if (changes.length > 0 && drift.length === 0) missed.push(...changes.flatMap(describeSchemaChange));
      await rig.run(undo);
      before = applySchemaChanges(after, [await rig.afterStep()]);
    }
    expect(missed).toEqual(MISSED[group] ?? []);
  });
});

/** What a restored database cannot have in common with production, or what says nothing of the schema. */
const MISSED: Readonly<Record<string, readonly string[]>> = {
  relations: ['table app.orders: tablespace none → pgr_space', 'materialized view app.sums: populated yes → no'],
  indexes: [
    'index app.orders_pkey: tablespace none → pgr_space',
    'index app.orders_placed: tablespace none → pgr_space',
  ],
  privileges: [
    'language sql added',
    'table pg_catalog.pg_authid added',
    'column pg_catalog.pg_authid.rolname added',
    'database privileges: privileges + =Tc/postgres, + pgr_bob=c/postgres, + postgres=CTc/postgres',
  ],
  comments: [
    'schema public: comment standard public schema → theirs',
    'extension hstore: comment data type for storing sets of (key, value) pairs → keys',
    'subscription pgr_subscription: comment none → in',
    'role pgr_bob: comment none → bob',
    'database comments: comment none → db',
  ],
  remote: [
    'user mapping pgr_alice on pgr_server: options changed',
    'subscription pgr_subscription: connection changed',
    'subscription pgr_subscription: binary no → yes',
    'subscription pgr_subscription: disable on error no → yes',
    'subscription pgr_subscription: publications - p, + q',
  ],
  cluster: [
    'role pgr_carol added',
    'role pgr_bob: create database no → yes',
    'role pgr_bob: valid until none → 2031-01-01 00:00:00+00',
    'role pgr_bob: inherit yes → no',
    'role pgr_alice: password none → set',
    'role pgr_bob: member of + pgr_group by postgres',
    'role pgr_bob: member of + pgr_group with admin by postgres',
    'role pgr_bob: member of + pgr_group without inherit by postgres',
    'role setting pgr_bob added',
    'role setting pgr_bob in this database added',
    'role setting all roles in this database added',
    'database cluster: connection limit none → 77',
    'role setting all roles added',
    'parameter work_mem added',
    'tablespace pgr_space: options + random_page_cost=2',
    'tablespace pgr_space: privileges + pgr_bob=C/postgres, + postgres=C/postgres',
    'large objects postgres added',
  ],
};

async function runAll(
  target: DatabaseTarget,
  setup: readonly string[],
  attempts: readonly string[] = [],
): Promise<void> {
  await using session = await connect(target.connectionString, { applicationName: 'pgrehearse test' });
  for (const sql of setup) await session.script(sql);
  // Some exclude each other.
  for (const sql of attempts) {
    const one = sql.includes('CONCURRENTLY') || sql.includes('VACUUM') ? session.query(sql) : session.script(sql);
    await Promise.resolve(one).catch(() => {});
  }
}
