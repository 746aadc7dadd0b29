import type {
  DescribeDBProxiesRequest,
  DescribeDBProxyEndpointsRequest,
  DescribeDBProxyTargetGroupsRequest,
  DescribeDBProxyTargetsRequest,
} from '@aws-sdk/client-rds';

import type { Context, Operations } from '../progress.ts';
import { notFound } from '../wire/aws-error.ts';
import { pageOf, same } from './pages.ts';

export const describeProxies = {
  DescribeDBProxies(context, input: DescribeDBProxiesRequest) {
    const { resources, settings } = context;
    checkProxy(context, input.DBProxyName);
    const wanted = resources.proxies.filter((it) => isAsked(input.DBProxyName, it.DBProxyName));
    return pageOf('DBProxies', wanted, input, settings.pageSize);
  },

  DescribeDBProxyEndpoints(context, input: DescribeDBProxyEndpointsRequest) {
    const { resources, settings } = context;
    checkProxy(context, input.DBProxyName);
    const wanted = resources.proxyEndpoints.filter(
      (it) => isAsked(input.DBProxyName, it.DBProxyName) && isAsked(input.DBProxyEndpointName, it.DBProxyEndpointName),
    );
    return pageOf('DBProxyEndpoints', wanted, input, settings.pageSize);
  },

  DescribeDBProxyTargetGroups(context, input: DescribeDBProxyTargetGroupsRequest) {
    const { resources, settings } = context;
    checkProxy(context, input.DBProxyName);
    const wanted = resources.proxyTargetGroups.filter((it) => isAsked(input.DBProxyName, it.DBProxyName));
    return pageOf('TargetGroups', wanted, input, settings.pageSize);
  },

  DescribeDBProxyTargets(context, input: DescribeDBProxyTargetsRequest) {
    const { resources, settings } = context;
    checkProxy(context, input.DBProxyName);
    return pageOf('Targets', resources.proxyTargets[input.DBProxyName ?? ''] ?? [], input, settings.pageSize);
  },
} satisfies Operations;

const isAsked = (wanted: string | undefined, name: string | undefined): boolean =>
  wanted === undefined || same(wanted, name);

function checkProxy({ resources }: Context, name: string | undefined): void {
  if (name === undefined || resources.proxies.some((it) => same(it.DBProxyName, name))) return;
  throw notFound('DBProxyNotFoundFault', `DBProxy ${name}`);
}
