import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import { rehearsalRequest } from '../../../src/config/rehearsal-request.ts';
import { rehearse } from '../../../src/rehearsal/rehearse.ts';
import { aProject, CUSTOMERS, rehearseProject } from '../../helpers/project.ts';

const invoices = ['create table invoices (id integer primary key);', 'drop table invoices;'] as const;

describe('a round trip', () => {
  test('applies, reverts, reapplies and unwinds each migration, newest first at the end', async () => {
    const { steps, verdict } = await rehearseProject({
      seed: CUSTOMERS,
      migrations: {
        '9_vip': ['alter table customers add column vip bool;', 'alter table customers drop column vip;'],
        '10_invoices': invoices,
      },
    });
    expect(steps).toEqual([
      'apply 9_vip completed',
      'revert 9_vip completed',
      'reapply 9_vip completed',
      'apply 10_invoices completed',
      'revert 10_invoices completed',
      'reapply 10_invoices completed',
      'unwind 10_invoices completed',
      'unwind 9_vip completed',
    ]);
    expect(verdict).toMatchObject({ outcome: 'safe', findings: [] });
  });

  test('records the statements of a step with the time the server took, and none of ours', async () => {
    const { recording } = await rehearseProject({
      seed: CUSTOMERS,
      migrations: { '1_wait': ["create table w (id integer);\nselect pg_sleep(0.2), 'héllo';", 'drop table w;'] },
    });
    const statements = recording.steps[0]?.observations.statements ?? [];
    const own = statements.filter(({ sql }) => !sql.includes('schema_migrations'));
    expect(own.map(({ sql }) => sql).join('\n')).toContain("select pg_sleep(0.2), 'héllo'");
    expect(Math.max(...own.map(({ durationMs = 0 }) => durationMs))).toBeGreaterThan(190);
    expect(statements.some(({ sql }) => sql.includes('pg_catalog.pg_class'))).toBe(false);
  });

  test('counts exactly the rows that are not given back', async () => {
    const { verdict, recording } = await rehearseProject({
      seed: CUSTOMERS,
      migrations: {
        '1_lower': [
          'update customers set email = lower(email);',
          'update customers set email = initcap(email) where id = 3;',
        ],
      },
    });
    // Ada stays lower case; Cy comes back with another tail: Cy@Example.Com.
    expect(verdict.findings.filter(({ check }) => check === 'down-loses-data')).toMatchObject([
      { where: { relation: 'public.customers', column: 'email' }, evidence: { rows: 2 } },
    ]);
    expect(recording.steps.find(({ purpose }) => purpose === 'revert')?.observations.rowLosses).toEqual([
      { relation: 'public.customers', missingRows: 0, addedRows: 0, differingRows: { email: 2 } },
    ]);
  });

  test('tells swapped values from equal ones, and rows that came from rows that changed', async () => {
    const { verdict } = await rehearseProject({
      seed: CUSTOMERS,
      migrations: {
        '1_swap': [
          "insert into customers values (4, 'new@example.com');",
          "update customers set city = case city when 'Berlin' then 'Oslo' else 'Berlin' end where id in (1, 2);",
        ],
      },
    });
    expect(
      verdict.findings
        .filter(({ check }) => check === 'down-loses-data')
        .map(({ severity, message }) => `${severity}: ${message}`),
    ).toEqual([
      'error: Taking it back changes public.customers.city in 2 rows.',
      'warning: Taking it back leaves 1 row in public.customers that were not there before.',
    ]);
  });
});

test('an attribute that a composite type loses and gets back is lost data', async () => {
  const { lines } = await rehearseProject({
    seed: `create type addr as (street text, no integer);\ncreate table c (id integer primary key, a addr);\ninsert into c values (1, row('x', 7));`,
    migrations: { '1_no': ['alter type addr drop attribute no;', 'alter type addr add attribute no integer;'] },
  });
  expect(lines).toContain('down-loses-data 1_no');
});

describe('a table without a key', () => {
  const seed = `create table log (at date, who text);\ninsert into log values ('2024-01-01', 'a'), ('2024-01-02', 'b'), ('2024-01-02', 'b');`;

  test.each([
    [
      'values that change',
      ["update log set who = 'x' where who = 'b';", "update log set who = 'y' where who = 'x';"],
      'changes public.log.who in 2 rows',
    ],
    [
      'values that are swapped',
      [
        'create table t (id integer);',
        "update log set who = case who when 'a' then 'b' else 'a' end; update log set who = 'b' where ctid = (select max(ctid) from log);",
      ],
      'changes 2 rows of public.log',
    ],
    [
      'a duplicate that goes',
      ['create table t (id integer);', 'drop table t; delete from log where ctid = (select max(ctid) from log);'],
      'loses 1 row of public.log',
    ],
  ] as const)('%s', async (_, migration, said) => {
    const { verdict } = await rehearseProject({ seed, migrations: { '1_log': migration } });
    expect(verdict.findings.filter(({ check }) => check === 'down-loses-data').map(({ message }) => message)).toEqual([
      `Taking it back ${said}.`,
    ]);
  });
});

describe('a failing step does not hide the rest', () => {
  test('a way back that fails is followed by the next migration on a clean database', async () => {
    const { lines, steps, recording } = await rehearseProject({
      seed: CUSTOMERS,
      migrations: {
        '1_orders': [
          'create table orders (id integer);\ncreate view o as select id from orders;',
          'drop table orders;',
        ],
        '2_invoices': invoices,
      },
    });
    expect(lines).toEqual(['down-failed 1_orders']);
    expect(steps).toContain('reapply 2_invoices completed');
    expect(steps.slice(-2)).toEqual(['unwind 2_invoices completed', 'unwind 1_orders not-run']);
    // golang-migrate refuses to go on after a failure, so the database was built anew.
    expect(recording.steps.find(({ migration }) => migration === '2_invoices')?.rebuilt?.reason).toContain(
      'unfinished',
    );
  });

  test('a migration that cannot be applied again does not make the next ones fail', async () => {
    const { lines, steps } = await rehearseProject({
      seed: CUSTOMERS,
      migrations: {
        '1_state': ["create type state as enum ('a');\ncreate table s (state state);", 'drop table s;'],
        '2_default': ["alter table s add column other state default 'a';", 'alter table s drop column other;'],
      },
    });
    expect(lines).toEqual(['down-leaves-schema-changed 1_state', 'reapply-failed 1_state']);
    expect(steps).toContain('reapply 2_default completed');
  });

  test('what depends on a failed migration is said, not run', async () => {
    const { lines, steps, verdict } = await rehearseProject({
      seed: CUSTOMERS,
      migrations: { '1_bad': ['alter table customers alter phone set not null;', 'select 1;'], '2_invoices': invoices },
    });
    expect(lines).toEqual(['up-failed 1_bad']);
    expect(steps).toContain('apply 2_invoices not-run');
    expect(verdict.notJudged).toMatchObject([
      { reason: expect.stringContaining('1_bad, which it depends on, is not applied') },
    ]);
  });

  test('a file that left half of its work behind is followed by a clean database', async () => {
    const { verdict } = await rehearseProject({
      seed: CUSTOMERS,
      migrations: { '1_half': ['begin; create table half (id integer); commit; select 1/0;', 'drop table half;'] },
    });
    expect(verdict.findings.map(({ message }) => message)).toEqual([
      '1_half could not be applied: division by zero (SQLSTATE 22012) It left 2 changed objects behind.',
    ]);
  });
});

describe('scope', () => {
  const history = {
    seed: `${CUSTOMERS}create table invoices (id integer primary key);\ncreate table schema_migrations (version bigint primary key, dirty boolean not null);\ninsert into schema_migrations values (1, false);\n`,
    migrations: {
      '1_invoices': invoices,
      '2_vip': ['alter table customers add vip bool;', 'alter table customers drop vip;'],
      '3_note': ['alter table customers add note text;', 'alter table customers drop note;'],
    },
  } as const;

  test('pending leaves alone what the backup holds', async () => {
    const { steps, recording } = await rehearseProject(history);
    expect(steps.filter((step) => step.includes('1_invoices'))).toEqual([]);
    expect(recording.plan.migrations.map(({ id, applied, rehearsed }) => [id, applied, rehearsed])).toEqual([
      ['1_invoices', true, false],
      ['2_vip', false, true],
      ['3_note', false, true],
    ]);
  });

  test('all takes back first what the backup holds', async () => {
    const { steps, verdict } = await rehearseProject({ ...history, config: 'rehearsal: { scope: all }\n' });
    expect(steps.slice(0, 4)).toEqual([
      'unwind 1_invoices completed',
      'apply 1_invoices completed',
      'revert 1_invoices completed',
      'reapply 1_invoices completed',
    ]);
    expect(verdict).toMatchObject({ outcome: 'safe', findings: [] });
  });

  test('last:1 applies what comes before without a round trip', async () => {
    const { steps } = await rehearseProject({ ...history, config: 'rehearsal: { scope: "last:1" }\n' });
    expect(steps).toEqual([
      'apply 2_vip completed',
      'apply 3_note completed',
      'revert 3_note completed',
      'reapply 3_note completed',
      'unwind 3_note completed',
      'unwind 2_vip completed',
    ]);
  });

  test('forwardOnly never goes back and asks for no way back', async () => {
    const { steps, lines } = await rehearseProject({
      seed: CUSTOMERS,
      migrations: { '1_a': ['create table a (id integer);'] },
      config: 'rehearsal: { forwardOnly: true }\n',
    });
    expect(steps).toEqual(['apply 1_a completed']);
    expect(lines).toEqual([]);
  });
});

describe('when it cannot go on', () => {
  test('a migration that ends every other session leaves the verdict inconclusive, never safe', async () => {
    const { verdict, recording } = await rehearseProject({
      seed: CUSTOMERS,
      migrations: {
        '1_kill': [
          "create table k (id integer);\nselect pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend';",
          'drop table k;',
        ],
      },
    });
    expect(recording.observerFailures.length).toBeGreaterThan(0);
    expect(verdict.outcome).toBe('inconclusive');
  });

  test('a server that goes away ends the rehearsal with an error', async () => {
    const rehearsing = rehearseProject({
      seed: CUSTOMERS,
      migrations: {
        '1_crash': [
          "copy (select 1) to program 'kill -QUIT $PPID; kill -QUIT $(head -1 postmaster.pid)';",
          'select 1;',
        ],
      },
    });
    await expect(rehearsing).rejects.toMatchObject({ code: 'SERVER_UNAVAILABLE' });
  });

  test('an abort in a long step gives the recording so far, and leaves nothing', async () => {
    using project = aProject({
      seed: CUSTOMERS,
      migrations: {
        '1_a': ['create table a (id integer);', 'drop table a;'],
        '2_long': ['select pg_sleep(60);', 'select 1;'],
      },
    });
    const config = await loadConfig(project.folder, {}, {}, process.cwd());
    const abort = new AbortController();
    // A place of its own: other tests start servers at the same time.
    const place = mkdtempSync(join(tmpdir(), 'abort-'));
    vi.stubEnv('TMPDIR', place);
    chmodSync(place, 0o755);
    const recording = await rehearse(
      rehearsalRequest(config, { showValues: false }),
      (event) => {
        if (event.kind === 'step-started' && event.migration === '2_long') setTimeout(() => abort.abort(), 100);
      },
      abort.signal,
    );
    expect(recording.interrupted).toBe(true);
    expect(recording.steps.map(({ migration }) => migration)).toEqual(['1_a', '1_a', '1_a']);
    vi.unstubAllEnvs();
    expect(readdirSync(place)).toEqual([]);
    rmSync(place, { recursive: true });
  });

  test('an abort before the first step is an error of its own', async () => {
    using project = aProject({ seed: CUSTOMERS, migrations: { '1_a': invoices } });
    const config = await loadConfig(project.folder, {}, {}, process.cwd());
    const rehearsing = rehearse(rehearsalRequest(config, { showValues: false }), () => {}, AbortSignal.abort());
    await expect(rehearsing).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
