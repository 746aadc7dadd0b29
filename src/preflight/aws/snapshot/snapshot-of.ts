import type { RDS } from '@aws-sdk/client-rds';

import type { ResourceFacts } from '../../facts/aws.ts';
import { fromTagList, toTagList, type Mark } from '../writing/mark.ts';

/** Instances and clusters have calls of their own for the same thing. A member of a cluster cannot be snapshotted itself. */
export interface SnapshotCalls {
  create(rds: RDS, mark: Mark, signal: AbortSignal): Promise<unknown>;
  /** `undefined` or a NotFound error: there is none. */
  describe(rds: RDS, id: string, signal: AbortSignal): Promise<SeenSnapshot | undefined>;
  /** Of the database that the snapshot is to be of. */
  source(rds: RDS, signal: AbortSignal): Promise<SeenSource | undefined>;
}

export interface SeenSnapshot {
  readonly arn?: string;
  readonly status: string;
  readonly percent?: number;
  readonly resourceId?: string;
  readonly tags: Readonly<Record<string, string>>;
}

interface SeenSource {
  readonly status: string;
  readonly resourceId?: string;
}

export const snapshotCalls = (resource: ResourceFacts): SnapshotCalls =>
  resource.kind === 'instance' ? ofInstance(resource.identifier) : ofCluster(resource.identifier);

const ofInstance = (identifier: string): SnapshotCalls => ({
  create: (rds, { id, tags }, abortSignal) =>
    rds.createDBSnapshot(
      { DBInstanceIdentifier: identifier, DBSnapshotIdentifier: id, Tags: toTagList(tags) },
      { abortSignal },
    ),
  describe: async (rds, id, abortSignal) => {
    const { DBSnapshots } = await rds.describeDBSnapshots({ DBSnapshotIdentifier: id }, { abortSignal });
    const found = DBSnapshots?.find(({ DBSnapshotIdentifier }) => DBSnapshotIdentifier === id);
    return found && seen(found, found.DBSnapshotArn, found.DbiResourceId);
  },
  source: async (rds, abortSignal) => {
    const { DBInstances } = await rds.describeDBInstances({ DBInstanceIdentifier: identifier }, { abortSignal });
    const found = DBInstances?.[0];
    return found && seenSource(found.DBInstanceStatus, found.DbiResourceId);
  },
});

const ofCluster = (identifier: string): SnapshotCalls => ({
  create: (rds, { id, tags }, abortSignal) =>
    rds.createDBClusterSnapshot(
      { DBClusterIdentifier: identifier, DBClusterSnapshotIdentifier: id, Tags: toTagList(tags) },
      { abortSignal },
    ),
  describe: async (rds, id, abortSignal) => {
    const input = { DBClusterSnapshotIdentifier: id };
    const { DBClusterSnapshots } = await rds.describeDBClusterSnapshots(input, { abortSignal });
    const found = DBClusterSnapshots?.find(({ DBClusterSnapshotIdentifier }) => DBClusterSnapshotIdentifier === id);
    return found && seen(found, found.DBClusterSnapshotArn, found.DbClusterResourceId);
  },
  source: async (rds, abortSignal) => {
    const { DBClusters } = await rds.describeDBClusters({ DBClusterIdentifier: identifier }, { abortSignal });
    const found = DBClusters?.[0];
    return found && seenSource(found.Status, found.DbClusterResourceId);
  },
});

const seen = (
  found: {
    readonly Status?: string | undefined;
    readonly PercentProgress?: number | undefined;
    readonly TagList?: Parameters<typeof fromTagList>[0];
  },
  arn: string | undefined,
  resourceId: string | undefined,
): SeenSnapshot => ({
  status: found.Status ?? 'unknown',
  tags: fromTagList(found.TagList),
  ...(arn !== undefined && { arn }),
  ...(found.PercentProgress !== undefined && { percent: found.PercentProgress }),
  ...(resourceId !== undefined && { resourceId }),
});

const seenSource = (status: string | undefined, resourceId: string | undefined): SeenSource => ({
  status: status ?? 'unknown',
  ...(resourceId !== undefined && { resourceId }),
});
