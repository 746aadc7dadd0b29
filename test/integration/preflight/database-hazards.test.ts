import { afterAll, afterEach, describe, expect, test } from 'vitest';

import { startRig, pause, until, type Rig } from './database-rig.ts';

/** Each hazard is really there, is said, and is not said before and after. */
describe.each([14, 15, 16, 17, 18])('PostgreSQL %i', (major) => {
  let started: Promise<Rig> | undefined;
  // In a test and not before all: only there can it be skipped where the server cannot be had.
  const rig = (): Promise<Rig> => (started ??= ready(major));
  /** Takes the hazard away again. */
  const undo: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const step of undo.splice(0).toReversed()) await step();
    await settle(await rig());
  });

  afterAll(async () => {
    await (await started)?.[Symbol.asyncDispose]();
  });

  /** Runs as superuser, and its opposite afterwards; in sessions that end, since only then is what they did counted. */
  const change = async (sql: string, back: string): Promise<void> => {
    undo.push(() => alone(back));
    await alone(sql);
  };

  const alone = async (sql: string): Promise<void> => {
    await using session = await (await rig()).session('root');
    await session.script('set default_transaction_read_only = off');
    await statements(session, sql);
  };

  /** A session of somebody else's, gone after the test; its script is not waited for when `waits`. */
  const other = async (sql: string, { waits = false, application = 'shop' } = {}) => {
    const { session, root } = await rig();
    const database = await session(application);
    undo.push(async () => {
      await root.query('select pg_terminate_backend($1)', [database.processId]);
      await database[Symbol.asyncDispose]();
    });
    const done = statements(database, sql).catch(() => {});
    if (!waits) await done;
    return database;
  };

  test('a healthy database: nothing to say, every question answered', async () => {
    const { gather, said } = await rig();
    expect(await said()).toEqual({});
    const unknowns = Object.entries(await gather()).filter(
      ([, value]) => typeof value === 'object' && 'unknown' in value,
    );
    expect(unknowns).toEqual([]);
  });

  test('a role that sees nothing of others: unknown while there are others, and no pass', async () => {
    const { said } = await rig();
    expect(await said({ as: 'blind' })).toEqual({
      // The superuser of this test is there, idle.
      'long-transaction': 'unknown',
      'idle-transaction': 'unknown',
      'dump-running': 'unknown',
      'sequence-near-end': 'unknown',
    });
  });

  test('a session idle in its transaction', async () => {
    const { said } = await rig();
    await other('begin; select 1');
    await pause(300);
    expect(await said({ limits: { 'idle-transaction': { maxSeconds: 0.2 } } })).toEqual({ 'idle-transaction': 'fail' });
  });

  test('a long transaction with a lock on a target', async () => {
    const { said } = await rig();
    await other('begin; lock table users in row exclusive mode; select pg_sleep(30)', { waits: true });
    await pause(300);
    const limits = { 'long-transaction': { maxSeconds: 0.2 }, 'target-locked': { maxSeconds: 0.2 } };
    expect(await said({ limits })).toEqual({ 'long-transaction': 'fail', 'target-locked': 'fail' });
    // Whose lock it is can be seen by anyone, for how long it has been held cannot.
    expect(await said({ limits, as: 'blind' })).toMatchObject({
      'long-transaction': 'unknown',
      'target-locked': 'unknown',
    });
  });

  test('pg_dump', async () => {
    const { said } = await rig();
    await other('begin; lock table orders in access share mode', { application: 'pg_dump' });
    expect(await said()).toEqual({ 'dump-running': 'fail' });
  });

  test('a waiting ALTER TABLE: said at once, without waiting behind it', async () => {
    const { gather, said, root } = await rig();
    // More to ask about the table, in questions whose usual forms open it.
    await change(
      `alter table users add constraint positive check (country > 0) not valid;
       create publication news for table users`,
      'drop publication news; alter table users drop constraint positive',
    );
    await other('begin; lock table users in access share mode');
    const waiting = await other('alter table users add column x int', { waits: true });
    await until(async () => isWaiting(root, waiting.processId), 'ALTER TABLE waits');
    const start = performance.now();
    const facts = await gather();
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(facts.blocked).toEqual([]);
    expect(Object.entries(facts).filter(([, value]) => typeof value === 'object' && 'unknown' in value)).toEqual([]);
    const expected = {
      'constraint-left-unvalidated': 'warn',
      'lock-queue': 'fail',
      'target-published': 'warn',
    };
    expect(await said()).toEqual(expected);
    expect(await said({ as: 'blind' })).toMatchObject(expected);
  });

  test('a queue at another table', async () => {
    const { said, root } = await rig();
    await other('begin; lock table orders in access share mode');
    const waiting = await other('alter table orders add column x int', { waits: true });
    await until(async () => isWaiting(root, waiting.processId), 'ALTER TABLE waits');
    await pause(200);
    expect(await said()).toEqual({});
    expect(await said({ limits: { 'lock-queue': { warnAfterSeconds: 0.1 } } })).toEqual({ 'lock-queue': 'warn' });
  });

  test('a catalogue that is locked: what asks for it is unknown, and that is a failure of its own', async () => {
    const { gather, said } = await rig();
    await other('begin; lock table pg_catalog.pg_event_trigger in access exclusive mode');
    const facts = await gather();
    expect(facts.eventTriggers).toEqual({ unknown: 'catalog access was blocked while asking for event triggers' });
    expect(await said()).toEqual({ 'catalogue-blocked': 'fail', 'event-trigger-active': 'unknown' });
  });

  test('a prepared transaction with a lock on a target', async () => {
    const { said, root } = await rig();
    await other("begin; update users set country = 2 where id = 1; prepare transaction 'halfway'");
    undo.push(() => root.script("rollback prepared 'halfway'"));
    expect(await said()).toEqual({ 'prepared-transaction': 'warn', 'target-locked': 'fail' });
    expect(await said({ as: 'blind' })).toMatchObject({ 'prepared-transaction': 'warn', 'target-locked': 'fail' });
  });

  test.each([
    ['users', 'country', 'fail'],
    ['orders', 'total', 'warn'],
  ])('an index on %s that failed to build', async (table, column, answer) => {
    const { said, root } = await rig();
    await change(`insert into orders (total) values (1), (1)`, 'delete from orders');
    undo.push(() => root.script('drop index broken'));
    await expect(root.query(`create unique index concurrently broken on ${table} (${column})`)).rejects.toThrow(
      /unique/,
    );
    expect(await said()).toEqual({ 'invalid-index-left': answer });
  });

  test('an index that is being built on a target', async () => {
    const { said, root } = await rig();
    undo.push(() => root.script('drop index if exists slow'));
    await other('begin; update users set country = 2 where id = 1');
    const building = await other('create index concurrently slow on users (email)', { waits: true });
    await until(async () => isWaiting(root, building.processId), 'CREATE INDEX waits');
    expect(await said({ limits: { 'lock-queue': { warnAfterSeconds: 60 } } })).toEqual({
      'invalid-index-left': 'fail',
      'maintenance-on-target': 'fail',
    });
  });

  test('VACUUM by hand on a target', async () => {
    const { said, root } = await rig();
    const sql = 'set vacuum_cost_delay = 100; set vacuum_cost_limit = 1; vacuum (index_cleanup on) users';
    await other(sql, { waits: true });
    const runs = 'select 1 from pg_stat_progress_vacuum';
    await until(async () => (await root.query(runs)).length > 0, 'VACUUM runs');
    expect(await said()).toEqual({ 'maintenance-on-target': 'fail' });
    expect(await said({ as: 'blind' })).toMatchObject({ 'maintenance-on-target': 'unknown' });
  });

  test('autovacuum on a target', async () => {
    const { said, root } = await rig();
    await change(
      `alter system set autovacuum = on; alter system set autovacuum_naptime = '1s';
       alter system set autovacuum_vacuum_cost_limit = 1; alter system set autovacuum_vacuum_cost_delay = '100ms';
       select pg_reload_conf(); alter table users set (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0);
       update users set country = 1`,
      `alter system reset autovacuum; alter system reset autovacuum_naptime;
       alter system reset autovacuum_vacuum_cost_limit; alter system reset autovacuum_vacuum_cost_delay;
       select pg_reload_conf(); alter table users reset (autovacuum_vacuum_threshold, autovacuum_vacuum_scale_factor);
       vacuum analyze users`,
    );
    await until(async () => (await root.query(VACUUMS_USERS)).length > 0, 'autovacuum runs');
    // ANALYZE has not been run since the update.
    const limits = { 'statistics-stale': { maxModifiedPercent: 1_000 } };
    expect(await said({ limits })).toEqual({ 'maintenance-on-target': 'warn' });
  });

  test('an event trigger', async () => {
    const { said } = await rig();
    await change(
      `create function public.notice() returns event_trigger language plpgsql as $$ begin end $$;
       create event trigger notices on ddl_command_end execute function public.notice()`,
      'drop event trigger notices; drop function public.notice()',
    );
    expect(await said()).toEqual({ 'event-trigger-active': 'warn' });
    expect(await said({ as: 'blind' })).toMatchObject({ 'event-trigger-active': 'warn' });
  });

  test.each(['for table users', 'for all tables', ...(major >= 15 ? ['for tables in schema public'] : [])])(
    'a publication %s',
    async (what) => {
      const { said, root } = await rig();
      await change(`create publication news ${what}`, 'drop publication news');
      expect(await said()).toEqual({ 'target-published': 'warn' });
      undo.push(() => root.script('alter table users replica identity default'));
      await root.script('alter table users replica identity nothing');
      expect(await said()).toEqual({ 'target-published': 'fail' });
    },
  );

  test('a publication of a part of the table only', async () => {
    const { said } = await rig();
    await change('create table users_part (primary key (id)) inherits (users)', 'drop table users_part');
    await change('create publication news for table only users_part', 'drop publication news');
    expect(await said()).toMatchObject({ 'target-published': 'warn' });
  });

  test('a subscription', async () => {
    const { said } = await rig();
    await change(
      `create subscription news connection 'host=127.0.0.1 port=1 dbname=none' publication none
         with (connect = false, slot_name = 'gone');
       alter subscription news enable`,
      'alter subscription news disable; alter subscription news set (slot_name = none); drop subscription news',
    );
    expect(await said()).toEqual({ 'subscription-active': 'warn' });
  });

  test('a slot that nobody reads, and then one that is lost', async () => {
    const { said, root } = await rig();
    await change(
      "select pg_create_logical_replication_slot('forgotten', 'pgoutput')",
      "select pg_drop_replication_slot('forgotten')",
    );
    expect(await said()).toEqual({});
    await root.script('create table filler as select n from generate_series(1, 10000) n');
    undo.push(() => root.script('drop table filler'));
    const limits = { 'slot-lagging': { warnRetainedGib: 0.000_1 } };
    // Commits here are asynchronous: the WAL is written a moment later.
    await until(async () => (await said({ limits }))['slot-lagging'] === 'warn', 'the slot lags');
    expect(await said({ limits })).toEqual({ 'slot-lagging': 'warn' });
    expect(await said({ limits: { 'slot-lagging': { maxRetainedGib: 0.000_1 } } })).toEqual({ 'slot-lagging': 'fail' });
    await change(
      "alter system set max_slot_wal_keep_size = '1MB'; select pg_reload_conf()",
      'alter system reset max_slot_wal_keep_size; select pg_reload_conf()',
    );
    await until(async () => {
      await statements(root, 'insert into filler values (1); select pg_switch_wal(); checkpoint');
      const [slot] = await root.query<{ status: string }>('select wal_status status from pg_replication_slots');
      return slot?.status === 'lost';
    }, 'the slot is lost');
    expect(await said()).toEqual({ 'slot-lagging': 'fail' });
  });

  test('a sequence near its end', async () => {
    const { said, root } = await rig();
    await change("select setval('users_id_seq', 1700000000)", "select setval('users_id_seq', 2000)");
    expect(await said()).toEqual({ 'sequence-near-end': 'warn' });
    await root.script("select setval('users_id_seq', 2000000000)");
    expect(await said()).toEqual({ 'sequence-near-end': 'fail' });
    expect(await said({ as: 'blind' })).toMatchObject({ 'sequence-near-end': 'unknown' });
  });

  test('few connections left', async () => {
    const { said } = await rig();
    // 17 are for everybody; one is of this test, one is ours.
    for (let open = 0; open < 10; open += 1) await other('select 1');
    expect(await said()).toEqual({ 'connections-scarce': 'warn' });
    for (let open = 0; open < 4; open += 1) await other('select 1');
    expect(await said({ as: 'blind' })).toMatchObject({ 'connections-scarce': 'fail' });
  });

  test.each([
    ['alter role migrator connection limit 2', 'alter role migrator connection limit -1'],
    ['alter database shop connection limit 4', 'alter database shop connection limit -1'],
  ])('%s', async (sql, back) => {
    const { said } = await rig();
    await change(sql, back);
    expect(await said()).toEqual({ 'connections-scarce': 'fail' });
  });

  test("another migrator's advisory lock, and one of the application", async () => {
    const { said } = await rig();
    await other('select pg_advisory_lock(1), pg_advisory_lock(1, 2)');
    expect(await said()).toEqual({});
    await other('select pg_advisory_lock(72707369)');
    expect(await said()).toEqual({ 'migrator-running': 'fail' });
    expect(await said({ as: 'blind' })).toMatchObject({ 'migrator-running': 'fail' });
  });

  test('unlogged tables', async () => {
    const { said } = await rig();
    await change('create unlogged table cache (id int)', 'drop table cache');
    expect(await said()).toEqual({ 'unlogged-table': 'warn' });
    await change('alter table users set unlogged', 'alter table users set logged; vacuum analyze users');
    expect(await said()).toMatchObject({ 'unlogged-table': 'fail' });
  });

  test('time limits of the migration role', async () => {
    const { said, root } = await rig();
    await change("alter role migrator set statement_timeout = '3s'", 'alter role migrator reset statement_timeout');
    expect(await said()).toEqual({ 'role-timeout-too-short': 'fail' });
    await root.script("alter role migrator set statement_timeout = '5s'");
    expect(await said({ as: 'blind' })).toMatchObject({ 'role-timeout-too-short': 'warn' });
    await change(
      "alter role migrator in database shop set statement_timeout = '1min'",
      'alter role migrator in database shop reset statement_timeout',
    );
    expect(await said()).toEqual({});
    await change('alter role migrator reset lock_timeout', "alter role migrator set lock_timeout = '5s'");
    expect(await said()).toEqual({ 'lock-timeout-unset': 'warn' });
    await change("alter database shop set lock_timeout = '4s'", 'alter database shop reset lock_timeout');
    expect(await said()).toEqual({});
  });

  test('our own role has limits: they are not the limits of another', async () => {
    const { said } = await rig();
    await change("alter role watcher set statement_timeout = '7s'", 'alter role watcher reset statement_timeout');
    expect(await said()).toEqual({ 'role-timeout-too-short': 'unknown' });
    await change("alter database shop set statement_timeout = '1h'", 'alter database shop reset statement_timeout');
    expect(await said()).toEqual({});
    expect(await said({ role: 'watcher' })).toMatchObject({ 'role-timeout-too-short': 'warn' });
  });

  test('read-only by default, for all or for the role', async () => {
    const { said } = await rig();
    await change(
      'alter role migrator set default_transaction_read_only = on',
      'alter role migrator reset default_transaction_read_only',
    );
    expect(await said()).toEqual({ 'migration-role-read-only': 'fail' });
    await change(
      'alter database shop set default_transaction_read_only = on',
      'alter database shop reset default_transaction_read_only',
    );
    expect(await said()).toEqual({ 'database-read-only': 'fail', 'migration-role-read-only': 'fail' });
  });

  test("somebody else's table, a schema that takes nothing, a role that is not there", async () => {
    const { said, root } = await rig();
    await change('alter table users owner to postgres', 'alter table users owner to migrator');
    expect(await said()).toEqual({ 'target-not-owned': 'fail' });
    await root.script('grant postgres to migrator');
    undo.push(() => root.script('revoke postgres from migrator'));
    expect(await said()).toEqual({});
    await root.script('revoke postgres from migrator; alter table users owner to migrator');
    await change('revoke create on schema public from migrator, public', 'grant create on schema public to migrator');
    expect(await said()).toEqual({ 'schema-create-denied': 'fail' });
    expect(await said({ role: 'nobody' })).toMatchObject({
      'migration-role-missing': 'fail',
      'schema-create-denied': 'unknown',
      'target-not-owned': 'unknown',
    });
  });

  test('a target that production does not have', async () => {
    const { said } = await rig();
    await change('alter table users rename to people', 'alter table people rename to users');
    expect(await said()).toEqual({ 'target-missing': 'fail' });
  });

  test('stale statistics', async () => {
    const { said } = await rig();
    await change(
      "insert into users (email) select 'late' from generate_series(1, 2000)",
      "delete from users where email = 'late'; vacuum analyze users",
    );
    await until(async () => (await said())['statistics-stale'] === 'warn', 'the statistics are stale');
    expect(await said()).toEqual({ 'statistics-stale': 'warn' });
  });

  test('a table that outgrew its rehearsal', async () => {
    const { said } = await rig();
    expect(await said({ limits: { 'target-outgrew-rehearsal': { minRows: 10, maxTimes: 0.5 } } })).toEqual({
      'target-outgrew-rehearsal': 'warn',
    });
  });

  test('a constraint that was never validated; one that is not enforced is meant so', async () => {
    const { said } = await rig();
    await change(
      'alter table users add constraint positive check (country > 0) not valid',
      'alter table users drop constraint positive',
    );
    expect(await said()).toEqual({ 'constraint-left-unvalidated': 'warn' });
    await change('alter table users validate constraint positive', 'select 1');
    expect(await said()).toEqual({});
    if (major < 18) return;
    await change(
      'alter table users add constraint small check (country < 9) not enforced',
      'alter table users drop constraint small',
    );
    expect(await said()).toEqual({});
  });

  test('another version, another extension', async () => {
    const { said } = await rig();
    const older = { provider: 'local', version: '13.1', major: 13, migrationRole: 'migrator', settings: {} };
    expect(await said({ predicate: { server: older } })).toEqual({ 'server-version-differs': 'fail' });
    const server = { ...older, major, version: `${major}.999` };
    expect(await said({ predicate: { server } })).toEqual({ 'server-version-differs': 'warn' });
    await change(
      "update pg_extension set extversion = '1.1' where extname = 'plpgsql'",
      "update pg_extension set extversion = '1.0' where extname = 'plpgsql'",
    );
    expect(await said()).toEqual({ 'extension-differs': 'fail' });
  });

  test('transaction ids running out', async () => {
    const { said, root } = await rig();
    const [row] = await root.query<{ old: string; xid: string }>(
      `select datfrozenxid::text old, (((txid_current() - 600000000) % 4294967296 + 4294967296) % 4294967296)::text xid
       from pg_database where datname = 'template0'`,
    );
    const freeze = (xid = '') => `update pg_database set datfrozenxid = '${xid}' where datname = 'template0'`;
    await change(freeze(row?.xid), freeze(row?.old));
    expect(await said()).toEqual({ 'wraparound-near': 'warn' });
    await change(
      `update pg_class set relfrozenxid = '${row?.xid}' where oid = 'users'::regclass`,
      `update pg_class set relfrozenxid = '${row?.old}' where oid = 'users'::regclass`,
    );
    expect(await said()).toEqual({ 'target-needs-freeze': 'warn', 'wraparound-near': 'warn' });
  });

  test('an archiver that fails', async () => {
    const { said, root } = await rig();
    const fails = 'select 1 from pg_stat_archiver where last_failed_time > coalesce(last_archived_time, $1)';
    const failing = async () => (await root.query(fails, ['2000-01-01'])).length > 0;
    undo.push(() => until(async () => !(await failing()), 'the archiver works again'));
    await change(
      "alter system set archive_command = 'false'; select pg_reload_conf(); select pg_switch_wal()",
      'alter system reset archive_command; select pg_reload_conf(); select pg_switch_wal()',
    );
    await until(async () => {
      await statements(root, 'select txid_current(); select pg_switch_wal()');
      return failing();
    }, 'the archiver fails');
    expect(await said()).toEqual({ 'archiver-failing': 'fail' });
    expect(await said({ as: 'blind' })).toMatchObject({ 'archiver-failing': 'fail' });
  });

  test.runIf(major >= 15)('another collation than at the beginning', async ({ skip }) => {
    const { said, root } = await rig();
    const [row] = await root.query<{ version: string | null }>(
      'select pg_database_collation_actual_version(oid) as version from pg_database where datname = current_database()',
    );
    skip(row?.version == null, 'the locale of this cluster has no version in this major');
    await change(
      "update pg_database set datcollversion = '0' where datname = 'shop'",
      `update pg_database set datcollversion = '${row?.version}' where datname = 'shop'`,
    );
    expect(await said()).toEqual({ 'collation-drifted': 'warn' });
  });

  test("Aurora, as far as functions of its name can play it: its replicas' lag comes from elsewhere", async () => {
    const { gather, said } = await rig();
    await change(
      `create function pg_catalog.aurora_version() returns text language sql as $$ select '16.4.1' $$;
       create function pg_catalog.aurora_replica_status() returns table (server_id text, session_id text, replica_lag_in_msec float8)
         language sql as $$ values ('writer', 'MASTER_SESSION_ID', 0), ('reader', 'x', 12000) $$`,
      'drop function pg_catalog.aurora_version(); drop function pg_catalog.aurora_replica_status()',
    );
    const facts = await gather();
    expect(facts.identity).toMatchObject({ value: { auroraVersion: '16.4.1' } });
    expect(facts.replicas).toEqual({ value: [{ name: 'reader', state: 'streaming', lagSeconds: 12 }] });
    expect(await said()).toEqual({ 'replica-lagging': 'warn' });
  });

  test('a session that does not report what it does', async () => {
    const { said } = await rig();
    await other('set track_activities = off; select 1');
    expect(await said()).toEqual({
      'dump-running': 'unknown',
      'idle-transaction': 'unknown',
      'long-transaction': 'unknown',
    });
  });
});

async function ready(major: number): Promise<Rig> {
  const rig = await startRig(major);
  await settle(rig);
  return rig;
}

/** What a session changed is counted some time later, and then after the ANALYZE that it was to be forgotten by. */
async function settle(rig: Rig): Promise<void> {
  let said = await rig.said();
  const end = Date.now() + 10_000;
  while (Object.keys(said).length > 0) {
    if (Date.now() > end) throw new Error(`No peace: ${JSON.stringify(said)}`);
    if ('statistics-stale' in said) await rig.root.script('vacuum analyze users');
    await pause(50);
    said = await rig.said();
  }
}

/** One after the other, since VACUUM, ALTER SYSTEM and others refuse to be in a transaction with others. */
async function statements(database: { script(sql: string): Promise<unknown> }, sql: string): Promise<void> {
  for (const statement of sql.split(/;(?=\s)/)) await database.script(statement);
}

const isWaiting = async (root: { query(sql: string, values: unknown[]): Promise<unknown[]> }, pid: number) =>
  (await root.query('select 1 from pg_locks where pid = $1 and not granted', [pid])).length > 0;

const VACUUMS_USERS = `select 1 from pg_stat_progress_vacuum v join pg_stat_activity a using (pid)
  where v.relid = 'users'::regclass and a.backend_type = 'autovacuum worker'`;
