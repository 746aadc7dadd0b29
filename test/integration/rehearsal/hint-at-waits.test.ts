import { afterAll, beforeAll, expect, test } from 'vitest';

import { connect, type Database } from '../../../src/postgres/connect.ts';
import { hintAtWaits } from '../../../src/rehearsal/hint-at-waits.ts';
import type { EphemeralServer } from '../../../src/server/provider.ts';
import { startTestServer } from '../../helpers/servers.ts';

const AFTER_MS = 200;

let server: EphemeralServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const session = (): Promise<Database> =>
  connect(server.target('postgres').connectionString, { applicationName: 'rehearsed' });

/** The lines said during a step that ends by itself once there were so many. */
async function hintsDuring(amount: number, begin: (ended: Promise<void>) => Promise<unknown>): Promise<string[]> {
  const lines: string[] = [];
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const say = (line: string): void => {
    if (lines.push(line) === amount) end();
  };
  expect(await hintAtWaits(server, async () => await begin(ended), say, AFTER_MS)).toBe('its outcome');
  return lines;
}

test('a step without a statement is told of, again and again, and ends as it ends', async () => {
  await using db = await session();
  await db.query('begin');
  const lines = await hintsDuring(2, (ended) => ended.then(() => 'its outcome'));
  const line = /^running for [\d.]+ m?s: it has been without a statement for [\d.]+ m?s; Ctrl-C ends the rehearsal$/;
  expect(lines).toEqual([expect.stringMatching(line), expect.stringMatching(line)]);
});

test('so is one whose statement does not end', async () => {
  await using db = await session();
  await using idle = await session();
  await idle.query('select 1');
  const lines = await hintsDuring(1, async (ended) => {
    const statement = db.query('select pg_sleep(600)').catch(() => 'its outcome');
    await ended;
    await using other = await session();
    await other.query('select pg_terminate_backend($1)', [db.processId]);
    return await statement;
  });
  expect(lines).toEqual([expect.stringMatching(/: its statement has been running for [\d.]+ m?s; Ctrl-C/)]);
});

test('and one without any connection', async () => {
  await using upkeep = await connect(server.target('postgres').connectionString, {
    applicationName: 'pgrehearse test',
  });
  const left = "select pid from pg_stat_activity where application_name = 'rehearsed'";
  await expect.poll(() => upkeep.query(left)).toEqual([]);
  const lines = await hintsDuring(1, (ended) => ended.then(() => 'its outcome'));
  expect(lines).toEqual([expect.stringMatching(/: it has no connection; Ctrl-C/)]);
});

test('a step that is quick, or fails, says nothing', async () => {
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  await hintAtWaits(server, async () => {}, say, AFTER_MS);
  await expect(hintAtWaits(server, () => Promise.reject(new Error('lost')), say, AFTER_MS)).rejects.toThrow('lost');
  await new Promise((resolve) => setTimeout(resolve, 2 * AFTER_MS));
  expect(lines).toEqual([]);
});
