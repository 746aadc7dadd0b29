import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const withServer = { testTimeout: 180_000, hookTimeout: 180_000 };

/** Minutes each. What starts last decides when everything is done, so these come first. */
const LONG = [
  'observers/schema/schema-parts',
  'backup/damage',
  'rehearsal/shop',
  'scenarios/scenarios',
  'observers/schema/schema-oracle',
  'contracts/leftovers-docker',
  'contracts/leftovers-external',
  'contracts/leftovers-local',
  'server/docker-rehearsal',
  'server/docker-server',
  'contracts/server-provider-docker',
  'server/leftovers',
  'corpora/knex-corpora',
  'rehearsal/rehearse',
  'migrations/knex-session',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- not that of an array
    const others = await super.sort(files);
    return others.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = LONG.findIndex((name) => moduleId.endsWith(`${name}.test.ts`));
  return place === -1 ? LONG.length : place;
}

export default defineConfig({
  test: {
    // Tests wait for servers more than they calculate; by default one core of two would be left out.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { name: 'unit', include: ['test/{unit,architecture}/**/*.test.ts'] } },
      { test: { name: 'integration', include: ['test/{integration,contracts}/**/*.test.ts'], ...withServer } },
      { test: { name: 'scenarios', include: ['test/scenarios/**/*.test.ts'], ...withServer } },
      { test: { name: 'cli', include: ['test/cli/**/*.test.ts'], ...withServer } },
    ],
    coverage: { provider: 'v8', include: ['src/**'] },
  },
});
