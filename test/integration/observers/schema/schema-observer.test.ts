import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { readSchemaSnapshot, schemaObserver } from '../../../../src/observers/schema/index.ts';
import { connect, type Database } from '../../../../src/postgres/connect.ts';
import { describeSchemaChange } from '../../../../src/recording/describe-change.ts';
import type { SchemaSnapshot } from '../../../../src/recording/schema-snapshot.ts';
import type { EphemeralServer } from '../../../../src/server/provider.ts';
import { createDatabase, startTestServer } from '../../../helpers/servers.ts';
import { nameOf, openRig } from './rig.ts';

let server: EphemeralServer;
beforeAll(async () => {
  server = await startTestServer(15);
});
afterAll(() => server[Symbol.asyncDispose]());

describe('the schema observer', () => {
  test('says what a step changed, by object and property', async () => {
    await using rig = await openRig(server, 'says', ['create table users (id int primary key, email varchar(255))']);
    await rig.run(`alter table users alter email type text; alter table users alter email set not null;
      create index users_email on users (email); comment on table users is 'people'`);
    const changes = await rig.afterStep();
    expect(changes.flatMap(describeSchemaChange)).toEqual([
      'column public.users.email: not null no → yes',
      'column public.users.email: type varchar(255) → text',
      'index public.users_email added',
      'table public.users: comment none → people',
    ]);
    expect(await rig.afterStep()).toEqual([]);
  });

  test('does not see the bookkeeping of the tool, nor anything that belongs to it', async () => {
    const books = [{ name: 'knex_migrations' }, { schema: 'tool', name: 'Books' }];
    await using rig = await openRig(server, 'books', ['create schema tool; create schema other'], books);
    await rig.run(`create table knex_migrations (id serial primary key, name text not null unique);
      create table tool."Books" (id bigint generated always as identity primary key, version int check (version > 0));
      create index on knex_migrations (name); comment on table knex_migrations is 'x';
      comment on column knex_migrations.name is 'x'; comment on type knex_migrations is 'x';
      grant select on tool."Books" to public; create policy p on knex_migrations;
      create statistics s on id, name from knex_migrations;
      create function f() returns trigger language plpgsql as 'begin return new; end';
      create trigger t before insert on knex_migrations for each row execute function f()`);
    expect((await rig.afterStep()).map(nameOf)).toEqual(['function public.f()']);
    expect(await rig.mistold()).toEqual([]);

    await rig.run(`create table other."Books" (id int); create table knex_migrations_too (id int)`);
    expect((await rig.afterStep()).filter(({ kind }) => kind === 'table').map(nameOf)).toEqual([
      'table other."Books"',
      'table public.knex_migrations_too',
    ]);
  });

  test('records no password, in whatever place it is kept', async () => {
    await using rig = await openRig(server, 'secrets', [
      `create extension postgres_fdw`,
      `create server far foreign data wrapper postgres_fdw options (host 'example')`,
      `create foreign data wrapper w`,
      `create server keyed foreign data wrapper w options (api_key 'hush-1', place 'seen')`,
      `create user mapping for public server far options (user 'hush-2', password 'hush-3')`,
      `create subscription s connection 'host=nowhere password=hush-4' publication p with (connect = false, slot_name = none)`,
      `create role pgr_secret login password 'hush-5'`,
    ]);
    const stored = await rig.fresh();
    expect(JSON.stringify(stored)).not.toMatch(/hush|SCRAM/);
    expect(stored['server keyed']?.properties['foreignOptions']).toEqual([
      expect.stringMatching(/^api_key=secret:/),
      'place=seen',
    ]);
    await rig.run([
      `alter user mapping for public server far options (set password 'hush-6')`,
      `alter server keyed options (set api_key 'hush-7')`,
    ]);
    expect((await rig.afterStep()).map(nameOf)).toEqual(['server keyed', 'user mapping public on far']);
    await rig.run([`drop subscription s`]);
  });

  test('keeps neither snapshot nor lock between steps, so that an index can be built concurrently', async () => {
    await using rig = await openRig(server, 'idle', ['create table t (id int)']);
    await rig.run('create index concurrently i on t (id)');
    await rig.afterStep();
    await using session = await connect(rig.target.connectionString, { applicationName: 'pgrehearse test' });
    const others = await session.query(
      `select state, backend_xmin, backend_xid, (select count(*)::int from pg_locks l where l.pid = a.pid) as locks
       from pg_stat_activity a where application_name = 'pgrehearse schema observer' and datname = current_database()`,
    );
    const idle = { state: 'idle', backend_xmin: null, backend_xid: null, locks: 0 };
    expect(others.length).toBeGreaterThan(0);
    expect(others).toEqual(others.map(() => idle));
  });

  test('rejects at the proof when reading in parts missed something', async () => {
    await using rig = await openRig(server, 'missed', [`create table t (id int default 1)`]);
    await rig.verify();
    // By no statement but this does a default vanish without a trace in its column.
    await rig.run(`delete from pg_catalog.pg_attrdef where adrelid = 't'::regclass`);
    expect(await rig.afterStep()).toEqual([]);
    await expect(rig.verify()).rejects.toThrow('column public.t.id');
  });

  test('sees what was deleted from a catalogue by hand, as people do with values of enums', async () => {
    await using rig = await openRig(server, 'by_hand', [`create type mood as enum ('a', 'b')`]);
    await rig.run(`delete from pg_catalog.pg_enum where enumlabel = 'b' and enumtypid = 'mood'::regtype`);
    expect((await rig.afterStep()).flatMap(describeSchemaChange)).toEqual(['type public.mood: labels - b']);
  });

  test('a transaction that ends after later ones is not missed', async () => {
    await using rig = await openRig(server, 'late', [`create table t (id int); comment on table t is 'then'`]);
    await using slow = await connect(rig.target.connectionString, { applicationName: 'pgrehearse test' });
    await slow.script(`begin; create table late (id int); comment on table t is 'now'`);
    await rig.run(`create table early (id int)`);
    expect((await rig.afterStep()).map(nameOf)).toContain('table public.early');
    await rig.run(`create table early_too (id int)`);
    expect((await rig.afterStep()).map(nameOf)).toContain('table public.early_too');
    await slow.script('commit');
    expect((await rig.afterStep()).map(nameOf)).toEqual([
      'column public.late.id',
      'table public.late',
      'table public.t',
    ]);
    expect(await rig.mistold()).toEqual([]);
  });

  test('a role that is no superuser sees the same changes', async () => {
    await using rig = await openRig(server, 'modest', [
      `create role pgr_modest login password 'x'; create table t (id int)`,
    ]);
    const { host, port, database } = rig.target;
    const modest = {
      major: server.major,
      target: () => ({ connectionString: `postgres://pgr_modest:x@${host}:${port}/${database}` }),
    };
    await using watch = await schemaObserver.open({ server: modest, database, bookkeeping: [] });
    await rig.run(`alter table t add extra text; create function f() returns int language sql as 'select 1'`);
    const { schema = [] } = await watch.afterStep();
    expect(schema.map(nameOf)).toEqual(['column public.t.extra', 'function public.f()']);
    await watch.verify?.();
  });

  test('names with dots, quotes and capitals stay apart', async () => {
    await using rig = await openRig(server, 'quoting', []);
    await rig.run(
      `create schema "a.b"; create table "a.b"."c""d" ("E f" int); create schema a; create table a."b.c" (x int)`,
    );
    expect((await rig.afterStep()).map(nameOf)).toEqual([
      'column "a.b"."c""d"."E f"',
      'column a."b.c".x',
      'schema "a.b"',
      'schema a',
      'table "a.b"."c""d"',
      'table a."b.c"',
    ]);
  });

  test('does not depend on the settings of role, database or cluster', async () => {
    await using rig = await openRig(server, 'settings', [
      `create schema app; create table app.t (at timestamptz default '2020-01-01 12:00:00+00', wait interval default '1 day 2 hours',
         raw bytea default '\\x01', part float8 default 0.1); create view app.v as select * from app.t where at > '2021-01-01'`,
    ]);
    const before = await rig.fresh();
    await rig.run(`alter database settings set search_path = app; alter database settings set timezone = 'Asia/Tokyo';
      alter database settings set datestyle = 'German'; alter database settings set intervalstyle = 'iso_8601';
      alter database settings set bytea_output = 'escape'; alter database settings set quote_all_identifiers = on;
      alter database settings set extra_float_digits = -5`);
    const { 'role setting all roles in this database': _, ...after } = await rig.fresh();
    expect(after).toEqual(before);
  });
});

describe('a snapshot', () => {
  test('is the same for two databases made alike, also in its order', async () => {
    const setup = `create table b (id serial primary key); create table a (id int references b);
      create type mood as enum ('z', 'a'); create view v as select * from a; grant select on a, b to public`;
    const [one, two] = await Promise.all(['alike_1', 'alike_2'].map((name) => snapshotAfter(name, setup)));
    expect(JSON.stringify(one)).toBe(JSON.stringify(two));
    expect(Object.keys(one ?? {})).toEqual(Object.keys(one ?? {}).toSorted());
  });

  test('lists neither the server’s own objects nor the members of extensions', async () => {
    const snapshot = await snapshotAfter('empty', 'create extension hstore; create extension pg_trgm');
    expect(Object.keys(snapshot).filter((key) => !key.startsWith('role '))).toEqual([
      'extension hstore',
      'extension pg_trgm',
      'extension plpgsql',
      'schema public',
      'tablespace pg_default',
      'tablespace pg_global',
    ]);
  });

  async function snapshotAfter(database: string, setup: string): Promise<SchemaSnapshot> {
    const { connectionString } = await createDatabase(server, database);
    await using session: Database = await connect(connectionString, { applicationName: 'pgrehearse test' });
    await session.script(setup);
    const snapshot = await readSchemaSnapshot(session, { server, database, bookkeeping: [] });
    return Object.fromEntries(Object.entries(snapshot).filter(([, { kind }]) => kind !== 'database'));
  }
});
