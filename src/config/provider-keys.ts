import type { Refuse } from './check-settings.ts';
import { isMapping, type Mapping } from './path.ts';

/** Keys of one provider, without a provider: they would be passed over in silence, and the rehearsal be a local one. */
export function refuseKeysWithoutProvider({ server }: Mapping, refuse: Refuse): void {
  if (!isMapping(server) || server['provider'] !== undefined) return;
  for (const [key, provider] of Object.entries(PROVIDER_OF))
    if (server[key] !== undefined) refuse(['server', key], `server.provider: ${provider} beside it`);
}

const PROVIDER_OF = { image: 'docker', docker: 'docker', rds: 'rds' } as const;
