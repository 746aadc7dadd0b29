import type { Reading } from '../reading.ts';

/** What RDS, CloudWatch, KMS and STS said. Times are ISO-8601 UTC. */
export interface AwsFacts {
  readonly region: string;
  /** Host that the SDK sends RDS requests to. */
  readonly endpoint: string;
  /** This host, and every other that was asked, is one of Amazon's. */
  readonly isAwsEndpoint: boolean;
  /** Hosts that were asked and are not Amazon's. */
  readonly customEndpoints?: readonly string[];
  readonly identity: Reading<{ readonly account: string; readonly arn: string }>;
  /** Clock of AWS minus clock of this machine, from the answers' `Date`. */
  readonly clockOffsetMs: Reading<number>;
  readonly host: Reading<HostMatch>;
  /** Unknown when the host does not lead to exactly one database. */
  readonly resource: Reading<ResourceFacts>;
  /** ARN of the cluster of its global database that can be written to. Absent: it is in none. */
  readonly globalPrimary?: Reading<string>;
  readonly snapshots: Reading<readonly SnapshotFacts[]>;
  /** `rds:DescribeDB…AutomatedBackups` of the same resource id. */
  readonly automatedBackups: Reading<readonly AutomatedBackupFacts[]>;
  /** Copies of automated backups in `policy.backupRegion`. Absent: the policy asks for none. */
  readonly replicatedBackups?: Reading<readonly AutomatedBackupFacts[]>;
  /** Account ids or `all`, by snapshot id; manual snapshots that count as candidates only. */
  readonly sharing: Reading<Readonly<Record<string, readonly string[]>>>;
  /** Keys of database and candidate snapshots, by key id. Absent: none is encrypted with a key of KMS. */
  readonly keys?: Reading<readonly KeyFacts[]>;
  readonly maintenance: Reading<readonly MaintenanceFacts[]>;
  /** Last 24 hours, of the database and its members. */
  readonly events: Reading<readonly EventFacts[]>;
  readonly blueGreen: Reading<readonly BlueGreenFacts[]>;
  readonly exports: Reading<readonly { readonly id: string; readonly status: string }[]>;
  /** By metric name as CloudWatch has it (`FreeStorageSpace`); a metric without a point is absent. */
  readonly metrics: Reading<Readonly<Record<string, MetricPoint>>>;
  /** By quota name: `ManualSnapshots`, `ManualClusterSnapshots`, `DBInstances`. */
  readonly quotas: Reading<Readonly<Record<string, { readonly used: number; readonly max: number }>>>;
  /** Made by this run with `--create-snapshot`. */
  readonly created?: CreatedSnapshot;
  /** Done by this run with `--restore-drill`. */
  readonly drill?: DrillFacts;
}

/** What the host of the connection string leads to, by endpoint and never by name. */
export interface HostMatch {
  readonly host: string;
  /** CNAMEs followed, the host itself first. */
  readonly names: readonly string[];
  /** That the names speak of (`….eu-west-1.rds.amazonaws.com`). Absent: none of them is a name of RDS. */
  readonly region?: string;
  readonly matches: readonly EndpointMatch[];
  /** Databases and proxies looked at. */
  readonly compared: number;
}

/** A database that an endpoint belongs to; a member's endpoint, and a proxy's, lead to the database behind. */
export interface EndpointMatch {
  readonly kind: ResourceKind;
  readonly identifier: string;
  readonly resourceId: string;
  readonly arn: string;
  readonly endpoint: 'writer' | 'reader' | 'custom' | 'instance' | 'proxy';
  /** Instance of a cluster whose own endpoint it is. */
  readonly member?: string;
}

export type ResourceKind = 'instance' | 'multi-az-cluster' | 'aurora-cluster';

export interface ResourceFacts {
  readonly kind: ResourceKind;
  readonly identifier: string;
  /** `DbiResourceId` or `DbClusterResourceId`. */
  readonly resourceId: string;
  readonly arn: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly status: string;
  /** Of a cluster; empty for an instance. */
  readonly members: readonly MemberFacts[];
  readonly createdAt?: string;
  readonly retentionDays?: number;
  readonly pendingRetentionDays?: number;
  readonly earliestRestorableAt?: string;
  readonly latestRestorableAt?: string;
  readonly backupWindow?: string;
  readonly maintenanceWindow?: string;
  readonly multiAz?: boolean;
  readonly deletionProtection?: boolean;
  readonly encrypted?: boolean;
  /** `none`, `sse-kms`, `sse-rds`; absent in answers of older APIs. */
  readonly encryptionType?: string;
  readonly kmsKeyId?: string;
  readonly allocatedGib?: number;
  readonly maxAllocatedGib?: number;
  readonly storageType?: string;
  readonly storageOperation?: { readonly status: string; readonly percent?: number };
  /** Names of `PendingModifiedValues` with their values as text, secrets left out. */
  readonly pendingModifications: readonly string[];
  /** Source of a replica. */
  readonly replicaOf?: string;
  readonly globalCluster?: string;
  readonly secretStatus?: string;
  /** Backups of it are owned by AWS Backup. */
  readonly backupRecoveryPointArn?: string;
  /** ARNs of copies of its automated backups in other regions. */
  readonly replicatedBackupArns?: readonly string[];
  readonly certificateValidTill?: string;
  readonly instanceClass?: string;
  readonly subnetGroup?: string;
  readonly securityGroups: readonly string[];
  readonly parameterGroup?: string;
  readonly port?: number;
  readonly iamAuthentication?: boolean;
  readonly masterUser?: string;
}

export interface MemberFacts {
  readonly identifier: string;
  readonly arn?: string;
  readonly resourceId?: string;
  readonly isWriter: boolean;
  readonly status: string;
  readonly instanceClass?: string;
}

export interface SnapshotFacts {
  readonly id: string;
  readonly arn: string;
  /** `manual`, `automated`, `awsbackup`. */
  readonly type: string;
  readonly status: string;
  readonly progressPercent?: number;
  readonly resourceId?: string;
  /** When the database that it is of was created; a predecessor with the same name has another. */
  readonly instanceCreatedAt?: string;
  readonly engine?: string;
  readonly engineVersion?: string;
  readonly createdAt?: string;
  /**
   * What the data in it is as of: `SnapshotDatabaseTime`, else `OriginalSnapshotCreateTime`, else `SnapshotCreateTime` of
   * one that is no copy. Absent: not known.
   */
  readonly dataTime?: string;
  readonly isCopy: boolean;
  readonly encrypted?: boolean;
  readonly encryptionType?: string;
  readonly kmsKeyId?: string;
  readonly allocatedGib?: number;
  readonly sizeBytes?: number;
  /** When it goes away by itself. Absent: when somebody deletes it, or unknown for `awsbackup`. */
  readonly expiresAt?: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface AutomatedBackupFacts {
  readonly arn?: string;
  readonly region: string;
  readonly status: string;
  readonly earliestAt?: string;
  readonly latestAt?: string;
  readonly retentionDays?: number;
  readonly encrypted?: boolean;
}

export interface KeyFacts {
  readonly keyId: string;
  /** `Enabled`, `Disabled`, `PendingDeletion` … */
  readonly state: string;
  readonly deletionAt?: string;
  readonly usedBy: readonly string[];
}

export interface MaintenanceFacts {
  readonly resource: string;
  readonly action: string;
  readonly appliesAt?: string;
  readonly forcedAt?: string;
}

export interface EventFacts {
  readonly source: string;
  readonly at: string;
  /** `RDS-EVENT-0031` where the API gives it, else ''. */
  readonly id: string;
  readonly categories: readonly string[];
  readonly message: string;
}

export interface BlueGreenFacts {
  readonly name: string;
  readonly status: string;
  readonly source: string;
  readonly target?: string;
  readonly targetEngineVersion?: string;
}

export interface MetricPoint {
  readonly value: number;
  readonly at: string;
}

/** What came of `--create-snapshot`. */
export interface CreatedSnapshot {
  readonly id: string;
  readonly arn?: string;
  /** `available`: waited for to the end. Anything else did not become one, and `reason` says why. */
  readonly status: 'available' | 'failed' | 'timed-out' | 'interrupted' | 'not-created';
  readonly reason?: string;
  readonly startedAt: string;
  readonly waitedMs: number;
  /** It was, or may be, still there when we left; it is never deleted by us. */
  readonly mayExist: boolean;
}

/** What came of `--restore-drill`. */
export interface DrillFacts {
  readonly source: { readonly snapshotId?: string; readonly pointInTime?: string };
  /** Everything created, with whether it is gone again. */
  readonly created: readonly {
    readonly kind: 'instance' | 'cluster';
    readonly id: string;
    readonly deleted: boolean;
  }[];
  readonly status: 'passed' | 'failed' | 'interrupted';
  /** The first thing that was wrong. */
  readonly reason?: string;
  readonly startedAt: string;
  readonly restoreMs?: number;
  readonly totalMs: number;
  /** What was compared: `server major`, `schema`, `rows of public.users`, `amcheck of …`. */
  readonly comparisons: readonly { readonly what: string; readonly ok: boolean; readonly detail: string }[];
}
