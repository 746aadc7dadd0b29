import type {
  DBClusterSnapshot,
  DBSnapshot,
  DescribeDBClusterSnapshotAttributesMessage,
  DescribeDBClusterSnapshotsMessage,
  DescribeDBSnapshotAttributesMessage,
  DescribeDBSnapshotsMessage,
} from '@aws-sdk/client-rds';

import type { Operations } from '../progress.ts';
import { notFound, refused } from '../wire/aws-error.ts';
import { filtered, isNamed, pageOf, same, type FilterFields } from './pages.ts';

export const describeSnapshots = {
  DescribeDBSnapshots({ resources, progress, settings }, input: DescribeDBSnapshotsMessage) {
    const { DBSnapshotIdentifier: id, DBInstanceIdentifier: instance, DbiResourceId: resourceId } = input;
    const wanted = progress
      .advance(resources.snapshots)
      .filter(({ SnapshotType }) => isWantedType(SnapshotType, input))
      .filter((it) => instance === undefined || same(it.DBInstanceIdentifier, instance))
      .filter((it) => resourceId === undefined || it.DbiResourceId === resourceId)
      .filter((it) => id === undefined || isNamed(id, it.DBSnapshotIdentifier, it.DBSnapshotArn));
    if (id !== undefined && wanted.length === 0) throw notFound('DBSnapshotNotFound', `DBSnapshot ${id}`);
    return pageOf('DBSnapshots', filtered(wanted, input.Filters, SNAPSHOT_FILTERS), input, settings.pageSize);
  },

  DescribeDBClusterSnapshots({ resources, progress, settings }, input: DescribeDBClusterSnapshotsMessage) {
    const { DBClusterSnapshotIdentifier: id, DBClusterIdentifier: cluster, DbClusterResourceId: resourceId } = input;
    if (id !== undefined && cluster !== undefined) {
      throw refused(
        'InvalidParameterCombination',
        'DBClusterIdentifier cannot be used with DBClusterSnapshotIdentifier.',
      );
    }
    const wanted = progress
      .advance(resources.clusterSnapshots)
      .filter(({ SnapshotType }) => isWantedType(SnapshotType, input))
      .filter((it) => cluster === undefined || same(it.DBClusterIdentifier, cluster))
      .filter((it) => resourceId === undefined || it.DbClusterResourceId === resourceId)
      .filter((it) => id === undefined || isNamed(id, it.DBClusterSnapshotIdentifier, it.DBClusterSnapshotArn));
    if (id !== undefined && wanted.length === 0)
      throw notFound('DBClusterSnapshotNotFoundFault', `DBClusterSnapshot ${id}`);
    const chosen = filtered(wanted, input.Filters, CLUSTER_SNAPSHOT_FILTERS);
    return pageOf('DBClusterSnapshots', chosen, input, settings.pageSize);
  },

  DescribeDBSnapshotAttributes({ resources }, { DBSnapshotIdentifier: id }: DescribeDBSnapshotAttributesMessage) {
    const snapshot = resources.snapshots.find((it) => isNamed(id, it.DBSnapshotIdentifier, it.DBSnapshotArn));
    if (snapshot === undefined) throw notFound('DBSnapshotNotFound', `DBSnapshot ${id}`);
    const AttributeValues = resources.sharedWith[snapshot.DBSnapshotIdentifier ?? ''] ?? [];
    const DBSnapshotAttributes = [{ AttributeName: 'restore', AttributeValues }];
    return {
      DBSnapshotAttributesResult: { DBSnapshotIdentifier: snapshot.DBSnapshotIdentifier, DBSnapshotAttributes },
    };
  },

  DescribeDBClusterSnapshotAttributes({ resources }, input: DescribeDBClusterSnapshotAttributesMessage) {
    const given = input.DBClusterSnapshotIdentifier;
    const snapshot = resources.clusterSnapshots.find((it) =>
      isNamed(given, it.DBClusterSnapshotIdentifier, it.DBClusterSnapshotArn),
    );
    if (snapshot === undefined) throw notFound('DBClusterSnapshotNotFoundFault', `DBClusterSnapshot ${given}`);
    const { DBClusterSnapshotIdentifier } = snapshot;
    const AttributeValues = resources.sharedWith[DBClusterSnapshotIdentifier ?? ''] ?? [];
    const DBClusterSnapshotAttributes = [{ AttributeName: 'restore', AttributeValues }];
    return { DBClusterSnapshotAttributesResult: { DBClusterSnapshotIdentifier, DBClusterSnapshotAttributes } };
  },
} satisfies Operations;

interface TypeWish {
  readonly SnapshotType?: string | undefined;
  readonly IncludeShared?: boolean | undefined;
  readonly IncludePublic?: boolean | undefined;
}

/** Without a type: automated and manual. `awsbackup`, `shared` and `public` come only when asked for. */
function isWantedType(type: string | undefined, wish: TypeWish): boolean {
  if (wish.SnapshotType !== undefined) return type === wish.SnapshotType;
  if (type === 'shared') return wish.IncludeShared === true;
  if (type === 'public') return wish.IncludePublic === true;
  return type === 'automated' || type === 'manual';
}

const SNAPSHOT_FILTERS: FilterFields<DBSnapshot> = {
  'db-instance-id': (it) => [it.DBInstanceIdentifier],
  'db-snapshot-id': (it) => [it.DBSnapshotIdentifier],
  'dbi-resource-id': (it) => [it.DbiResourceId],
  'snapshot-type': (it) => [it.SnapshotType],
  engine: (it) => [it.Engine],
};

/** There is none for the resource id. */
const CLUSTER_SNAPSHOT_FILTERS: FilterFields<DBClusterSnapshot> = {
  'db-cluster-id': (it) => [it.DBClusterIdentifier],
  'db-cluster-snapshot-id': (it) => [it.DBClusterSnapshotIdentifier],
  'snapshot-type': (it) => [it.SnapshotType],
  engine: (it) => [it.Engine],
};
