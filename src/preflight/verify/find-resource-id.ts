import type { Aws } from '../aws/aws.ts';
import { findResource } from '../aws/find-resource.ts';
import { sayFault } from '../aws/writing/fault.ts';
import { isKnown, known, type Reading, unknown } from '../reading.ts';

/** `DbiResourceId` or `DbClusterResourceId` behind a host. Rejects only when `signal` is aborted. */
export async function findResourceId(
  openAws: () => Promise<Aws>,
  host: string,
  signal: AbortSignal,
): Promise<Reading<string>> {
  try {
    const { resource } = await findResource(await openAws(), host, signal);
    return isKnown(resource) ? known(resource.value.resourceId) : resource;
  } catch (error) {
    signal.throwIfAborted();
    return unknown(`cannot find the database on AWS: ${sayFault(error)}`);
  }
}
