import { describe, expect, test } from 'vitest';

import { connect } from '../../../src/postgres/connect.ts';
import { connectProduction } from '../../../src/postgres/connect-production.ts';
import {
  readInvalidIndexes,
  readUnvalidatedConstraints,
} from '../../../src/preflight/verify/database/read-left-overs.ts';
import { readStatistics } from '../../../src/preflight/verify/database/read-statistics.ts';
import type { TableStatistics } from '../../../src/preflight/verify/facts.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';

const SCHEMA = `
create role looker login password 'looker';
grant pg_read_all_data to looker;
create schema "Odd schema";
create table "Odd schema"."My table" (id integer, "Select" text, small integer);
alter table "Odd schema"."My table" alter column small set statistics 0;
insert into "Odd schema"."My table" select n, n::text, 1 from generate_series(1, 2000) n;
create table parted (id integer, day integer, what text) partition by range (day);
create table parted_1 partition of parted for values from (0) to (10);
create table parted_2 partition of parted for values from (10) to (20);
insert into parted select n, n % 20, 'x' from generate_series(1, 2000) n;
create table empty (id integer);
create table new_and_full (id integer, other integer);
create statistics pair on id, other from new_and_full;
create table guarded (id integer);
alter table guarded enable row level security;
insert into guarded values (1);
create materialized view totals as select day, count(*) from parted group by day;
create domain percent as integer;
create table shares (id integer, share percent);
insert into shares values (1, 10);
analyze;
insert into new_and_full values (1, 2);
alter table "Odd schema"."My table" alter column "Select" type varchar;
alter table parted alter column what type varchar;
create index on parted (lower(what));
alter domain percent add constraint at_most check (value <= 100) not valid;
create index parted_day on only parted (day);
create unique index on shares (id);
update pg_index set indisvalid = false where indrelid = 'shares'::regclass;
`;

const TABLES = [
  '"Odd schema"."My table"',
  'public.parted',
  'public.empty',
  'public.new_and_full',
  'public.guarded',
  'public.totals',
  'public.gone',
];

describe.each([14, 15, 16, 17, 18])('on PostgreSQL %i', (major) => {
  test('what the migration left without statistics, invalid or not validated', async () => {
    await using server = await startTestServer(major);
    const target = await createDatabase(server, 'production');
    await using owner = await connect(target.connectionString, { applicationName: 'owner' });
    await owner.script(SCHEMA);
    if (major >= 18) {
      await owner.script(`
        alter table shares add column doubled integer generated always as (id * 2) virtual;
        alter table shares add constraint wish check (id > 5) not enforced`);
    }
    const { host, port } = target;
    const looker = {
      host,
      port,
      database: 'production',
      user: 'looker',
      password: 'looker',
      tls: { mode: 'off' },
    } as const;
    await using database = await connectProduction(looker, { applicationName: 'test' });

    expect(await readStatistics(database, [...TABLES, 'public.shares'])).toEqual([
      lacking('"Odd schema"."My table"', { rows: 2000, columns: ['"Select"'] }),
      lacking('public.guarded', { rows: 1, masked: ['id'] }),
      lacking('public.new_and_full', { extended: true, rows: 1, columns: ['id', 'other'], none: true }),
      lacking('public.parted', { partitioned: true, rows: 2000, columns: ['what'] }),
      lacking('public.parted_1', { rows: 1000, columns: ['what'], indexes: ['public.parted_1_lower_idx'] }),
      lacking('public.parted_2', { rows: 1000, columns: ['what'], indexes: ['public.parted_2_lower_idx'] }),
    ]);

    expect(await readInvalidIndexes(database)).toEqual([
      { index: 'public.parted_day', relation: 'public.parted', partitioned: true, building: false },
      { index: 'public.shares_id_idx', relation: 'public.shares', partitioned: false, building: false },
    ]);
    expect(await readUnvalidatedConstraints(database)).toEqual([
      { constraint: 'at_most', relation: 'public.percent', kind: 'check' },
    ]);
  });
});

const lacking = (relation: string, parts: Partial<TableStatistics>): TableStatistics => ({
  relation,
  partitioned: false,
  extended: false,
  columns: [],
  none: false,
  indexes: [],
  masked: [],
  rowsHidden: false,
  ...parts,
});
