import type { DataChange, DataLedger } from './data-ledger.ts';
import type { SchemaChange, SchemaSnapshot } from './schema-snapshot.ts';

export type Direction = 'up' | 'down';

/**
 * Why a step was run: `apply` a pending migration, `revert` it, `reapply` it, and at the end `unwind` everything
 * newest first, back to the state that was restored.
 */
export type StepPurpose = 'apply' | 'revert' | 'reapply' | 'unwind';

export type StepStatus = 'completed' | 'failed' | 'not-run';

/** What an observer can contribute to a step. A check names the ones it needs. */
export type ObserverId = 'statements' | 'schema' | 'data' | 'invariants' | 'resources';

/** One statement of a migration, as the server ran it. Parameter values are never recorded. */
export interface StatementRecord {
  readonly sql: string;
  /** Milliseconds the server spent on it, as its log says. Absent when the statement failed. */
  readonly durationMs?: number;
}

/** One invariant of the config, evaluated after the step. */
export interface InvariantReading {
  readonly name: string;
  /** A single number or boolean as text; anything else as `N rows, sha256 …`, so that no row value is recorded. */
  readonly value: string;
  /** Number of rows the query returned. */
  readonly rows: number;
  /** The query itself failed, e.g. because its table is gone. */
  readonly error?: string;
}

/** What the observers saw during one step, one field each. Absent means nobody watched. */
export interface Observations {
  readonly statements?: readonly StatementRecord[];
  /** What this step alone changed in the catalogue, compared with the state right before it. */
  readonly schema?: readonly SchemaChange[];
  /** Tables whose contents this step alone changed, compared with the state right before it. */
  readonly data?: readonly DataChange[];
  readonly invariants?: readonly InvariantReading[];
  /** On a `revert` whose contents differ from before the migration: compared row by row with that state. */
  readonly rowLosses?: readonly RowLoss[];
  readonly resources?: ResourceUse;
}

/** What one step took of the disk. Files that a sort or a join spills to are not in it. */
export interface ResourceUse {
  /** Write-ahead log written since the step before. A server with full-page writes, as production is, writes more. */
  readonly walBytes: number;
  /** Size of the database after the step, as `pg_database_size` says. */
  readonly databaseBytes: number;
  /** The largest size seen while it ran, looked at four times a second. */
  readonly peakDatabaseBytes: number;
}

/** One relation compared row by row with the state before the migration was applied. */
export interface RowLoss {
  readonly relation: string;
  /** Rows that were there before and are not any more. */
  readonly missingRows: number;
  /** Rows that were not there before. */
  readonly addedRows: number;
  /** Per column: rows that are still there with another value. */
  readonly differingRows: Readonly<Record<string, number>>;
}

export interface StepFailure {
  /** The server's or the tool's message; values of rows are blanked unless `--show-values`. */
  readonly message: string;
  readonly sqlState?: string;
  readonly hint?: string;
  /** 1-based character position in the statement, as the server reports it. */
  readonly position?: number;
}

export interface StepRecord {
  readonly migration: string;
  readonly direction: Direction;
  readonly purpose: StepPurpose;
  readonly status: StepStatus;
  /** Wall-clock milliseconds of the tool's work on the rehearsal machine; production hardware and load differ. */
  readonly durationMs: number;
  readonly failure?: StepFailure;
  /** Why a step was not run, e.g. `20240101_a did not apply`. Only with status `not-run`. */
  readonly reason?: string;
  readonly observations: Observations;
  /**
   * The database was built anew before this step (backup restored, earlier migrations applied), because what the round
   * trip of the migration before had left was not what production would have. Holds what that changed.
   */
  readonly rebuilt?: Rebuild;
}

export interface Rebuild {
  readonly reason: string;
  readonly durationMs: number;
  readonly schema: readonly SchemaChange[];
  readonly data: readonly DataChange[];
}

/** A waiver written beside a statement: `-- pgrehearse: allow CHECK until DATE, reason`. */
export interface InlineWaiver {
  readonly check: string;
  /** ISO date, last day on which it holds. */
  readonly until?: string;
  readonly reason: string;
}

export interface PlannedMigration {
  readonly id: string;
  readonly dependsOn: readonly string[];
  /** The tool has a way back on file. Whether it works is what the rehearsal finds out. */
  readonly reversible: boolean;
  /** Paths relative to the config's folder. */
  readonly files: readonly string[];
  /** sha256 of the source files, hex. Absent where the tool gives no file. */
  readonly checksum?: string;
  readonly waivers?: readonly InlineWaiver[];
  /** In the backup's bookkeeping table. */
  readonly applied: boolean;
  /** In the scope of this rehearsal. */
  readonly rehearsed: boolean;
}

/** What is wrong with the dependency graph itself. All problems at once, none hides another. */
export type GraphProblem =
  | { readonly kind: 'cycle'; readonly path: readonly string[] }
  | { readonly kind: 'missing-dependency'; readonly migration: string; readonly dependency: string }
  | { readonly kind: 'multiple-heads'; readonly heads: readonly string[] }
  | { readonly kind: 'duplicate-id'; readonly id: string; readonly files: readonly string[] };

/** A row of the tool's bookkeeping table in the backup. */
export interface AppliedMigration {
  readonly id: string;
  /** The tool keeps checksums and this one differs from the file on disk. */
  readonly edited?: boolean;
  /** The tool had marked it as started but not finished (golang-migrate `dirty`, sqlx `success = false`). */
  readonly unfinished?: boolean;
}

export interface PlanRecord {
  readonly tool: string;
  readonly scope: string;
  readonly forwardOnly: boolean;
  /** In dependency order. Migrations in a cycle, or behind a missing dependency, come last. */
  readonly migrations: readonly PlannedMigration[];
  readonly problems: readonly GraphProblem[];
  /** What the bookkeeping table in the backup says, in its own order. */
  readonly applied: readonly AppliedMigration[];
}

export interface ServerRecord {
  readonly provider: string;
  /** As `server_version` says, e.g. `18.4`. */
  readonly version: string;
  readonly major: number;
  /** The role that the tool connected as: owner of its bookkeeping table in the backup, else of most tables. */
  readonly migrationRole: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** One line of the restore's error output that is not explained by a shim of ours. */
export interface RestoreComplaint {
  readonly message: string;
  /** The object the archive was restoring, where the tool says so. */
  readonly object?: string;
}

/** `base`: physical, of pg_basebackup. `snapshot`, `point-in-time` and `clone` were restored by RDS. `none`: an empty database. */
export type BackupFormat =
  | 'custom'
  | 'directory'
  | 'tar'
  | 'plain'
  | 'base'
  | 'snapshot'
  | 'point-in-time'
  | 'clone'
  | 'none';

export interface BackupRecord {
  readonly format: BackupFormat;
  /** File name only, never a full path. */
  readonly file?: string;
  readonly bytes?: number;
  /** ISO-8601 UTC, from the archive itself. Absent where the format keeps no time. */
  readonly createdAt?: string;
  /** Major of the server that was dumped. */
  readonly serverMajor?: number;
  readonly database?: string;
  readonly restoreMs: number;
  /** NOLOGIN roles created because the backup refers to them. */
  readonly shimmedRoles: readonly string[];
  /** Roles that the backup names as owner, grantee or otherwise. Absent in recordings of older versions. */
  readonly namedRoles?: readonly string[];
  /** Extensions the backup needs and this server lacks. */
  readonly missingExtensions: readonly string[];
  readonly complaints: readonly RestoreComplaint[];
  readonly tables: number;
  readonly rows: number;
  /** SQL of the user's ran right after the restore: values are not those of production. */
  readonly masked?: boolean;
  /** From the config; `backup-stale` compares with it. */
  readonly maxAgeHours?: number;
}

/** Durations of an earlier recording, in milliseconds, one entry per time the step was run. */
export type BaselineTimings = Readonly<Record<string, Readonly<Partial<Record<Direction, readonly number[]>>>>>;

export interface InvariantRecord {
  readonly name: string;
  readonly expect: string;
  /** Evaluated on the restored state. */
  readonly start: InvariantReading;
}

/** An observer that broke. Its checks are not judged. */
export interface ObserverFailure {
  readonly observer: ObserverId;
  readonly message: string;
}

/** The state that the rehearsal started from; the steps hold what changed from there. */
export interface StartRecord {
  readonly schema?: SchemaSnapshot;
  readonly data?: DataLedger;
  readonly invariants?: readonly InvariantRecord[];
  readonly resources?: { readonly databaseBytes: number };
}

/** All pending migrations at once, as the tool's own command applies them in production. */
export interface TogetherRecord {
  readonly migrations: readonly string[];
  readonly status: 'completed' | 'failed' | 'not-run';
  readonly durationMs: number;
  readonly failure?: StepFailure;
  /** Why it was not run. */
  readonly reason?: string;
}

/** All that was seen in one rehearsal, as plain JSON. Checks and reports read this and nothing else. */
export interface Recording {
  readonly format: 1;
  readonly tool: { readonly name: 'pgrehearse'; readonly version: string };
  /** ISO-8601 UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly server: ServerRecord;
  readonly backup: BackupRecord;
  readonly plan: PlanRecord;
  /** Observers that ran to the end. One that broke is absent here and named in `observerFailures`. */
  readonly observed: readonly ObserverId[];
  readonly observerFailures: readonly ObserverFailure[];
  readonly start: StartRecord;
  readonly steps: readonly StepRecord[];
  /** Absent: the tool applies them one after the other anyway, or there was one only, or one of them failed alone. */
  readonly together?: TogetherRecord;
  readonly baseline?: BaselineTimings;
  /** Interrupted before the end: what is here is true, but it is not everything. */
  readonly interrupted?: boolean;
}
