import type { DBClusterSnapshot, DBSnapshot, Tag } from '@aws-sdk/client-rds';

import type { ResourceFacts, SnapshotFacts } from '../../facts/aws.ts';
import type { Reading } from '../../reading.ts';
import type { Aws } from '../aws.ts';
import { ask } from './ask.ts';
import { collectPages } from './collect-pages.ts';
import { isoTime, told } from './optional.ts';

/** Snapshots of the resource id, which a predecessor of the same name does not share. */
export const readSnapshots = (
  aws: Aws,
  resource: ResourceFacts,
  signal: AbortSignal,
): Promise<Reading<readonly SnapshotFacts[]>> =>
  resource.kind === 'instance' ? ofInstance(aws, resource, signal) : ofCluster(aws, resource, signal);

/** Without a type RDS leaves out those of AWS Backup. On Aurora these are `manual`. */
const typesOf = ({ kind }: ResourceFacts): readonly { readonly SnapshotType?: string }[] =>
  kind === 'aurora-cluster' ? [{}] : [{}, { SnapshotType: 'awsbackup' }];

const ofInstance = (aws: Aws, resource: ResourceFacts, signal: AbortSignal) =>
  ask(aws, 'rds:DescribeDBSnapshots', signal, async (options) => {
    const lists = typesOf(resource).map((type) =>
      collectPages(async (page) => {
        const input = { DbiResourceId: resource.resourceId, ...type, ...page };
        const { DBSnapshots: items, Marker: marker } = await aws.rds.describeDBSnapshots(input, options);
        return { items, marker };
      }),
    );
    const found = (await Promise.all(lists)).flat();
    return distinct(found.map((snapshot) => instanceSnapshot(snapshot, resource)));
  });

const ofCluster = (aws: Aws, resource: ResourceFacts, signal: AbortSignal) =>
  ask(aws, 'rds:DescribeDBClusterSnapshots', signal, async (options) => {
    const lists = typesOf(resource).map((type) =>
      collectPages(async (page) => {
        const input = { DbClusterResourceId: resource.resourceId, ...type, ...page };
        const { DBClusterSnapshots: items, Marker: marker } = await aws.rds.describeDBClusterSnapshots(input, options);
        return { items, marker };
      }),
    );
    const found = (await Promise.all(lists)).flat();
    return distinct(found.map((snapshot) => clusterSnapshot(snapshot, resource)));
  });

function instanceSnapshot(snapshot: DBSnapshot, resource: ResourceFacts): SnapshotFacts {
  const { SnapshotCreateTime: createdAt, OriginalSnapshotCreateTime: originalAt } = snapshot;
  // The source is only given for a copy from elsewhere; a copy within the region shows by its two times.
  const isCopy =
    isFilled(snapshot.SourceDBSnapshotIdentifier) ||
    (createdAt !== undefined && originalAt !== undefined && +createdAt - +originalAt > COPY_GAP_MS);
  const dataTime = snapshot.SnapshotDatabaseTime ?? originalAt ?? (isCopy ? undefined : createdAt);
  return {
    ...commonFacts(snapshot, resource),
    id: snapshot.DBSnapshotIdentifier ?? '',
    arn: snapshot.DBSnapshotArn ?? '',
    isCopy,
    ...told({
      resourceId: snapshot.DbiResourceId,
      instanceCreatedAt: isoTime(snapshot.InstanceCreateTime),
      dataTime: isoTime(dataTime),
      encrypted: snapshot.Encrypted,
      allocatedGib: snapshot.AllocatedStorage,
      sizeBytes: snapshot.FullSnapshotSizeInBytes,
    }),
  };
}

/** RDS sets both times of one snapshot within moments. */
const COPY_GAP_MS = 60_000;

/** A cluster's has no other time than that of its making, which a copy gets anew: the age of a copy is not known. */
function clusterSnapshot(snapshot: DBClusterSnapshot, resource: ResourceFacts): SnapshotFacts {
  const isCopy = isFilled(snapshot.SourceDBClusterSnapshotArn);
  return {
    ...commonFacts(snapshot, resource),
    id: snapshot.DBClusterSnapshotIdentifier ?? '',
    arn: snapshot.DBClusterSnapshotArn ?? '',
    isCopy,
    ...told({
      resourceId: snapshot.DbClusterResourceId,
      instanceCreatedAt: isoTime(snapshot.ClusterCreateTime),
      dataTime: isCopy ? undefined : isoTime(snapshot.SnapshotCreateTime),
      encrypted: snapshot.StorageEncrypted,
      allocatedGib: resource.kind === 'aurora-cluster' ? undefined : snapshot.AllocatedStorage,
    }),
  };
}

function commonFacts(snapshot: DBSnapshot & DBClusterSnapshot, { retentionDays }: ResourceFacts) {
  const type = snapshot.SnapshotType ?? 'unknown';
  return {
    type,
    status: snapshot.Status ?? 'unknown',
    tags: tagsOf(snapshot.TagList),
    ...told({
      progressPercent: snapshot.PercentProgress,
      engine: snapshot.Engine,
      engineVersion: snapshot.EngineVersion,
      createdAt: isoTime(snapshot.SnapshotCreateTime),
      encryptionType: snapshot.StorageEncryptionType,
      kmsKeyId: snapshot.KmsKeyId,
      expiresAt: type === 'automated' ? expiry(snapshot.SnapshotCreateTime, retentionDays) : undefined,
    }),
  };
}

const expiry = (createdAt: Date | undefined, days: number | undefined): string | undefined =>
  createdAt === undefined || days === undefined ? undefined : isoTime(new Date(+createdAt + days * 86_400_000));

const tagsOf = (tags: readonly Tag[] | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));

const isFilled = (text: string | undefined): boolean => text !== undefined && text !== '';

const distinct = (snapshots: readonly SnapshotFacts[]): readonly SnapshotFacts[] => [
  ...new Map(snapshots.map((snapshot) => [snapshot.arn, snapshot])).values(),
];
