import type { DBCluster, DBInstance, RDS } from '@aws-sdk/client-rds';

import { fromTagList } from '../writing/mark.ts';

export type TemporaryKind = 'instance' | 'cluster';

/** A database as AWS shows it now, in what a drill and its deletion need to know. */
export interface SeenDatabase {
  readonly kind: TemporaryKind;
  readonly id: string;
  readonly status: string;
  readonly resourceId?: string;
  /** ISO-8601. Absent while it is being created. */
  readonly createdAt?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly address?: string;
  readonly port?: number;
  readonly masterUser?: string;
  readonly percent?: number;
  /** A password was set and is not in effect yet. */
  readonly passwordPending: boolean;
}

/** `undefined` or a NotFound error: there is none. */
export async function describeDatabase(
  rds: RDS,
  kind: TemporaryKind,
  id: string,
  abortSignal: AbortSignal,
): Promise<SeenDatabase | undefined> {
  if (kind === 'cluster') {
    const { DBClusters } = await rds.describeDBClusters({ DBClusterIdentifier: id }, { abortSignal });
    const found = DBClusters?.find(({ DBClusterIdentifier }) => DBClusterIdentifier === id);
    return found && seenCluster(id, found);
  }
  const { DBInstances } = await rds.describeDBInstances({ DBInstanceIdentifier: id }, { abortSignal });
  const found = DBInstances?.find(({ DBInstanceIdentifier }) => DBInstanceIdentifier === id);
  return found && seenInstance(id, found);
}

/** A cluster takes its instances with it only where RDS made them itself; ours are deleted before it. */
export const deleteDatabase = async (
  rds: RDS,
  { kind, id, ofCluster }: { readonly kind: TemporaryKind; readonly id: string; readonly ofCluster?: string },
  abortSignal: AbortSignal,
): Promise<unknown> =>
  kind === 'cluster'
    ? rds.deleteDBCluster(
        { DBClusterIdentifier: id, SkipFinalSnapshot: true, DeleteAutomatedBackups: true },
        { abortSignal },
      )
    : rds.deleteDBInstance(
        {
          DBInstanceIdentifier: id,
          SkipFinalSnapshot: true,
          // Backups belong to the cluster.
          ...(ofCluster === undefined && { DeleteAutomatedBackups: true }),
        },
        { abortSignal },
      );

const seenInstance = (id: string, found: DBInstance): SeenDatabase => ({
  kind: 'instance',
  id,
  status: found.DBInstanceStatus ?? 'unknown',
  passwordPending: found.PendingModifiedValues?.MasterUserPassword !== undefined,
  tags: fromTagList(found.TagList),
  ...optional({
    resourceId: found.DbiResourceId,
    createdAt: found.InstanceCreateTime?.toISOString(),
    address: found.Endpoint?.Address,
    port: found.Endpoint?.Port,
    masterUser: found.MasterUsername,
    percent: undefined,
  }),
});

const seenCluster = (id: string, found: DBCluster): SeenDatabase => ({
  kind: 'cluster',
  id,
  status: found.Status ?? 'unknown',
  passwordPending: found.PendingModifiedValues?.MasterUserPassword !== undefined,
  tags: fromTagList(found.TagList),
  ...optional({
    resourceId: found.DbClusterResourceId,
    createdAt: found.ClusterCreateTime?.toISOString(),
    address: found.Endpoint,
    port: found.Port,
    masterUser: found.MasterUsername,
    percent: percentOf(found.PercentProgress),
  }),
});

const percentOf = (text: string | undefined): number | undefined => {
  const percent = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(percent) ? percent : undefined;
};

type Optional = Pick<SeenDatabase, 'resourceId' | 'createdAt' | 'address' | 'port' | 'masterUser' | 'percent'>;

const optional = (values: { readonly [Key in keyof Optional]-?: Optional[Key] | undefined }): Optional =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
