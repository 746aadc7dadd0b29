import { expect, test } from 'vitest';

import { rehearseProject } from '../../helpers/project.ts';

const BOOKS = (version: number): string =>
  `create table schema_migrations (version bigint primary key, dirty boolean not null); insert into schema_migrations values (${version}, false);`;

const lossesOf = async (parts: Parameters<typeof rehearseProject>[0]): Promise<string[]> => {
  const { verdict } = await rehearseProject({ ...parts, config: 'rehearsal: { scope: all }\n' });
  return verdict.findings
    .filter(({ check }) => check === 'down-loses-data')
    .map(({ severity, where, message }) => `${severity} ${where.migration}: ${message}`);
};

test('what goes with tables and columns of an applied migration is a warning for each that does not come back', async () => {
  expect(
    await lossesOf({
      seed: `create table users (id integer primary key, email text, vip boolean, seen timestamptz);
        insert into users values (1, 'ada', true, now()), (2, 'bob', false, null);
        create table notes (id integer primary key, body text); insert into notes values (1, 'x'), (2, 'y'), (3, 'z');
        create table plans (id integer primary key, name text); insert into plans values (1, 'free');
        ${BOOKS(4)}`,
      migrations: {
        '1_users': ['create table users (id integer primary key, email text)', 'drop table users'],
        '2_vip': ['alter table users add vip boolean, add seen timestamptz', 'alter table users drop vip, drop seen'],
        '3_notes': ['create table notes (id integer primary key, body text)', 'drop table notes'],
        // Its rows are its own and come back, so nothing is lost.
        '4_plans': [
          "create table plans (id integer primary key, name text); insert into plans values (1, 'free')",
          'drop table plans',
        ],
      },
    }),
  ).toEqual([
    'warning 1_users: Taking it back drops public.users with its 2 rows, and it has 0 rows when it is applied again.',
    'warning 3_notes: Taking it back drops public.notes with its 3 rows, and it has 0 rows when it is applied again.',
  ]);
});

test('what an applied migration takes from tables that stay is an error', async () => {
  expect(
    await lossesOf({
      seed: `create table roles (name text primary key, made timestamptz default now());
        insert into roles values ('admin', '2020-01-01'), ('guest', '2020-01-01');
        create table members (id integer primary key, role text references roles on delete cascade, city text, town text, score integer);
        insert into members values (1, 'admin', 'Berlin', 'a', 7), (2, 'guest', 'Oslo', null, 8);
        ${BOOKS(5)}`,
      migrations: {
        '1_start': ['select 1', 'select 1'],
        // Values are worked out again: nothing is lost.
        '2_double': ['update members set score = score * 2', 'update members set score = score / 2'],
        '3_town': ['alter table members add town text', 'alter table members drop town'],
        '4_city': ['update members set city = initcap(city)', "update members set city = ''"],
        '5_roles': [
          "insert into roles values ('admin'), ('guest')",
          "delete from roles where name in ('admin', 'guest')",
        ],
      },
    }),
  ).toEqual([
    'error 5_roles: Taking it back loses 2 rows of public.members, and applying it again does not bring that back.',
    'warning 5_roles: Taking it back takes rows of public.roles, and there are others in public.roles.made when it is applied again.',
  ]);
});

test('each loss has the migration that causes it, also when all are taken back', async () => {
  expect(
    await lossesOf({
      seed: `create table members (id integer primary key, city text, town text);
        insert into members values (1, 'Berlin', 'a'), (2, 'Oslo', null);
        ${BOOKS(3)}`,
      migrations: {
        '1_start': ['select 1', 'select 1'],
        '2_town': ['alter table members add town text', 'alter table members drop town'],
        '3_city': ['update members set city = initcap(city)', "update members set city = 'x'"],
        '4_more': ['alter table members add more text', 'alter table members drop more'],
      },
    }),
  ).toEqual([
    'error 3_city: Taking it back changes public.members.city, and applying it again does not bring that back.',
    'warning 2_town: Taking it back drops public.members.town with 1 value, and it has others when it is applied again.',
  ]);
});
