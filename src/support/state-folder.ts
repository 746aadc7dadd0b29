import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where pgrehearse remembers across runs what it created in the cloud, so that a later run can remove it. */
export const stateFolder = (env: Readonly<Record<string, string | undefined>>): string =>
  env['PGREHEARSE_STATE_HOME'] ?? join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'pgrehearse');
