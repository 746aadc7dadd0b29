import type { Reading } from '../reading.ts';

/**
 * What the live database said. Ages and durations are in seconds, by the server's clock; names of relations are qualified,
 * and quoted where needed. An absent field is a NULL: Postgres does not know it, or does not show it to us.
 */
export interface DatabaseFacts {
  /** Qualified names of the tables that were asked about. */
  readonly askedTables: readonly string[];
  /** The role that the migrations run as. Absent: the role of the connection. */
  readonly migrationRole?: string;
  readonly connection: Reading<ConnectionFacts>;
  readonly identity: Reading<IdentityFacts>;
  readonly systemIdentifier: Reading<string>;
  readonly visibility: Reading<VisibilityFacts>;
  readonly clock: Reading<ClockFacts>;
  /** Open transactions of this database, ours left out. Unknown while those of others are masked. */
  readonly transactions: Reading<readonly TransactionFacts[]>;
  readonly prepared: Reading<readonly PreparedFacts[]>;
  /** Locks on the tables asked about, their partitions included, ours left out; never masked. */
  readonly targetLocks: Reading<readonly TargetLockFacts[]>;
  /** Lock requests not granted, in any database. */
  readonly waits: Reading<readonly WaitFacts[]>;
  readonly advisoryLocks: Reading<readonly AdvisoryLockFacts[]>;
  readonly connections: Reading<ConnectionsFacts>;
  readonly slots: Reading<readonly SlotFacts[]>;
  readonly replicas: Reading<readonly ReplicaFacts[]>;
  readonly publications: Reading<readonly PublicationFacts[]>;
  readonly subscriptions: Reading<readonly { readonly name: string; readonly enabled: boolean }[]>;
  readonly invalidIndexes: Reading<readonly InvalidIndexFacts[]>;
  readonly unvalidated: Reading<readonly { readonly relation: string; readonly name: string }[]>;
  readonly eventTriggers: Reading<readonly EventTriggerFacts[]>;
  readonly sequences: Reading<readonly SequenceFacts[]>;
  readonly unlogged: Reading<readonly string[]>;
  /** Version by name. */
  readonly extensions: Reading<Readonly<Record<string, string>>>;
  readonly targets: Reading<readonly TargetTableFacts[]>;
  readonly role: Reading<RoleFacts>;
  readonly settings: Reading<SettingsFacts>;
  readonly wraparound: Reading<WraparoundFacts>;
  readonly maintenance: Reading<readonly MaintenanceWorkFacts[]>;
  readonly archiver: Reading<ArchiverFacts>;
  /** Absent number: the cluster has no checksums. */
  readonly checksums: Reading<{ readonly failures?: number; readonly lastFailureAt?: string }>;
  /** Absent versions: the provider of the collation has none. */
  readonly collation: Reading<{ readonly recorded?: string; readonly actual?: string }>;
  /** Questions that ran into a lock on the catalogue, or into our own time limit. */
  readonly blocked: readonly string[];
}

export interface ConnectionFacts {
  readonly tlsMode: 'off' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  /** Between us and whatever answered. */
  readonly encrypted: boolean;
  /** A Unix socket, or this machine itself. */
  readonly isLocal: boolean;
  /** As the server sees its own peer: a pooler perhaps. */
  readonly serverSeesEncrypted?: boolean;
  readonly tlsVersion?: string;
  /** The process that we were told at the start is the one that answers. */
  readonly isStartProcess: boolean;
  /** Consecutive transactions were answered by different processes. */
  readonly processChanges: boolean;
}

export interface IdentityFacts {
  readonly database: string;
  readonly user: string;
  /** As `server_version_num`: 170005. */
  readonly versionNumber: number;
  readonly isInRecovery: boolean;
  readonly defaultReadOnly: boolean;
  readonly startedAt: string;
  readonly serverAddress?: string;
  readonly isRds: boolean;
  readonly auroraVersion?: string;
}

export interface VisibilityFacts {
  readonly seesAll: boolean;
  /** Sessions of other roles that show nothing of what they do. */
  readonly masked: number;
  /** Sessions that do not report what they do (`track_activities` off). */
  readonly silent: number;
}

export interface ClockFacts {
  readonly at: string;
  /** Server's clock minus this machine's. */
  readonly aheadMs: number;
  /** The true difference is this much more or less: half of the round trip. */
  readonly errorMs: number;
}

export interface TransactionFacts {
  readonly processId: number;
  readonly user?: string;
  readonly application?: string;
  readonly state?: string;
  readonly transactionSeconds: number;
  readonly stateSeconds: number;
  readonly waitsFor?: string;
  /** Reads everything, as pg_dump and COPY … TO do. */
  readonly isDump: boolean;
}

export interface PreparedFacts {
  readonly id: string;
  readonly owner: string;
  readonly ageSeconds: number;
}

export interface TargetLockFacts {
  readonly relation: string;
  readonly mode: string;
  readonly granted: boolean;
  /** Absent: a prepared transaction. */
  readonly processId?: number;
  readonly user?: string;
  readonly application?: string;
  readonly state?: string;
  /** Absent where masked, and of a prepared transaction. */
  readonly transactionSeconds?: number;
  /** Of the server's own: autovacuum. */
  readonly isSystem: boolean;
}

export interface WaitFacts {
  readonly processId?: number;
  readonly lockType: string;
  readonly mode: string;
  readonly relation?: string;
  readonly waitSeconds?: number;
  readonly blockedBy: readonly number[];
  readonly isTarget: boolean;
}

export interface AdvisoryLockFacts {
  /** Key of the one-number form, as text: it has 64 bits. Absent: the two-number form. */
  readonly key?: string;
  readonly processId: number;
  readonly granted: boolean;
}

export interface ConnectionsFacts {
  readonly max: number;
  readonly reserved: number;
  readonly used: number;
  /** −1: no limit. */
  readonly databaseLimit: number;
  readonly databaseUsed: number;
  /** Of the migration role; absent where there is no such role. */
  readonly roleLimit?: number;
  readonly roleUsed: number;
}

export interface SlotFacts {
  readonly name: string;
  readonly type: string;
  readonly active: boolean;
  readonly temporary: boolean;
  readonly walStatus?: string;
  readonly safeWalBytes?: number;
  readonly retainedBytes?: number;
}

export interface ReplicaFacts {
  readonly name: string;
  readonly state?: string;
  readonly lagBytes?: number;
  readonly lagSeconds?: number;
}

export interface PublicationFacts {
  readonly name: string;
  readonly allTables: boolean;
  readonly publishesChanges: boolean;
  /** Tables asked about that it holds; empty for `allTables`. */
  readonly targets: readonly string[];
}

export interface InvalidIndexFacts {
  readonly relation: string;
  readonly index: string;
  readonly isPartitioned: boolean;
  /** Being built right now. */
  readonly isBuilding: boolean;
  readonly isTarget: boolean;
}

export interface EventTriggerFacts {
  readonly name: string;
  readonly event: string;
  readonly function: string;
  readonly owner: string;
  /** Extension that it belongs to. */
  readonly extension?: string;
}

export interface SequenceFacts {
  readonly sequence: string;
  /** Column that it feeds: `public.users.id`. */
  readonly column?: string;
  readonly relation?: string;
  readonly isTarget: boolean;
  readonly isReadable: boolean;
  /** Absent: never used, or not readable. */
  readonly lastValue?: number;
  /** The smaller of the sequence's end and the column's. */
  readonly cap: number;
  readonly cycles: boolean;
}

export interface TargetTableFacts {
  readonly relation: string;
  readonly exists: boolean;
  /** `r`, `p`, `v`, `m`, `f` as in pg_class. */
  readonly kind?: string;
  readonly partitions?: number;
  readonly isUnlogged?: boolean;
  /** As of the last VACUUM or ANALYZE; absent: never. Partitions included. */
  readonly rows?: number;
  readonly heapBytes?: number;
  readonly indexBytes?: number;
  readonly owner?: string;
  readonly roleOwns?: boolean;
  readonly roleMayWrite?: boolean;
  readonly roleMayCreateInSchema?: boolean;
  /** UPDATE and DELETE have a replica identity to go by. */
  readonly hasReplicaIdentity?: boolean;
  readonly xidAge?: number;
  readonly multixactAge?: number;
  readonly liveRows?: number;
  readonly modifiedSinceAnalyze?: number;
  readonly analyzed?: boolean;
}

export interface RoleFacts {
  readonly name: string;
  readonly exists: boolean;
}

export interface SettingsFacts {
  /**
   * What a new session of the migration role begins with, by setting; times in milliseconds. `null`: it cannot be told,
   * since the role that we connect as has a value of its own. Absent: this server does not have it.
   */
  readonly ofRole: Readonly<Record<string, string | null>>;
  readonly server: Readonly<Record<string, string>>;
}

export interface WraparoundFacts {
  readonly databases: readonly { readonly database: string; readonly xidAge: number; readonly multixactAge: number }[];
  readonly freezeMaxAge: number;
  readonly failsafeAge: number;
}

export interface MaintenanceWorkFacts {
  readonly kind: 'vacuum' | 'create index' | 'cluster' | 'analyze';
  readonly processId: number;
  readonly relation?: string;
  readonly phase?: string;
  readonly isTarget: boolean;
  readonly isAutomatic: boolean;
  /** Absent where the text of the session is masked. */
  readonly againstWraparound?: boolean;
}

export interface ArchiverFacts {
  readonly mode: string;
  readonly lastArchivedAt?: string;
  readonly lastFailedAt?: string;
  readonly failedCount: number;
  readonly sinceArchivedSeconds?: number;
  /** Finished WAL files newer than the last one archived; absent where it cannot be told. */
  readonly behindFiles?: number;
}
