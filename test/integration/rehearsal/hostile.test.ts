import { describe, expect, test } from 'vitest';
import { CUSTOMERS, rehearseProject } from '../../helpers/project.ts';

const ADD = ['alter table customers add column y int', 'alter table customers drop column y'] as const;

describe('loss of data', () => {
  test('is seen when a later migration takes away what an earlier way back needs', async () => {
    const { verdict } = await rehearseProject({
      seed: CUSTOMERS,
      migrations: {
        '1_drop_city': [
          'create table cities as select id, city from customers; alter table customers drop column city;',
          'alter table customers add column city text; update customers c set city = b.city from cities b where b.id = c.id; drop table cities;',
        ],
        '2_clean_up': ['truncate cities', 'select 1'],
      },
    });
    expect(verdict.outcome).toBe('unsafe');
    expect(verdict.findings.filter(({ check }) => check === 'down-loses-data')).toMatchObject([
      {
        where: { migration: '1_drop_city', relation: 'public.customers', column: 'city' },
        message: 'With later migrations applied in between, taking it back empties public.customers.city in 3 rows.',
      },
    ]);
  });

  test('that a later migration did to a column is not laid on an earlier one that renames it', async () => {
    const { lines } = await rehearseProject({
      seed: CUSTOMERS,
      migrations: {
        '1_rename': [
          'alter table customers rename column city to town; alter table customers rename to clients',
          'alter table clients rename to customers; alter table customers rename column town to city',
        ],
        '2_upper': ['update clients set town = upper(town)', 'select 1'],
      },
    });
    expect(lines).toEqual(['down-missing 2_upper', 'up-changes-data 2_upper']);
  });

  test('is a sequence of its own that would give the same numbers again', async () => {
    const { verdict } = await rehearseProject({
      seed: `${CUSTOMERS} create sequence order_numbers; select setval('order_numbers', 5000); create sequence forward; select nextval('forward');`,
      migrations: {
        '1_numbers': [
          "drop sequence order_numbers; select nextval('forward')",
          "create sequence order_numbers; select nextval('forward')",
        ],
      },
    });
    expect(verdict.findings).toMatchObject([
      {
        check: 'down-loses-data',
        where: { relation: 'public.order_numbers' },
        message:
          'Taking it back sets the sequence public.order_numbers back: it gives 1 next, although it has given 5000 already.',
      },
    ]);
  });

  test('cannot be judged for a table that cannot be read', async () => {
    // Values of this type go in as numbers and cannot come out.
    const seed = `${CUSTOMERS} create type stuck;
      create function stuck_in(cstring) returns stuck language internal strict immutable as 'int4in';
      create function stuck_out(stuck) returns cstring language internal strict immutable as 'enum_out';
      create type stuck (input = stuck_in, output = stuck_out, like = integer);
      create table broken (a stuck); insert into broken values ('7');`;
    const project = { seed, migrations: { '1_y': ADD } };
    const { verdict } = await rehearseProject(project);
    expect(verdict.outcome).toBe('inconclusive');
    expect(verdict.notJudged).toMatchObject([
      { check: 'down-loses-data', reason: expect.stringMatching(/^public\.broken was not compared: .*SQLSTATE/) },
    ]);
    const waived = await rehearseProject({
      ...project,
      config: `waivers: [{ check: down-loses-data, relation: public.broken, reason: known }]\n`,
    });
    expect(waived.verdict).toMatchObject({ outcome: 'safe', findings: [] });
  });
});

test('rows of a partition that is detached or attached are not called deleted', async () => {
  const { lines } = await rehearseProject({
    seed: `create table p (id int, d int) partition by range (d);
      create table p1 partition of p for values from (0) to (10); insert into p values (1, 1), (2, 2);
      create table p2 (id int, d int); insert into p2 values (3, 11);`,
    migrations: {
      '1_detach': [
        'alter table p detach partition p1',
        'alter table p attach partition p1 for values from (0) to (10)',
      ],
      '2_attach': [
        'alter table p attach partition p2 for values from (10) to (20)',
        'alter table p detach partition p2',
      ],
      '3_detach_and_delete': [
        'alter table p detach partition p2; delete from p2',
        'insert into p2 values (3, 11); alter table p attach partition p2 for values from (10) to (20)',
      ],
    },
  });
  expect(lines).toEqual(['up-deletes-rows 3_detach_and_delete']);
});

describe('an invariant', () => {
  test('cannot write, whatever its text', async () => {
    const { verdict, recording } = await rehearseProject({
      seed: CUSTOMERS,
      migrations: { '1_y': ADD },
      config: `invariants:
  - { name: two, sql: 'commit; delete from customers; begin; select 1', expect: unchanged }
  - { name: count, sql: select count(*) from customers, expect: '3' }\n`,
    });
    expect(verdict.findings).toMatchObject([{ check: 'invariant-broken', evidence: { invariant: 'two' } }]);
    expect(recording.steps[0]?.observations.invariants?.[0]?.error).toContain('read-only transaction');
  });

  test('is one statement', async () => {
    const { recording } = await rehearseProject({
      seed: CUSTOMERS,
      migrations: { '1_y': ADD },
      config: `invariants: [{ name: two, sql: 'select 1; select 2', expect: unchanged }]\n`,
    });
    expect(recording.start.invariants?.[0]?.start.error).toBe('it holds 2 statements, not one');
  });

  test('does not put values of rows into the recording when it fails', async () => {
    const { recording, verdict } = await rehearseProject({
      seed: `${CUSTOMERS} create function shout() returns int language plpgsql as $$ begin raise exception 'found %', (select city from customers limit 1) using errcode = '42000'; end $$;`,
      migrations: { '1_y': ADD },
      config: `invariants:
  - { name: cast, sql: 'select city::int from customers', expect: unchanged }
  - { name: raised, sql: 'select shout()', expect: unchanged }
  - { name: gone, sql: select * from nowhere, expect: unchanged }\n`,
    });
    const errors = recording.start.invariants?.map(({ start }) => start.error);
    expect(errors?.[0]).toContain('22P02');
    expect(errors?.[2]).toBe('relation "nowhere" does not exist');
    expect(JSON.stringify({ recording, verdict })).not.toContain('Berlin');
  });
});

test('passwords in statements are not recorded', async () => {
  const { recording, verdict } = await rehearseProject({
    seed: CUSTOMERS,
    migrations: { '1_app': ["create role app login password 'hunter2'; select 1/0", 'drop role app'] },
  });
  expect(verdict.findings).toMatchObject([{ check: 'up-failed' }]);
  expect(JSON.stringify({ recording, verdict })).not.toContain('hunter2');
});
