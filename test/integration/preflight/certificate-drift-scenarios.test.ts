import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { loadConfig } from '../../../src/config/load-config.ts';
import { rehearsalRequest } from '../../../src/config/rehearsal-request.ts';
import { orderMigrations } from '../../../src/migrations/graph.ts';
import { castFor } from '../../../src/rehearsal/cast.ts';
import type { DatabaseTarget } from '../../../src/server/provider.ts';
import { corpusProject, KNEX_CORPORA } from '../../helpers/corpora.ts';
import { noSignal } from '../../helpers/sql-project.ts';
import { type DriftRig, openDriftRig } from './drift-rig.ts';

/** The newest that the machine's pg_dump can dump. */
const MAJOR = 15;

let rig: DriftRig;
beforeAll(async () => {
  rig = await openDriftRig(MAJOR);
});
afterAll(() => rig[Symbol.asyncDispose]());

const SCENARIOS = readdirSync('scenarios').map((id) => `${id}/bites`);

describe('what migrations made does not differ from its restored dump', () => {
  test.each(SCENARIOS)('scenario %s', async (name) => {
    const folder = `scenarios/${name}`;
    expect(await rig.driftAfter(name.replaceAll(/\W/g, '_'), (target) => migrateAll(folder, target))).toEqual([]);
  });

  test('the example shop', async () => {
    expect(await rig.driftAfter('shop', (target) => migrateAll('examples/shop', target))).toEqual([]);
  });

  test.for(KNEX_CORPORA)('$npm', async (corpus) => {
    using project = await corpusProject(corpus, MAJOR);
    const name = corpus.npm.replaceAll(/\W/g, '_');
    expect(await rig.driftAfter(name, (target) => migrateAll(project.folder, target))).toEqual([]);
  });
});

/** Everything that can be applied; what cannot is passed over. */
async function migrateAll(folder: string, target: DatabaseTarget): Promise<void> {
  const config = await loadConfig(folder, {}, process.env, process.cwd());
  const request = rehearsalRequest(config, { showValues: false });
  const { backup, source } = await castFor(request, () => {}, noSignal);
  await backup?.restore(target, () => {}, noSignal);
  const { migrations } = await source.list(noSignal);
  await using session = await source.open(target, noSignal);
  const applied = new Set((await session.applied()).map(({ id }) => id));
  for (const migration of orderMigrations(migrations).ordered) {
    if (!applied.has(migration.id)) await session.run(migration, 'up', noSignal);
  }
}
