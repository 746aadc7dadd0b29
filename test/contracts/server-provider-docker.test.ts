import { afterAll, beforeAll, describe } from 'vitest';

import { dockerServer } from '../../src/server/docker/docker-server.ts';
import { dockerInventory, hasDocker, ownDockerScope, TEST_IMAGE } from '../helpers/docker.ts';
import { serverProviderContract } from './server-provider.ts';

let scope: ReturnType<typeof ownDockerScope>;
beforeAll(() => {
  scope = ownDockerScope();
});
afterAll(() => scope[Symbol.dispose]());

describe.runIf(hasDocker('the contract of the provider docker'))('docker', () => {
  serverProviderContract('docker', {
    provider: dockerServer,
    spec: () => ({ settings: {}, projectFolder: process.cwd(), docker: { image: TEST_IMAGE, pull: 'never' } }),
    env: () => ({ ...scope.env, REHEARSAL_IMAGE: TEST_IMAGE }),
    inventory: dockerInventory,
    cutOffs: { abort: [0, 20, 100, 250, 500, 900, 1500], kill: [500, 800, 1200, 2000] },
  });
});
