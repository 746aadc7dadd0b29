import type { Aws } from './aws/aws.ts';
import type { ResourceFacts } from './facts/aws.ts';
import type { Policy } from './facts/index.ts';

/**
 * Why no snapshot and no drill is made of this database: what was found is not what the config expects. The checks say so as
 * well, but only after the gathering, when the copy would already be there.
 *
 * @param aws after a first question: only then it is known where requests go
 */
export function reasonNotToWrite(
  { isAwsEndpoint, endpoint }: Pick<Aws, 'isAwsEndpoint' | 'endpoint'>,
  { account, resourceId, allowCustomEndpoint }: Policy,
  resource: Pick<ResourceFacts, 'arn' | 'identifier' | 'resourceId'>,
): string | undefined {
  const { identifier } = resource;
  if (!isAwsEndpoint && !allowCustomEndpoint) return `requests go to ${endpoint}, which is not AWS`;
  const here = resource.arn.split(':')[4];
  if (account !== undefined && account !== here)
    return `${identifier} is in the account ${here ?? '?'}; expected is ${account}`;
  if (resourceId !== undefined && resourceId !== resource.resourceId)
    return `the resource id of ${identifier} is ${resource.resourceId}; pinned is ${resourceId}`;
  return undefined;
}
