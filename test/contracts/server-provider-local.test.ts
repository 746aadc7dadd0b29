import { afterAll, beforeAll } from 'vitest';

import { localServer } from '../../src/server/index.ts';
import { ownTempFolder, processesNaming, runsIn } from '../integration/server/run-folders.ts';
import { serverProviderContract } from './server-provider.ts';

let temp: ReturnType<typeof ownTempFolder>;
beforeAll(() => {
  temp = ownTempFolder();
});
afterAll(() => temp[Symbol.dispose]());

serverProviderContract('local', {
  provider: localServer,
  spec: () => ({ settings: {}, projectFolder: process.cwd() }),
  env: () => ({}),
  inventory: async () => [...runsIn(temp.path), ...processesNaming(temp.path)].map(String),
});
