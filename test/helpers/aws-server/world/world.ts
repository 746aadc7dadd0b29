import type { MetricAlarm, CompositeAlarm } from '@aws-sdk/client-cloudwatch';
import type { KeyMetadata } from '@aws-sdk/client-kms';
import type {
  AccountQuota,
  BlueGreenDeployment,
  DBCluster,
  DBClusterAutomatedBackup,
  DBClusterEndpoint,
  DBClusterSnapshot,
  DBEngineVersion,
  DBInstance,
  DBInstanceAutomatedBackup,
  DBProxy,
  DBProxyEndpoint,
  DBProxyTarget,
  DBProxyTargetGroup,
  DBSnapshot,
  Event,
  ExportTask,
  GlobalCluster,
  ResourcePendingMaintenanceActions,
} from '@aws-sdk/client-rds';

/** Everything that the server knows. Tests change it as they like, also while it runs. */
export interface World extends Settings, Resources {
  /** Region of the resources that are the world's own. */
  readonly region: string;
  /** The resources of a region; those of `region` are the world itself, others begin empty. */
  in(region: string): Resources;
}

export interface Settings {
  account: string;
  callerArn: string;
  /** Clock of "AWS": that of this machine and `clockSkewMs`. Replace it for a clock that stands still. */
  now(): Date;
  /** How far the clock of "AWS" is ahead of this machine's. */
  clockSkewMs: number;
  /** Most items of a page, whatever `MaxRecords` asks for. */
  pageSize: number;
  /** How long every answer takes at least. */
  latencyMs: number;
  /** Describes until a created snapshot is `available`. */
  snapshotPolls: number;
  /** Describes until a restored or created database is `available`. */
  restorePolls: number;
  /** Describes until a modification is done. */
  modifyPolls: number;
  /** Describes until something deleted is gone. */
  deletePolls: number;
  /** Describes that do not find yet what was just created. */
  notFoundPolls: number;
  /** The next snapshot ends as `failed`. */
  nextSnapshotFails: boolean;
  /** The next restored database ends as `incompatible-restore`. */
  nextRestoreFails: boolean;
  /** Roles that can be assumed, with the external id they ask for. */
  roles: { readonly arn: string; readonly externalId?: string }[];
  /** What was published with SNS. */
  published: {
    readonly topicArn: string;
    readonly subject?: string;
    readonly message: string;
    readonly region: string;
  }[];
  /** A restored database becomes a real server: where it is. It is available no sooner than this has resolved. */
  onRestore?: (restored: Restored) => Promise<{ address: string; port: number } | undefined>;
  onModify?: (changed: Restored, input: Readonly<Record<string, unknown>>) => Promise<void>;
  onDelete?: (deleted: Restored) => Promise<void>;
}

export interface Restored {
  readonly kind: 'instance' | 'cluster';
  readonly identifier: string;
  /** Id of the snapshot or of the database that it was made from. */
  readonly source: string;
  /** Parameters of the call that made it. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** What one region has, in the SDK's shapes. */
export interface Resources {
  instances: DBInstance[];
  clusters: DBCluster[];
  clusterEndpoints: DBClusterEndpoint[];
  globalClusters: GlobalCluster[];
  proxies: DBProxy[];
  proxyEndpoints: DBProxyEndpoint[];
  proxyTargetGroups: DBProxyTargetGroup[];
  /** By proxy name. */
  proxyTargets: Record<string, DBProxyTarget[]>;
  snapshots: DBSnapshot[];
  clusterSnapshots: DBClusterSnapshot[];
  automatedBackups: DBInstanceAutomatedBackup[];
  clusterAutomatedBackups: DBClusterAutomatedBackup[];
  maintenance: ResourcePendingMaintenanceActions[];
  events: Event[];
  blueGreen: BlueGreenDeployment[];
  exports: ExportTask[];
  engineVersions: DBEngineVersion[];
  quotas: AccountQuota[];
  /** Accounts (or `all`) that may restore a manual snapshot, by its id. */
  sharedWith: Record<string, string[]>;
  /** Points of metrics by name; dimensions are looked at where given. Newest last or not: as CloudWatch, any order. */
  metrics: Metric[];
  metricAlarms: MetricAlarm[];
  compositeAlarms: CompositeAlarm[];
  keys: KeyMetadata[];
}

export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly points: readonly { readonly at: Date; readonly value: number }[];
}
