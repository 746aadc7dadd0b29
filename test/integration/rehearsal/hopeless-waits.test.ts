import { expect, test } from 'vitest';
import { failureOf } from '../../../src/migrations/failure.ts';
import type { RunOutcome } from '../../../src/migrations/source.ts';
import { connect, type Database } from '../../../src/postgres/connect.ts';
import { endHopelessWaits } from '../../../src/rehearsal/end-hopeless-waits.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';

const PATIENCE_MS = 400;

const attempt = (work: () => Promise<unknown>) => async (): Promise<RunOutcome> => {
  try {
    await work();
    return { status: 'completed' };
  } catch (error) {
    return { status: 'failed', failure: failureOf(error) };
  }
};

async function locked(
  settings: Record<string, string>,
  body: (sessions: {
    server: Awaited<ReturnType<typeof startTestServer>>;
    holder: Database;
    waiter: Database;
  }) => Promise<void>,
): Promise<void> {
  await using server = await startTestServer(undefined, settings);
  const { connectionString } = await createDatabase(server, 'shop');
  await using holder = await connect(connectionString, { applicationName: 'rehearsed-a' });
  await using waiter = await connect(connectionString, { applicationName: 'rehearsed-b' });
  await holder.script('create table t (id integer)');
  await holder.script('begin; lock table t');
  await body({ server, holder, waiter });
}

test('a wait for a transaction that was left prepared is ended, and the failure says so', () =>
  locked({ max_prepared_transactions: '2' }, async ({ server, holder, waiter }) => {
    await holder.script("prepare transaction 'left'");
    const outcome = await endHopelessWaits(
      server,
      attempt(() => waiter.script('drop table t')),
      PATIENCE_MS,
    );
    expect(outcome).toMatchObject({
      status: 'failed',
      failure: {
        sqlState: '57014',
        message: expect.stringContaining('It waited for a lock of a transaction that was left prepared'),
      },
    });
    await holder.script("rollback prepared 'left'");
  }));

test('so is a wait for a session that sits idle in its transaction', () =>
  locked({}, async ({ server, waiter }) => {
    const outcome = await endHopelessWaits(
      server,
      attempt(() => waiter.script('drop table t')),
      PATIENCE_MS,
    );
    expect(outcome).toMatchObject({
      failure: { message: expect.stringContaining('another session that does nothing') },
    });
  }));

test('a wait for a session that is at work is not', () =>
  locked({}, async ({ server, holder, waiter }) => {
    const working = holder.script('select pg_sleep(1.5)').then(() => holder.script('commit'));
    const outcome = await endHopelessWaits(
      server,
      attempt(() => waiter.script('drop table t')),
      PATIENCE_MS,
    );
    await working;
    expect(outcome).toEqual({ status: 'completed' });
  }));
