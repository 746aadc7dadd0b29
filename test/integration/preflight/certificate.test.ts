import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openOutputFolder } from '../../../src/cli/output-folder.ts';
import { connect, type Database } from '../../../src/postgres/connect.ts';
import { compareSchema } from '../../../src/preflight/certificate/compare-schema.ts';
import { readProductionSchema } from '../../../src/preflight/certificate/production-schema.ts';
import { digestOf, leftOutOf } from '../../../src/preflight/certificate/schema-digest.ts';
import { aRecording } from '../../helpers/recordings.ts';
import { gatherRehearsal } from '../../../src/preflight/certificate/gather-rehearsal.ts';
import { readCertificate } from '../../../src/preflight/certificate/read-certificate.ts';
import type { RehearsalFacts } from '../../../src/preflight/facts/rehearsal.ts';
import { isKnown, type Reading } from '../../../src/preflight/reading.ts';
import type { DatabaseTarget, EphemeralServer } from '../../../src/server/provider.ts';
import { aProject } from '../../helpers/project.ts';
import { sqlTool } from '../../../src/migrations/sql/index.ts';
import { rehearseFolder } from '../../helpers/rehearse-folder.ts';
import { dumpTo, restoreInto } from '../../helpers/restored-copy.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';
import { noSignal } from '../../helpers/sql-project.ts';

const MAJOR = 15;

const PRODUCTION = `
create role shop_owner login password 'owner'; create role reporting nologin;
create schema shop authorization shop_owner;
set role shop_owner;
create table shop.users (id integer primary key, email varchar(99) not null, status varchar(9) check (status in ('new', 'old')));
create table shop.orders (id serial primary key, user_id integer references shop.users, amount numeric default 0, note text);
create index orders_user on shop.orders (user_id);
create view shop.totals as select user_id, sum(amount) as total from shop.orders group by user_id;
create function shop.twice(integer) returns integer language sql immutable as 'select $1 * 2';
grant select on shop.orders to reporting; comment on table shop.orders is 'what people bought';
insert into shop.users select n, 'u' || n, 'new' from generate_series(1, 50) n;
insert into shop.orders (user_id, amount) select n, n from generate_series(1, 50) n;
reset role;
create table public.schema_migrations (version bigint not null primary key, dirty boolean not null);
alter table public.schema_migrations owner to shop_owner;
insert into public.schema_migrations values (1, false)`;

const MIGRATIONS = {
  '1_begin': ['select 1', 'select 1'],
  '2_items': [
    'create table shop.items (id integer primary key, user_id integer references shop.users, name text); update shop.orders set note = $$x$$',
    'drop table shop.items; update shop.orders set note = null',
  ],
  '3_phone': ['alter table shop.users add column phone text', 'alter table shop.users drop column phone'],
} as const;

let server: EphemeralServer;
let production: DatabaseTarget;
let project: ReturnType<typeof aProject>;
let folder: string;
let certificate: string;

beforeAll(async () => {
  server = await startTestServer(MAJOR);
  production = await createDatabase(server, 'shop');
  await onProduction(PRODUCTION);
  folder = mkdtempSync(join(tmpdir(), 'pgrehearse-certificate-'));
  await dumpTo(production, join(folder, 'shop.dump'));
  project = aProject({
    migrations: MIGRATIONS,
    config: `backup: { file: ${join(folder, 'shop.dump')} }\n`,
  });
  const { recording, verdict } = await rehearseFolder(project.folder);
  await (await openOutputFolder(folder, { isOurs: false })).write(verdict, recording);
  certificate = join(folder, 'certificate.json');
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  project[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

describe('the certificate', () => {
  test('says what was rehearsed', async () => {
    const { predicate, signature } = await readCertificate(certificate);
    expect(signature).toEqual({ signed: false, keyIds: [], verified: false });
    expect(predicate).toMatchObject({
      verdict: { outcome: 'safe' },
      server: { major: MAJOR, migrationRole: 'shop_owner', settings: { timezone: 'UTC' } },
      backup: { format: 'custom', database: 'shop', rows: 100, tables: 2 },
      migrations: { tool: 'sql', scope: 'pending', applied: ['1_begin'] },
      schema: { leftOut: ['securityLabels'] },
      extensions: { before: { plpgsql: '1.0' }, after: { plpgsql: '1.0' } },
    });
    expect(predicate.migrations.rehearsed.map(({ id }) => id)).toEqual(['2_items', '3_phone']);
    expect(predicate.timings.map(({ migration, direction }) => `${direction} ${migration}`)).toEqual([
      'up 2_items',
      'down 2_items',
      'up 3_phone',
      'down 3_phone',
    ]);
  });

  test('names the tables that are touched, and those that a new foreign key locks', async () => {
    const { predicate } = await readCertificate(certificate);
    expect(predicate.tables).toEqual([
      {
        relation: 'shop.items',
        kind: 'table',
        migrations: ['2_items'],
        existedBefore: false,
        schemaChanged: true,
        dataChanged: true,
      },
      {
        relation: 'shop.orders',
        kind: 'table',
        migrations: ['2_items'],
        existedBefore: true,
        rowsBefore: 50,
        schemaChanged: false,
        dataChanged: true,
      },
      {
        relation: 'shop.users',
        kind: 'table',
        migrations: ['2_items', '3_phone'],
        existedBefore: true,
        rowsBefore: 50,
        schemaChanged: true,
        dataChanged: expect.any(Boolean),
      },
    ]);
  });

  test('says what it took of the disk', async () => {
    const { predicate } = await readCertificate(certificate);
    const { walBytes = 0, peakDiskBytes = 0, startDiskBytes = 0 } = predicate.resources ?? {};
    expect(walBytes).toBeGreaterThan(1_000);
    expect(startDiskBytes).toBeGreaterThan(5_000_000);
    expect(peakDiskBytes).toBeGreaterThan(startDiskBytes);
  });
});

describe('production', () => {
  test('is as it was rehearsed, for a role that may only read the books', async () => {
    await onProduction(
      `create role looker login password 'looker'; grant select on public.schema_migrations to looker`,
    );
    const facts = await gather({ as: 'looker' });
    expect(value(facts.schema)).toMatchObject({ drift: { value: [] } });
    expect(value(facts.applied)).toEqual([{ id: '1_begin' }]);
    expect(value(facts.migrations).map(({ id }) => id)).toEqual(['1_begin', '2_items', '3_phone']);
    const { predicate } = value(facts.certificate);
    expect(value(facts.schema).sha256).toBe(predicate.schema?.before.sha256);
  });

  test('whose books may not be read is unknown, with the grant that is missing', async () => {
    await onProduction(`create role stranger login password 'stranger'`);
    const { applied, schema } = await gather({ as: 'stranger' });
    expect(applied).toEqual({
      unknown: 'the table public.schema_migrations may not be read',
      needs: 'SELECT on public.schema_migrations',
    });
    expect(value(schema)).toMatchObject({ drift: { value: [] } });
  });

  test.each([
    [
      'alter table shop.users add column extra text',
      'alter table shop.users drop column extra',
      ['extra column shop.users.extra'],
    ],
    [
      'alter table shop.users alter email type varchar(100)',
      'alter table shop.users alter email type varchar(99)',
      ['different column shop.users.email: type varchar(99) → varchar(100)'],
    ],
    [
      'alter table shop.orders alter amount set default 1',
      'alter table shop.orders alter amount set default 0',
      ['different column shop.orders.amount: default 0 → 1'],
    ],
    [
      'drop index shop.orders_user',
      'set role shop_owner; create index orders_user on shop.orders (user_id); reset role',
      ['missing index shop.orders_user'],
    ],
    [
      'revoke select on shop.orders from reporting',
      'set role shop_owner; grant select on shop.orders to reporting; reset role',
      [expect.stringMatching(/^different table shop\.orders: privileges /)],
    ],
    [
      'alter table shop.orders owner to postgres',
      'alter table shop.orders owner to shop_owner',
      [
        'different sequence shop.orders_id_seq: owner shop_owner → postgres',
        'different table shop.orders: owner shop_owner → postgres',
      ],
    ],
    [
      'create or replace view shop.totals as select user_id, max(amount) as total from shop.orders group by user_id',
      'create or replace view shop.totals as select user_id, sum(amount) as total from shop.orders group by user_id',
      [expect.stringMatching(/^different view shop\.totals: definition .*max.*/)],
    ],
    [
      `create or replace function shop.twice(integer) returns integer language sql immutable as 'select $1 * 3'`,
      `create or replace function shop.twice(integer) returns integer language sql immutable as 'select $1 * 2'`,
      [expect.stringMatching(/^different function shop\.twice\(integer\): definition .*/)],
    ],
    [
      'alter table shop.users add constraint later check (id > 0) not valid',
      'alter table shop.users drop constraint later',
      ['extra constraint shop.users.later'],
    ],
    ['create extension pg_trgm', 'drop extension pg_trgm', ['extra extension pg_trgm']],
  ])('%s: seen and named', async (change, undo, expected) => {
    await onProduction(change);
    try {
      expect(await driftLines()).toEqual(expected);
    } finally {
      await onProduction(undo);
    }
    expect(await driftLines()).toEqual([]);
  });

  test('that was migrated half-way has other books and another schema', async () => {
    await onProduction(
      `set role shop_owner; ${MIGRATIONS['2_items'][0]}; reset role; update public.schema_migrations set version = 2`,
    );
    const facts = await gather();
    expect(value(facts.applied).map(({ id }) => id)).toEqual(['1_begin', '2_items']);
    expect(await driftLines()).toContain('extra table shop.items');
    await onProduction(`${MIGRATIONS['2_items'][1]}; update public.schema_migrations set version = 1`);
    expect(await driftLines()).toEqual([]);
  });

  test('in which an ALTER waits does not hold us up, and is unknown', async () => {
    await using holder = await connect(production.connectionString, { applicationName: 'pgrehearse test' });
    await holder.script('begin; lock table shop.orders in access exclusive mode');
    const began = performance.now();
    const { schema } = await gather();
    expect(schema).toEqual({ unknown: 'another session holds a lock that reading the catalogue waits for' });
    expect(performance.now() - began).toBeLessThan(20_000);
    await holder.script('rollback');
  });

  test('is not written to, and no setting of ours stays in the session', async () => {
    const names = ['search_path', 'timezone', 'datestyle', 'work_mem', 'enable_nestloop', 'bytea_output'];
    const settings = `select name, setting from pg_catalog.pg_settings where name = any('{${names.join(',')}}') order by 1`;
    await using session = await connect(production.connectionString, { applicationName: 'pgrehearse test' });
    await session.script('set default_transaction_read_only = on');
    const before = await session.query(settings);
    await gather({ session });
    expect(await session.query(settings)).toEqual(before);
  });

  test('that cannot be reached is unknown', async () => {
    const facts = await gather({ connect: () => Promise.reject(new Error('no route to host')) });
    expect(facts.applied).toEqual({ unknown: 'no route to host' });
    expect(facts.schema).toEqual({ unknown: 'no route to host' });
    expect(isKnown(facts.migrations)).toBe(true);
  });
});

test('an index whose building failed is in no dump, and seen', async () => {
  await onProduction('insert into shop.users values (0, $$u1$$, null)');
  {
    await using session = await connect(production.connectionString, { applicationName: 'pgrehearse test' });
    const building = session.query('create unique index concurrently twice on shop.users (email)');
    await expect(building).rejects.toMatchObject({ code: '23505' });
  }
  expect(await driftLines()).toEqual(['extra index shop.twice']);
  await onProduction('drop index shop.twice; delete from shop.users where id = 0');
});

// An archive keeps the owners whatever pg_dump is told.
test.each([
  ['bare.sql', ['owner', 'privileges', 'comment', 'securityLabels']],
  ['bare.dump', ['privileges', 'comment', 'securityLabels']],
])('a dump without owners, privileges and comments has none of them compared: %s', async (name, expected) => {
  const file = join(folder, name);
  await dumpTo(production, file, ['--no-owner', '--no-privileges', '--no-comments']);
  const copy = await createDatabase(server, name);
  const { namedRoles, shimmedRoles } = await restoreInto(copy, file);
  await using session = await connect(copy.connectionString, { applicationName: 'pgrehearse test' });
  const restored = await readProductionSchema(session, []);
  const leftOut = leftOutOf(restored, { ...aRecording().backup, namedRoles, shimmedRoles });
  expect(leftOut).toEqual(expected);
  await using live = await connectAs(undefined);
  const seen = await readProductionSchema(live, []);
  expect(compareSchema({ digest: digestOf(restored, leftOut), leftOut }, seen)).toEqual([]);
  expect(compareSchema({ digest: digestOf(restored, []), leftOut: [] }, seen)).not.toEqual([]);
});

test('without the recording beside it, drift is named without its properties', async () => {
  const recording = readFileSync(join(folder, 'recording.json'));
  unlinkSync(join(folder, 'recording.json'));
  await onProduction('alter table shop.orders alter amount set default 1; drop index shop.orders_user');
  expect(await driftLines()).toEqual(['different column shop.orders.amount', 'missing index shop.orders_user']);
  await onProduction(
    'alter table shop.orders alter amount set default 0; set role shop_owner; create index orders_user on shop.orders (user_id)',
  );
  writeFileSync(join(folder, 'recording.json'), recording);
});

test('a file that was edited after the rehearsal has another checksum', async () => {
  const file = join(project.folder, 'migrations/3_phone.up.sql');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, `${text};\nselect 1`);
  const facts = await gather();
  writeFileSync(file, text);
  const now = value(facts.migrations).find(({ id }) => id === '3_phone')?.checksum;
  const then = value(facts.certificate).predicate.migrations.rehearsed.find(({ id }) => id === '3_phone')?.checksum;
  expect(now).not.toBe(then);
});

test('a certificate that nobody named may be missing; one that was named may not', async () => {
  const path = join(folder, 'none.json');
  const facts = await gather({ certificate: { path, isDefault: true } });
  expect(facts.certificate).toMatchObject({ unknown: expect.stringContaining('does not exist') });
  expect(value(facts.schema).drift).toMatchObject({ unknown: 'there is no certificate to compare with' });
  await expect(gather({ certificate: { path, isDefault: false } })).rejects.toMatchObject({
    code: 'CERTIFICATE_UNREADABLE',
  });
});

test('a key to verify with makes an unsigned certificate a fact, not an error', async () => {
  const { publicKey } = generateKeyPairSync('ed25519');
  const keyPath = join(folder, 'public.pem');
  writeFileSync(keyPath, publicKey.export({ type: 'spki', format: 'pem' }));
  const facts = await gather({ certificate: { path: certificate, isDefault: false, keyPath } });
  expect(value(facts.certificate).signature).toMatchObject({ signed: false, verified: false });
});

interface Gathering {
  readonly as?: string;
  readonly session?: Database;
  readonly connect?: () => Promise<Database>;
  readonly certificate?: { readonly path: string; readonly isDefault: boolean; readonly keyPath?: string };
}

function gather(given: Gathering = {}): Promise<RehearsalFacts> {
  const source = sqlTool.create({ projectFolder: project.folder, options: {}, onOutput: () => {} });
  const { session } = given;
  const open = session
    ? () => Promise.resolve({ ...session, [Symbol.asyncDispose]: () => Promise.resolve() })
    : () => connectAs(given.as);
  return gatherRehearsal(
    {
      certificate: given.certificate ?? { path: certificate, isDefault: true },
      source,
      connect: given.connect ?? open,
    },
    noSignal,
  );
}

async function connectAs(role: string | undefined): Promise<Database> {
  const url = new URL(production.connectionString);
  if (role !== undefined) [url.username, url.password] = [role, role];
  const session = await connect(url.href, { applicationName: 'pgrehearse test', quiet: false });
  await session.script(`set default_transaction_read_only = on; set lock_timeout = '1s'; set statement_timeout = '5s'`);
  return session;
}

async function driftLines(): Promise<string[]> {
  const drift = value(value((await gather()).schema).drift);
  return drift.map(({ how, kind, name, properties = [] }) =>
    [`${how} ${kind} ${name}`, ...(properties.length > 0 ? [properties.join('; ')] : [])].join(': '),
  );
}

async function onProduction(sql: string): Promise<void> {
  await using session = await connect(production.connectionString, { applicationName: 'pgrehearse test' });
  await session.script(sql);
}

function value<Value>(reading: Reading<Value>): Value {
  if (!isKnown(reading)) throw new Error(`unknown: ${reading.unknown}`);
  return reading.value;
}
