import { Client } from 'pg';
import { expect, test } from 'vitest';

import { pause, startRig, until, type Rig } from './database-rig.ts';

test.each([14, 18])('PostgreSQL %i: a replica that streams, lags, and is gone', async (major) => {
  await using rig = await startRig(major);
  const { said, root } = rig;
  const policy = { replicas: 1 };
  await until(async () => (await said())['statistics-stale'] === undefined || (await analyze(rig)), 'fresh statistics');

  expect(await said({ policy })).toEqual({ 'replica-lagging': 'fail' });

  const standby = await startStandby(rig);
  try {
    await until(async () => (await said({ policy }))['replica-lagging'] === undefined, 'the standby streams');
    expect(await said({ policy })).toEqual({});
    // How far behind is masked, and so unknown, for whoever may not see it.
    expect(await said({ policy, as: 'blind' })).toMatchObject({ 'replica-lagging': 'unknown' });

    await root.script('create table filler as select n from generate_series(1, 50000) n; drop table filler');
    const limits = (name: string) => ({ 'replica-lagging': { [name]: 0.5 } });
    await until(async () => (await said({ limits: limits('warnLagMib') }))['replica-lagging'] === 'warn', 'it lags');
    expect(await said({ policy, limits: limits('maxLagMib') })).toEqual({ 'replica-lagging': 'fail' });
    expect(await said({ policy })).toEqual({});
  } finally {
    await standby.end();
  }
  await until(async () => (await root.query('select 1 from pg_stat_replication')).length === 0, 'the standby is gone');
  expect(await said({ policy })).toEqual({ 'replica-lagging': 'fail' });
  expect(await said()).toEqual({});
});

/** One that receives, says once how far it has got, and replays nothing more. */
async function startStandby({ target }: Rig): Promise<Client> {
  // The driver's types do not know `replication`; the driver does.
  const config = {
    host: target.host,
    port: target.port,
    user: target.user,
    password: target.password,
    replication: 'true',
    application_name: 'standby',
  };
  const client = new Client(config);
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query<{ xlogpos: string }>('IDENTIFY_SYSTEM');
  const position = rows[0]?.xlogpos ?? '';
  void client.query(`START_REPLICATION PHYSICAL ${position}`).catch(() => {});
  await pause(300);
  const { connection } = client as unknown as { connection: { sendCopyFromChunk(chunk: Buffer): void } };
  connection.sendCopyFromChunk(statusUpdate(position));
  return client;
}

/** Written, flushed and applied up to a position: `r`, three positions, a clock, and no wish for an answer. */
function statusUpdate(position: string): Buffer {
  const [high = '0', low = '0'] = position.split('/');
  const chunk = Buffer.alloc(34);
  chunk.write('r', 0);
  for (const at of [1, 9, 17]) chunk.writeBigUInt64BE((BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`), at);
  return chunk;
}

async function analyze({ root }: Rig): Promise<false> {
  await root.script('vacuum analyze users');
  return false;
}
