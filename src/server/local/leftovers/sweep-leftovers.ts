import { endServersIn } from './end-servers.ts';
import { findAbandoned, removeFolder } from './owned-folder.ts';

/** Stops and removes what a run left that was killed before it could tidy up. Runs of a living process stay. */
export async function sweepLeftovers(parent: string, signal: AbortSignal): Promise<void> {
  for (const folder of await findAbandoned(parent)) {
    signal.throwIfAborted();
    await endServersIn(folder);
    await removeFolder(folder);
  }
}
