import type { DatabaseTarget } from '../postgres/database-target.ts';
import type { DataDirectorySource } from '../postgres/data-directory.ts';
import type { BackupRecord } from '../recording/recording.ts';
import type { Room } from '../support/disk-full.ts';
import type { Prerequisite } from '../support/prerequisite.ts';

export type { DatabaseTarget, Prerequisite };

/** What a rehearsal asks of a server before it exists. */
export interface ServerSpec {
  /** Major, e.g. 17. Absent: the newest that can be found. */
  readonly postgresVersion?: number;
  /** Nobody asked for that major; it is the backup's. */
  readonly isMajorOfBackup?: boolean;
  /** A folder with `postgres` and `initdb`, from the config. */
  readonly binaries?: string;
  /** Settings of the user's, on top of ours: `{ timezone: 'Europe/Berlin' }`. */
  readonly settings: Readonly<Record<string, string>>;
  /** A server that others use as well, from the config. */
  readonly external?: ExternalServerSpec;
  readonly docker?: DockerServerSpec;
  readonly rds?: RdsServerSpec;
  /** What will be restored takes up so much, roughly. Absent: nobody knows, or the server is to be kept. */
  readonly contentsBytes?: number;
  /** A physical backup, which is started and not restored. */
  readonly dataDirectory?: DataDirectorySource;
  /** Folder from which npm packages with servers are looked up, besides our own. */
  readonly projectFolder: string;
}

interface ExternalServerSpec {
  /** Holds a secret, never print it. */
  readonly url: string;
  /** Hosts, `host:port` and system identifiers on which nothing may be rehearsed. */
  readonly production: readonly string[];
}

/** From the config; what is absent is decided by the provider. */
export interface DockerServerSpec {
  /** With its tag. Absent: the official image of the wanted major. */
  readonly image?: string;
  /** `missing`: where the engine does not have it (default). */
  readonly pull?: 'missing' | 'always' | 'never';
  readonly memoryGib?: number;
  readonly cpus?: number;
  /** The data directory in memory, of this size; 0: never. Absent: where it fits. */
  readonly tmpfsGib?: number;
}

/** From the config: what is restored in RDS, and as what. */
export interface RdsServerSpec {
  /** Instance or cluster whose data is rehearsed on; never touched itself. */
  readonly identifier: string;
  /** `latest-snapshot` (default), `latest-time`, `clone` (Aurora), or the id of a snapshot. */
  readonly from?: string;
  readonly database?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly roleArn?: string;
  readonly externalId?: string;
  readonly instanceClass?: string;
  readonly subnetGroup?: string;
  readonly securityGroups?: readonly string[];
  readonly parameterGroup?: string;
  /** After so long the temporary database is deleted, whatever is going on. */
  readonly maxHours: number;
  readonly pollSeconds?: number;
  /** For one question to AWS, retries included. */
  readonly patienceSeconds?: number;
  /** Requests may go to a host that is not of AWS. */
  readonly allowCustomEndpoint?: boolean;
  /** Path of the root certificates of RDS. Absent: the connection is encrypted, and its certificate is not checked. */
  readonly sslRootCert?: string;
  /** Hosts that are never logged in to. */
  readonly production: readonly string[];
  /** Region, endpoint and credentials are found by it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where what was made is written down, so that a later run can delete it. */
  readonly stateFolder: string;
}

/** What a provider tells while it starts a server. */
export type ServerNews =
  /** Replaces what was said before; for the progress line. */
  | { readonly kind: 'doing'; readonly text: string; readonly percent?: number }
  /** Stays: a warning, a cost. */
  | { readonly kind: 'said'; readonly text: string };

export type OnNews = (news: ServerNews) => void;

/** A Postgres, or databases on one, that nobody else uses and that is gone after `dispose`. */
export interface EphemeralServer extends AsyncDisposable {
  /** As `server_version` says, e.g. `18.4`. */
  readonly version: string;
  readonly major: number;
  /** Settings that differ from a default server and that we chose, for the recording. */
  readonly settings: Readonly<Record<string, string>>;
  /**
   * Others use the server as well: roles, settings and log are not ours. `database` was made for this rehearsal, the only one
   * for it; `pristine` is the name that a copy of it must have, so that it is removed with it.
   */
  readonly shared?: { readonly database: string; readonly pristine?: string };
  /** It came filled: nothing is restored into it. */
  readonly contents?: ServerContents;
  /** What it cannot give, in words, for the person who waits. */
  readonly limits?: readonly string[];
  /** Why its log cannot be read through SQL. */
  readonly logUnreadable?: string;
  /** Taken up again: why one that is started now would not be the same. */
  readonly outdated?: string;
  /** Aborts when its time is up, shortly before the provider takes it away: the rehearsal ends as it stands. */
  readonly expiry?: AbortSignal;
  /** What its disk can take at the moment, also when the server is lost. Absent: nobody can look. */
  room?(): Promise<Room | undefined>;
  /** How to reach a database of this server; does not create it. `postgres` always exists and is ours for upkeep. */
  target(database: string): DatabaseTarget;
  /**
   * Lets go of it: it outlives this process, no sweep removes it as long as the file `record` is there, and `dispose` leaves
   * it alone. Absent: the provider keeps nothing.
   *
   * @param remember called before the moment from which nothing but what it is told leads there
   */
  keep?(record: string, remember?: (kept: KeptServer) => Promise<void>): Promise<KeptServer>;
}

/** What the provider needs to find a kept server again: plain JSON, and secret. */
export interface KeptServer {
  readonly id: string;
  readonly details: Readonly<Record<string, string | number>>;
}

/** What a sweep met. */
export interface Swept {
  /** `folder /tmp/pgrehearse-0123456789ab`, `database pgrehearse_0123456789abcdef` */
  readonly what: string;
  readonly removed: boolean;
  readonly reason?: string;
}

export interface ServerContents {
  readonly database: string;
  /** From the wish for a server to a server that answers. */
  readonly restoreMs: number;
  /** Extensions that they use and that this server lacks. */
  readonly missingExtensions?: readonly string[];
  /** Where they come from, when no backup of ours says so. */
  readonly origin?: Pick<BackupRecord, 'format' | 'file' | 'createdAt' | 'serverMajor' | 'bytes'>;
}

/** Where a rehearsal happens. Knows nothing of backups, migrations or checks. */
export interface ServerProvider {
  readonly kind: string;
  /** Its servers come with client programs, as `DatabaseTarget.clientPrograms`. */
  readonly bringsClients?: boolean;
  /** A start takes seconds, so that what another server would be needed for had better be done on one. */
  readonly startsSlowly?: boolean;
  /** Starts from files of a server as well (`ServerSpec.dataDirectory`). */
  readonly startsFromFiles?: boolean;
  /**
   * Resolves once the server accepts queries. On rejection or abort nothing is left running and no file stays.
   *
   * @throws {PgrehearseError} `SERVER_BINARIES_MISSING`, `SERVER_UNAVAILABLE`, `SERVER_REFUSED`, `SERVER_RIGHTS_MISSING`
   */
  start(spec: ServerSpec, signal: AbortSignal, onNews?: OnNews): Promise<EphemeralServer>;
  /**
   * Takes up a server that `keep` let go of: from then on `dispose` removes it, and another `keep` lets go of it again.
   * Undefined: there is none any more, and nothing of it is left. Changes nothing that the end of this process would not undo.
   */
  attach?(kept: KeptServer, signal: AbortSignal, spec: ServerSpec): Promise<EphemeralServer | 'in use' | undefined>;
  /** Removes what dead runs left, as every start does, and names it. */
  sweep?(spec: ServerSpec, signal: AbortSignal): Promise<readonly Swept[]>;
  /** What it needs and whether that is there. Makes nothing, changes nothing, never rejects but for an abort. */
  examine?(spec: ServerSpec, signal: AbortSignal): Promise<readonly Prerequisite[]>;
}
