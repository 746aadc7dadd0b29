import type { Aws } from '../aws/aws.ts';
import { findResource } from '../aws/find-resource.ts';
import { explainFailure } from '../aws/reading/explain-failure.ts';
import { isKnown, known, type Reading } from '../reading.ts';

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
    return explainFailure(error, 'rds:DescribeDBInstances');
  }
}
