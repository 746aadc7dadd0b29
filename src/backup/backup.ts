import type { DataDirectorySource } from '../postgres/data-directory.ts';
import type { DatabaseTarget } from '../postgres/database-target.ts';
import type { BackupRecord, RestoreComplaint } from '../recording/recording.ts';

/** What can be known of a backup before it is restored. */
export interface BackupDescription {
  readonly format: Exclude<BackupRecord['format'], 'none' | 'snapshot' | 'point-in-time' | 'clone'>;
  /** Absolute path. */
  readonly path: string;
  readonly bytes: number;
  /** ISO-8601 UTC. Absent where the format keeps no time. */
  readonly createdAt?: string;
  readonly serverMajor?: number;
  /** Major of the pg_dump that wrote it. */
  readonly dumpMajor?: number;
  readonly database?: string;
}

/** How to reach the database. */
export type RestoreTarget = DatabaseTarget;

export interface RestoreProgress {
  readonly doneBytes?: number;
  readonly totalBytes?: number;
  /** Name of the object being restored. */
  readonly item?: string;
}

export interface RestoreResult {
  readonly durationMs: number;
  readonly shimmedRoles: readonly string[];
  /** Sorted. */
  readonly namedRoles: readonly string[];
  readonly missingExtensions: readonly string[];
  readonly complaints: readonly RestoreComplaint[];
}

/** A backup that was opened, looked at and found readable. */
export interface Backup {
  readonly description: BackupDescription;
  /** Physical: a server is started from it, and `restore` is not called. */
  readonly dataDirectory?: DataDirectorySource;
  /**
   * Restores into an existing, empty database.
   *
   * @throws {PgrehearseError} `BACKUP_UNREADABLE`, `BACKUP_NEWER_THAN_TOOLS`, `BACKUP_TOOL_MISSING`
   */
  restore(
    target: RestoreTarget,
    onProgress: (progress: RestoreProgress) => void,
    signal: AbortSignal,
  ): Promise<RestoreResult>;
  /**
   * Rows of some tables read from the file itself, without a server; keyed by table name without schema.
   * A table that the backup does not hold has no key. Text as COPY writes it (unescaped), `null` is NULL.
   */
  readTables(
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, readonly Readonly<Record<string, string | null>>[]>>>;
}
