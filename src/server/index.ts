import { dockerServer } from './docker/docker-server.ts';
import { externalServer } from './external/external-server.ts';
import { rdsServer } from './rds/rds-server.ts';
import { localServer } from './local/local-server.ts';
import type { ServerProvider } from './provider.ts';

export { localServer };

/** Every place a rehearsal can happen in; `server.provider` in the config names one by its `kind`. */
export const SERVER_PROVIDERS: readonly ServerProvider[] = [localServer, dockerServer, externalServer, rdsServer];
