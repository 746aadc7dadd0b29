import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { readMasking } from '../../../src/backup/index.ts';
import { connect } from '../../../src/postgres/connect.ts';
import { terminalReport } from '../../../src/reports/terminal.ts';
import type { DatabaseTarget, EphemeralServer } from '../../../src/server/provider.ts';
import { CUSTOMERS, rehearseProject } from '../../helpers/project.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';

const never = new AbortController().signal;

let server: EphemeralServer;
let target: DatabaseTarget;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'masking-'));
  server = await startTestServer();
  target = await createDatabase(server, 'masked');
  await onServer(CUSTOMERS);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

async function onServer<Row>(sql: string): Promise<readonly Row[]> {
  await using session = await connect(target.connectionString, { applicationName: 'test' });
  return (await session.script(sql)).at(-1) as Row[];
}

function file(sql: string): string {
  const path = join(folder, 'mask.sql');
  writeFileSync(path, sql);
  return path;
}

const apply = async (sql: string, signal = never): Promise<void> =>
  (await readMasking(file(sql))).apply(target, () => {}, signal);

describe('on a server', () => {
  test('changes rows and what the planner knows of them', async () => {
    await onServer(
      "insert into customers select 10 + i, 'often@example.com', '1', 'Bern' from generate_series(1, 99) i; analyze",
    );
    await apply(`-- é
      set session_replication_role = replica;
      update customers set email = 'c' || id, phone = (random() * 1e6)::int::text;
      vacuum customers;`);
    const phones = await onServer('select array_agg(phone order by id) from customers');
    expect(await onServer("select * from customers where email like '%example%'")).toEqual([]);
    expect(await onServer("select * from pg_stats where most_common_vals::text like '%example%'")).toEqual([]);
    await apply(`update customers set phone = (random() * 1e6)::int::text;`);
    expect(await onServer('select array_agg(phone order by id) from customers')).toEqual(phones);
  });

  test.each([
    [
      'a fault in the middle',
      "select 1;\n\nupdate customers\n  set é = 'x', email = 'secret';",
      /mask\.sql:4:7: column "é" of relation "customers" does not exist \(SQLSTATE 42703\), in: update customers set é = '…', email = '…'$/,
    ],
    [
      'a fault without a place',
      "select 1;\n  insert into customers values (1, 'secret');",
      /mask\.sql:2:3: .*"customers_pkey", key \(id\) \(SQLSTATE 23505\), in: insert into customers$/,
    ],
  ])('%s is told with its place, without values', async (_, sql, message) => {
    const error: unknown = await apply(sql).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'MASKING_FAILED', exitCode: 2, message: expect.stringMatching(message) });
    expect(String(error)).not.toContain('secret');
  });

  test('ends with an abort', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 200);
    await expect(apply('select pg_sleep(60)', controller.signal)).rejects.toThrow('enough');
  });
});

test.each([
  ['a psql command', '\\i other.sql\n', 'mask.sql holds \\i other.sql, a command of psql.'],
  ['COPY', 'copy t from stdin;\n1\n\\.\n', 'mask.sql holds COPY … FROM stdin.'],
  ['an open string', "select 'x", 'mask.sql ends inside of a quoted string.'],
])('%s is refused before a server is started', async (_, sql, message) => {
  await expect(readMasking(file(sql))).rejects.toMatchObject({
    code: 'MASKING_FAILED',
    message: `The masking failed: ${message}`,
  });
});

test('a missing file is named', async () => {
  await expect(readMasking(join(folder, 'none.sql'))).rejects.toMatchObject({
    code: 'MASKING_FAILED',
    message: expect.stringContaining('none.sql'),
  });
});

describe('in a rehearsal', () => {
  const rehearsed = (mask: string) => {
    mkdirSync(join(folder, 'rehearsal'), { recursive: true });
    writeFileSync(join(folder, 'rehearsal/mask.sql'), mask);
    writeFileSync(join(folder, 'rehearsal/seed.sql'), CUSTOMERS);
    return rehearseProject({
      // The way back loses a row: what is lost is counted on a second server, which is masked as well.
      migrations: {
        '1_a': [
          'alter table customers add x int',
          "alter table customers drop x; delete from customers where email = 'c1'",
        ],
        '2_b': ['create table b ()', 'drop table b'],
      },
      config: `backup: { file: ${join(folder, 'rehearsal/seed.sql')}, masking: ${join(folder, 'rehearsal/mask.sql')} }\n`,
    });
  };

  test('comes before everything, each time the database is built', async () => {
    const { recording, verdict } = await rehearsed("update customers set email = 'c' || id, phone = random()::text;");
    const lost = verdict.findings.find(({ check }) => check === 'down-loses-data');
    expect(lost?.message).toMatch(/\b1 row\b/);
    const [rebuilt, ...more] = recording.steps.flatMap((step) => step.rebuilt ?? []);
    expect(rebuilt?.data.map(({ before, after }) => [before, after])).toMatchObject([[{ rows: 2 }, { rows: 3 }]]);
    expect(more).toEqual([]);
    expect(recording.backup.masked).toBe(true);
    expect(terminalReport.render(verdict, recording)).toContain('restored and masked in ');
  });

  test('that fails stops the run and leaves no server', async () => {
    const before = ownServers();
    await expect(rehearsed('update customers set none = 1')).rejects.toMatchObject({ code: 'MASKING_FAILED' });
    expect(ownServers()).toEqual(before);
  });
});

/** Folders of servers that this process started. */
const ownServers = (): string[] =>
  readdirSync(tmpdir()).filter((name) => {
    try {
      const owner = readFileSync(join(tmpdir(), name, 'owner.json'), 'utf8');
      return /^pgrehearse-[0-9a-f]{12}$/.test(name) && owner.includes(`"pid":${process.pid},`);
    } catch {
      return false;
    }
  });
