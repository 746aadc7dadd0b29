import { leftoversContract } from './leftovers.ts';

leftoversContract({
  provider: 'local',
  server: () => ({ provider: 'local' }),
  env: () => ({}),
  inventory: async () => [],
  broken: () => ({ settings: { shared_buffers: '900TB' } }),
  isolated: true,
  goneAtExit: true,
  ownServer: true,
});
