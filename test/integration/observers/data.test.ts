import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataObserver } from '../../../src/observers/data/index.ts';
import { connect } from '../../../src/postgres/connect.ts';
import type { EphemeralServer } from '../../../src/server/provider.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';

let server: EphemeralServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('smoke', () => {
  test('x', async () => {
    const target = await createDatabase(server, 'smoke');
    await using db = await connect(target.connectionString, { applicationName: 'test' });
    await db.script('create table t (id int primary key, a text, n numeric); insert into t select g, g, g from generate_series(1,1000) g');
    await using watch = await dataObserver.open({ server, database: 'smoke', bookkeeping: [] });
    console.log(JSON.stringify(watch.start, null, 1));
    await db.script('update t set a = a||1 where id = 3; alter table t add x int default 5');
    console.log(JSON.stringify(await watch.afterStep(), null, 1));
    for (let i = 0; i < 3; i += 1) {
      const t = performance.now();
      console.log(JSON.stringify(await watch.afterStep(), null, 1), performance.now() - t);
    }
  });
});
