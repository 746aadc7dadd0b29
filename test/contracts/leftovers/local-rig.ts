import type { LeftoversRig } from './rig.ts';

export const LOCAL: LeftoversRig = {
  provider: 'local',
  server: () => ({ provider: 'local' }),
  env: () => ({}),
  inventory: async () => [],
  broken: () => ({ settings: { shared_buffers: '900TB' } }),
  isolated: true,
  goneAtExit: true,
  kills: 'server',
};
