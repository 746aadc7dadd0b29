import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { connect } from '../../../src/postgres/connect.ts';
import type { Answer } from '../../../src/findings/answer.ts';
import { judgeAnswers, type Judged } from '../../../src/preflight/judge.ts';
import { VERIFY_CHECKS } from '../../../src/preflight/verify/checks/index.ts';
import type { VerifyRequest } from '../../../src/preflight/verify/request.ts';
import type { VerifySettings } from '../../../src/preflight/verify/settings.ts';
import { gatherVerification } from '../../../src/preflight/verify/verify.ts';
import { aRelease, type Production, type Release } from '../../helpers/released-production.ts';
import { noSignal } from '../../helpers/sql-project.ts';

const SEED = `
create table customers (id integer primary key, email text not null, phone text, born integer not null);
insert into customers select n, 'user' || n || '@example.com', n::text, 1950 + n % 50 from generate_series(1, 3000) n;
create table orders (id integer primary key, customer integer not null, cents integer not null);
insert into orders select n, 1 + n % 3000, n from generate_series(1, 5000) n;
create table notes (id integer primary key, text text);
insert into notes values (1, 'a');
`;

const MIGRATIONS = {
  '1_city': ['alter table customers add column city text', 'alter table customers drop column city'],
  '2_cents': [
    'alter table orders alter column cents type bigint',
    'alter table orders alter column cents type integer',
  ],
  '3_customer': [
    `alter table orders add constraint orders_customer foreign key (customer) references customers (id) not valid;
     create index orders_lower on customers (lower(email))`,
    'drop index orders_lower; alter table orders drop constraint orders_customer',
  ],
} as const;

let release: Release;

beforeAll(async () => {
  release = await aRelease({ seed: SEED, migrations: MIGRATIONS });
});
afterAll(() => release[Symbol.asyncDispose]());

describe('production that ended where the rehearsal ended', () => {
  test('passes as a role that may only read', async () => {
    const { verdict, answers } = await verify(await release.production(), {
      invariants: [
        { name: 'orders have customers', sql: 'select id from orders where customer is null', expect: 'empty' },
      ],
      verify: {
        queries: [
          { name: 'newest order', sql: 'select id from orders order by id desc limit 1', expect: '5000' },
          { name: 'some customers', sql: 'select * from customers', expect: 'some' },
          { name: 'no stranger', sql: 'select 1 from customers where city = $$Atlantis$$', expect: 'empty' },
        ],
        urls: [],
      },
    });

    expect(counts(answers)).toEqual([
      // The migration itself leaves it so.
      'warn verify-constraint-not-validated',
    ]);
    expect(verdict.outcome).toBe('safe');
    expect(answers.filter(({ answer }) => answer === 'pass').map(({ check }) => check)).toEqual([
      'verify-certificate-not-safe',
      'verify-migration-edited',
      'verify-migration-not-applied',
      'verify-migration-unexpected',
      'verify-schema-differs',
      'verify-index-invalid',
      'verify-statistics-lost',
      'verify-invariant-broken',
      'verify-query-failed',
      'verify-query-failed',
      'verify-query-failed',
    ]);
  });
});

/** What somebody did to production, and exactly what is said of it (the note on the foreign key left out). */
const DEVIATIONS: readonly (readonly [what: string, change: string, answers: readonly string[]])[] = [
  [
    'a column is missing',
    'alter table customers drop column city',
    [
      'fail verify-schema-differs: The column public.customers.city is missing in production; the rehearsal ended with it.',
    ],
  ],
  [
    'somebody made an index',
    'create index extra on notes (text)',
    ['fail verify-schema-differs: The index public.extra is in production; the rehearsal ended without it.'],
  ],
  [
    'a constraint that the release does not know is not validated, on a table it does not touch',
    'alter table notes add constraint short check (length(text) < 9) not valid',
    [
      'fail verify-schema-differs: The constraint public.notes.short is in production; the rehearsal ended without it.',
      'warn verify-constraint-not-validated: The check constraint short of public.notes is not validated; no rehearsed migration touches it.',
    ],
  ],
  [
    'the same on a table that it touches',
    'alter table customers add constraint "Adult" check (born < 2010) not valid',
    [
      'fail verify-schema-differs: The constraint public.customers."Adult" is in production; the rehearsal ended without it.',
      'fail verify-constraint-not-validated: The check constraint "Adult" of public.customers is not validated.',
    ],
  ],
  [
    'the type of a column was changed again, and its statistics went with it',
    'alter table orders alter column cents type integer; alter table orders alter column cents type bigint',
    ['fail verify-statistics-lost: public.orders of about 5,000 rows has no statistics for its column cents.'],
  ],
  [
    'a new column was filled and never looked at',
    'alter table customers drop column city; alter table customers add column city text',
    ['warn verify-statistics-lost: public.customers of about 3,000 rows has no statistics for its column city.'],
  ],
  [
    'the expressions of a new index have no statistics',
    'drop index orders_lower; create index orders_lower on customers (lower(email))',
    [
      'warn verify-statistics-lost: public.customers of about 3,000 rows has no statistics for the expressions of the index public.orders_lower.',
    ],
  ],
  [
    'the last migration is not in the books',
    'update schema_migrations set version = 2',
    ['fail verify-migration-not-applied: 3_customer was rehearsed and is not applied in production.'],
  ],
  [
    'the last migration did not finish',
    'update schema_migrations set dirty = true',
    ['fail verify-migration-not-applied: 3_customer was begun in production and not finished.'],
  ],
  ['somebody wrote rows', `insert into orders values (9999, 1, 1)`, []],
];

describe('production that ended elsewhere', () => {
  test.each(DEVIATIONS)('%s', async (_, change, expected) => {
    const { answers } = await verify(await release.production(change));
    expect(lines(answers)).toEqual([...expected].toSorted());
  });

  test('an index was left invalid by a build that failed', async () => {
    const production = await release.production(`insert into orders values (9999, 1, 1), (10000, 1, 1)`);
    await expect(production.run('create unique index concurrently one_each on orders (customer)')).rejects.toThrow(
      'could not create unique index',
    );
    const { answers } = await verify(production);
    expect(lines(answers)).toEqual([
      'fail verify-index-invalid: The index public.one_each on public.orders is invalid.',
      'fail verify-schema-differs: The index public.one_each is in production; the rehearsal ended without it.',
    ]);
    expect(remedies(answers, 'verify-index-invalid')).toEqual([
      'Remove what makes the build fail, then DROP INDEX CONCURRENTLY public.one_each; and build it again, or REINDEX INDEX CONCURRENTLY public.one_each;',
    ]);
  });

  test('an index that is being built at this moment is no fault yet', async () => {
    const production = await release.production();
    await using writer = await connect(production.connectionString, { applicationName: 'long writer' });
    await writer.script('begin; update notes set text = text');
    await using builder = await connect(production.connectionString, { applicationName: 'builder' });
    const building = builder.script('create index concurrently extra on notes (text)');
    await sleep(500);
    const { answers } = await verify(production);
    await writer.script('rollback');
    await building;
    expect(lines(answers)).toEqual([
      'fail verify-schema-differs: The index public.extra is in production; the rehearsal ended without it.',
      'warn verify-index-invalid: The index public.extra is being built at this moment.',
    ]);
  });

  test('the remedy for lost statistics is a statement that mends it', async () => {
    const production = await release.production(
      'alter table orders alter column cents type integer; alter table orders alter column cents type bigint',
    );
    const { answers } = await verify(production);
    const [remedy = ''] = remedies(answers, 'verify-statistics-lost');
    expect(remedy).toBe('Run ANALYZE public.orders (cents);');
    await production.run(remedy.replace('Run ', ''));
    expect(lines((await verify(production)).answers)).toEqual([]);
  });

  test('nothing was released', async () => {
    const { verdict, answers } = await verify(await release.unreleased());
    expect(verdict.outcome).toBe('unsafe');
    expect(lines(answers).filter((line) => line.includes('not-applied'))).toEqual([
      'fail verify-migration-not-applied: 1_city was rehearsed and is not applied in production.',
      'fail verify-migration-not-applied: 2_cents was rehearsed and is not applied in production.',
      'fail verify-migration-not-applied: 3_customer was rehearsed and is not applied in production.',
    ]);
  });

  test('invariants and queries that do not give what they should', async () => {
    const production = await release.production('delete from orders where id > 100');
    const { answers } = await verify(production, {
      invariants: [
        { name: 'count', sql: 'select count(*) from orders', expect: '5000' },
        { name: 'before and after', sql: 'select count(*) from customers', expect: 'unchanged' },
        { name: 'gone', sql: 'select count(*) from payments', expect: '0' },
      ],
      verify: {
        queries: [
          { name: 'old order', sql: 'select id from orders where id = 3000', expect: 'some' },
          { name: 'broken', sql: 'select town from customers', expect: 'some' },
          { name: 'a value of a row', sql: `select 'secret'::integer`, expect: 'some' },
          { name: 'writes', sql: `delete from orders`, expect: 'empty' },
          { name: 'writes behind', sql: `commit; delete from orders`, expect: 'empty' },
        ],
        urls: [],
      },
    });
    expect(lines(answers)).toEqual([
      'fail verify-invariant-broken: The invariant "count" does not hold: it gives 100 instead of 5000.',
      'fail verify-invariant-broken: The invariant "gone" does not hold: its query fails (relation "payments" does not exist).',
      'fail verify-query-failed: The query "a value of a row" fails: SQLSTATE 22P02; the message may hold values of rows and is left out.',
      'fail verify-query-failed: The query "broken" fails: column "town" does not exist.',
      'fail verify-query-failed: The query "old order" gives 0 rows instead of a row at least.',
      'fail verify-query-failed: The query "writes behind" fails: cannot insert multiple commands into a prepared statement.',
      'fail verify-query-failed: The query "writes" fails: cannot execute DELETE in a read-only transaction.',
      'unknown verify-invariant-broken: What the invariant "before and after" gave before the migration is not known: it stands in the receipt of the pre-flight.',
    ]);
    await using database = await connect(production.connectionString, { applicationName: 'test' });
    expect(await database.query('select count(*) from orders')).toEqual([{ count: '100' }]);
  });
});

describe('production that cannot be seen', () => {
  test('statistics of tables that the role may not read are unknown', async () => {
    const production = await release.production(`
      do $$ begin
        if not exists (select from pg_roles where rolname = 'blind') then create role blind login password 'blind'; end if;
      end $$;
      alter table orders alter column cents type integer; alter table orders alter column cents type bigint`);
    const { verdict, answers } = await verify(
      { ...production, target: { ...production.target, user: 'blind', password: 'blind' } },
      {
        invariants: [{ name: 'count', sql: 'select count(*) from orders', expect: '5000' }],
        verify: { queries: [{ name: 'orders', sql: 'select id from orders', expect: 'some' }], urls: [] },
      },
    );
    expect(verdict.outcome).not.toBe('safe');
    expect(lines(answers).filter((line) => /statistics|orders/.test(line))).toEqual([
      'unknown verify-invariant-broken: Cannot read the invariant "count": permission denied for table orders.',
      'unknown verify-query-failed: Cannot read the query "orders": permission denied for table orders.',
      'unknown verify-statistics-lost: We may not see the statistics of id, customer, cents of public.orders.',
      'unknown verify-statistics-lost: We may not see the statistics of id, email, phone, born, city, public.orders_lower of public.customers.',
    ]);
  });

  test('an unreachable server leaves nothing but unknown', async () => {
    const production = await release.production();
    const { verdict, answers } = await verify(
      { ...production, target: { ...production.target, port: 1 } },
      {
        invariants: [{ name: 'a', sql: 'select 1', expect: '1' }],
        verify: { queries: [{ name: 'b', sql: 'select 1', expect: '1' }], urls: [] },
      },
    );
    expect(verdict.outcome).toBe('inconclusive');
    expect(lines(answers).filter((line) => line.includes('..'))).toEqual([]);
    expect([...new Set(counts(answers))]).toEqual([
      'unknown verify-migration-edited',
      'unknown verify-migration-not-applied',
      'unknown verify-migration-unexpected',
      'unknown verify-schema-differs',
      'unknown verify-index-invalid',
      'unknown verify-constraint-not-validated',
      'unknown verify-statistics-lost',
      'unknown verify-invariant-broken',
      'unknown verify-query-failed',
    ]);
  });

  test('it does not hang behind an ALTER TABLE that waits', async () => {
    const production = await release.production();
    await using reader = await connect(production.connectionString, { applicationName: 'long report' });
    await reader.script('begin; select count(*) from orders');
    await using migrator = await connect(production.connectionString, { applicationName: 'late migration' });
    const altering = migrator.script('alter table orders add column late integer').catch(() => {});
    await sleep(300);
    const startedAt = performance.now();
    const { verdict, answers } = await verify(production, {
      verify: { queries: [{ name: 'orders', sql: 'select count(*) from orders', expect: '5000' }], urls: [] },
    });
    const tookMs = performance.now() - startedAt;
    await reader.script('rollback');
    await altering;
    expect(tookMs).toBeLessThan(40_000);
    expect(verdict.outcome).not.toBe('safe');
    const states = Object.fromEntries(answers.map(({ check, answer }) => [check, answer]));
    expect(states).toMatchObject({
      'verify-migration-not-applied': 'pass',
      'verify-index-invalid': 'pass',
      'verify-query-failed': 'unknown',
    });
  });

  test('an interruption ends it at once', async () => {
    const production = await release.production();
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('Ctrl-C')), 300);
    const startedAt = performance.now();
    await expect(
      gatherVerification(
        requestOf(production, {
          verify: { queries: [{ name: 'slow', sql: 'select pg_sleep(20)', expect: 'some' }], urls: [] },
        }),
        () => {},
        controller.signal,
      ),
    ).rejects.toThrow('Ctrl-C');
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  });
});

type Wishes = Partial<Omit<VerifyRequest, 'verify'>> & { readonly verify?: VerifySettings };

function requestOf(production: Production, wishes: Wishes = {}): VerifyRequest {
  return {
    target: production.target,
    certificate: { path: release.certificate, isDefault: false },
    source: release.source,
    invariants: [],
    verify: { queries: [], urls: [] },
    ...wishes,
  };
}

async function verify(production: Production, wishes: Wishes = {}): Promise<Judged> {
  const facts = await gatherVerification(requestOf(production, wishes), () => {}, noSignal);
  expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
  return judgeAnswers(facts, VERIFY_CHECKS, {
    checks: {},
    waivers: [],
    today: '2026-11-25',
    knownChecks: VERIFY_CHECKS.map(({ id }) => id),
  });
}

const counts = (answers: readonly Answer[]): string[] =>
  answers
    .filter(({ answer }) => answer !== 'pass' && answer !== 'skipped')
    .map(({ answer, check }) => `${answer} ${check}`);

const lines = (answers: readonly Answer[]): string[] =>
  answers
    .filter(
      ({ answer, message }) =>
        answer !== 'pass' && answer !== 'skipped' && !message.includes('so it was at the end of'),
    )
    .map(({ answer, check, message }) => `${answer} ${check}: ${message}`)
    .toSorted();

const remedies = (answers: readonly Answer[], check: string): (string | undefined)[] =>
  answers.filter((one) => one.check === check && one.answer === 'fail').map(({ remedy }) => remedy);
