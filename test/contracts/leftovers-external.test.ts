import { afterAll, beforeAll } from 'vitest';

import { startSharedServer, type SharedServer } from '../helpers/shared-server.ts';
import { leftoversContract } from './leftovers.ts';

let shared: SharedServer;
beforeAll(async () => {
  shared = await startSharedServer();
});
afterAll(() => shared[Symbol.asyncDispose]());

leftoversContract({
  provider: 'external',
  server: () => ({ provider: 'external', url: '${REHEARSAL_SERVER_URL}' }),
  env: () => ({ REHEARSAL_SERVER_URL: shared.urlFor('admin') }),
  inventory: () => shared.inventory(),
  broken: () => ({ url: shared.urlFor('admin').replace('s3cret', 'wr0ng') }),
  isolated: false,
  goneAtExit: false,
  kills: 'nothing',
});
