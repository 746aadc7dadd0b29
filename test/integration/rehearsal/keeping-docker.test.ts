import { describe, expect, test } from 'vitest';

import { comparable, keptRuns } from '../../helpers/kept-runs.ts';
import { aProject, CUSTOMERS } from '../../helpers/project.ts';
import { dockerInventory, hasDocker, TEST_IMAGE } from '../../helpers/docker.ts';
import { rehearseFolder } from '../../helpers/rehearse-folder.ts';

describe.runIf(hasDocker('kept servers in Docker'))('in Docker', () => {
  test('the container stays, is branched, and goes with the clean-up', async () => {
    using project = aProject({
      seed: `create role shop_owner login; ${CUSTOMERS} alter table customers owner to shop_owner;`,
      migrations: { '1_y': ['alter table customers add y int', 'alter table customers drop y'] },
      config: `server: { provider: docker, image: '${TEST_IMAGE}', docker: { pull: never, tmpfsGib: 0 } }\n`,
    });
    await using kept = keptRuns();
    const before = await dockerInventory();
    const alone = await rehearseFolder(project.folder);
    const first = await kept.run(project.folder);
    const stays = await dockerInventory();
    expect(stays).not.toEqual(before);
    const second = await kept.run(project.folder);
    expect([first, second].map(({ isBranched }) => isBranched)).toEqual([false, true]);
    for (const { recording } of [first, second]) expect(comparable(recording)).toEqual(comparable(alone.recording));
    expect(await dockerInventory()).toEqual(stays);
    const spec = { settings: {}, projectFolder: project.folder, docker: { image: TEST_IMAGE } };
    expect(await kept.cleanUp('docker', spec)).toMatchObject([{ removed: true }]);
    await expect.poll(() => dockerInventory(), { timeout: 20_000 }).toEqual(before);
  });
});
