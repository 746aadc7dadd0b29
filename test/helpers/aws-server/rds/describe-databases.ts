import type {
  DBCluster,
  DBInstance,
  DescribeDBClusterEndpointsMessage,
  DescribeDBClustersMessage,
  DescribeDBInstancesMessage,
  DescribeGlobalClustersMessage,
} from '@aws-sdk/client-rds';

import type { Operations } from '../progress.ts';
import { notFound } from '../wire/aws-error.ts';
import { filtered, isNamed, pageOf, same, type FilterFields } from './pages.ts';

export const describeDatabases = {
  DescribeDBInstances({ resources, progress, settings }, input: DescribeDBInstancesMessage) {
    const id = input.DBInstanceIdentifier;
    const visible = progress.advance(resources.instances);
    const named = visible.filter((it) => id === undefined || isNamed(id, it.DBInstanceIdentifier, it.DBInstanceArn));
    if (id !== undefined && named.length === 0) throw notFound('DBInstanceNotFound', `DBInstance ${id}`);
    return pageOf('DBInstances', filtered(named, input.Filters, INSTANCE_FILTERS), input, settings.pageSize);
  },

  DescribeDBClusters({ resources, progress, settings }, input: DescribeDBClustersMessage) {
    const id = input.DBClusterIdentifier;
    const visible = progress.advance(resources.clusters);
    const named = visible.filter((it) => id === undefined || isNamed(id, it.DBClusterIdentifier, it.DBClusterArn));
    if (id !== undefined && named.length === 0) throw notFound('DBClusterNotFoundFault', `DBCluster ${id}`);
    return pageOf('DBClusters', filtered(named, input.Filters, CLUSTER_FILTERS), input, settings.pageSize);
  },

  DescribeDBClusterEndpoints({ resources, settings }, input: DescribeDBClusterEndpointsMessage) {
    const { DBClusterIdentifier: cluster, DBClusterEndpointIdentifier: id } = input;
    const wanted = resources.clusterEndpoints.filter(
      (it) =>
        (cluster === undefined || same(it.DBClusterIdentifier, cluster)) &&
        (id === undefined || same(it.DBClusterEndpointIdentifier, id)),
    );
    return pageOf('DBClusterEndpoints', wanted, input, settings.pageSize);
  },

  DescribeGlobalClusters({ resources, settings }, input: DescribeGlobalClustersMessage) {
    const id = input.GlobalClusterIdentifier;
    const wanted = resources.globalClusters.filter((it) => id === undefined || same(it.GlobalClusterIdentifier, id));
    if (id !== undefined && wanted.length === 0) throw notFound('GlobalClusterNotFoundFault', `Global cluster ${id}`);
    return pageOf('GlobalClusters', wanted, input, settings.pageSize);
  },
} satisfies Operations;

const INSTANCE_FILTERS: FilterFields<DBInstance> = {
  'db-cluster-id': (it) => [it.DBClusterIdentifier],
  'db-instance-id': (it) => [it.DBInstanceIdentifier, it.DBInstanceArn],
  'dbi-resource-id': (it) => [it.DbiResourceId],
  domain: (it) => it.DomainMemberships?.map(({ Domain }) => Domain) ?? [],
  engine: (it) => [it.Engine],
};

const CLUSTER_FILTERS: FilterFields<DBCluster> = {
  'clone-group-id': (it) => [it.CloneGroupId],
  'db-cluster-id': (it) => [it.DBClusterIdentifier, it.DBClusterArn],
  'db-cluster-resource-id': (it) => [it.DbClusterResourceId],
  domain: (it) => it.DomainMemberships?.map(({ Domain }) => Domain) ?? [],
  engine: (it) => [it.Engine],
};
