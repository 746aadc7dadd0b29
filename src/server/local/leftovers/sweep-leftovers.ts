import { endServersIn } from './end-servers.ts';
import { findAbandoned, removeFolder } from './owned-folder.ts';

/**
 * Stops and removes what a run left that was killed before it could tidy up. Runs of a living process stay.
 *
 * @returns the folders
 */
export async function sweepLeftovers(parent: string, signal: AbortSignal): Promise<readonly string[]> {
  const abandoned = await findAbandoned(parent);
  for (const folder of abandoned) {
    signal.throwIfAborted();
    await endServersIn(folder);
    await removeFolder(folder);
  }
  return abandoned;
}
