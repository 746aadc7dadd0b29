import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { dockerInventory, hasDocker, ownDockerScope, TEST_IMAGE } from '../helpers/docker.ts';
import { leftoversContract, type LeftoversRig } from './leftovers.ts';
import { aPlace } from './leftovers/place.ts';
import { project, VIP } from './leftovers/projects.ts';
import { nothingLeft } from './leftovers/waiting.ts';

let scope: ReturnType<typeof ownDockerScope>;
beforeAll(() => {
  scope = ownDockerScope();
});
afterAll(() => scope[Symbol.dispose]());

const RIG: LeftoversRig = {
  provider: 'docker',
  server: () => ({ provider: 'docker', image: TEST_IMAGE, docker: { pull: 'never' } }),
  env: () => scope.env,
  inventory: dockerInventory,
  broken: () => ({ settings: { shared_buffers: '900TB' } }),
  isolated: false,
  goneAtExit: false,
  kills: 'sessions',
  slow: true,
};

/** Without write-ahead log, so that the server refuses the statement and goes on. */
const BIG = `create unlogged table big as select i, repeat('x', 200) as t from generate_series(1, 1000000) i;`;

describe.runIf(hasDocker('what rehearsals with the provider docker leave'))('docker', () => {
  leftoversContract(RIG);

  test('a full disk in memory is said to be one', async () => {
    const files = project({
      sql: { '0001_vip': VIP, '0002_big': [BIG, 'drop table big;'] },
      config: { server: { docker: { pull: 'never', tmpfsGib: 0.1 } } },
    });
    await using place = await aPlace(RIG, files);
    const { code, err } = await place.run().ended;
    expect(err).toMatch(
      /^DISK_FULL: The server could not go on with up of 0002_big: no space is left on the disk\. In \S+ of the container /m,
    );
    expect(err).toContain('server.docker.tmpfsGib');
    expect(code).toBe(3);
    await nothingLeft(place, expect);
  });
});
