import type { DBCluster, DBInstance, DBProxy, DBProxyEndpoint, DBProxyTarget } from '@aws-sdk/client-rds';

import type { Reading } from '../../reading.ts';
import type { Aws } from '../aws.ts';
import { ask } from './ask.ts';
import { collectPages } from './collect-pages.ts';

/** All databases of the account in the region: RDS cannot be asked by endpoint. */
export interface Inventory {
  readonly instances: Reading<readonly DBInstance[]>;
  readonly clusters: Reading<readonly DBCluster[]>;
}

export async function takeInventory(aws: Aws, signal: AbortSignal): Promise<Inventory> {
  const [instances, clusters] = await Promise.all([
    ask(aws, 'rds:DescribeDBInstances', signal, (options) =>
      collectPages(async (page) => {
        const { DBInstances: items, Marker: marker } = await aws.rds.describeDBInstances(page, options);
        return { items, marker };
      }),
    ),
    ask(aws, 'rds:DescribeDBClusters', signal, (options) =>
      collectPages(async (page) => {
        const { DBClusters: items, Marker: marker } = await aws.rds.describeDBClusters(page, options);
        return { items, marker };
      }),
    ),
  ]);
  return { instances, clusters };
}

/** Addresses of custom endpoints with the identifier of their cluster. */
export const listCustomEndpoints = (
  aws: Aws,
  signal: AbortSignal,
): Promise<Reading<readonly { readonly address: string | undefined; readonly cluster: string | undefined }[]>> =>
  ask(aws, 'rds:DescribeDBClusterEndpoints', signal, (options) =>
    collectPages(async (page) => {
      const { DBClusterEndpoints, Marker: marker } = await aws.rds.describeDBClusterEndpoints(page, options);
      const custom = DBClusterEndpoints?.filter(({ EndpointType }) => EndpointType === 'CUSTOM');
      return {
        items: custom?.map(({ Endpoint: address, DBClusterIdentifier: cluster }) => ({ address, cluster })),
        marker,
      };
    }),
  );

export const listProxies = (aws: Aws, signal: AbortSignal): Promise<Reading<readonly DBProxy[]>> =>
  ask(aws, 'rds:DescribeDBProxies', signal, (options) =>
    collectPages(async (page) => {
      const { DBProxies: items, Marker: marker } = await aws.rds.describeDBProxies(page, options);
      return { items, marker };
    }),
  );

export const listProxyEndpoints = (aws: Aws, signal: AbortSignal): Promise<Reading<readonly DBProxyEndpoint[]>> =>
  ask(aws, 'rds:DescribeDBProxyEndpoints', signal, (options) =>
    collectPages(async (page) => {
      const { DBProxyEndpoints: items, Marker: marker } = await aws.rds.describeDBProxyEndpoints(page, options);
      return { items, marker };
    }),
  );

export const listProxyTargets = (
  aws: Aws,
  proxy: string,
  signal: AbortSignal,
): Promise<Reading<readonly DBProxyTarget[]>> =>
  ask(aws, 'rds:DescribeDBProxyTargets', signal, (options) =>
    collectPages(async (page) => {
      const input = { DBProxyName: proxy, ...page };
      const { Targets: items, Marker: marker } = await aws.rds.describeDBProxyTargets(input, options);
      return { items, marker };
    }),
  );
