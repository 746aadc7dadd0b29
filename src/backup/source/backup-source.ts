import type { S3Settings } from './s3/s3-client.ts';

/** Where a backup comes from. Exactly one of `file`, `command` and `url` is given; the configuration sees to that. */
export interface BackupSource {
  /** Absolute path, or `s3://bucket/key`. */
  readonly file?: string;
  /** With a `file` in S3. */
  readonly s3?: S3Settings;
  /** Writes a dump to its standard output: program and arguments, or one text for the shell. */
  readonly command?: string | readonly string[];
  /** A database to dump; holds a secret, never print it. */
  readonly url?: string;
  /** With `url`: tables whose rows stay there, as patterns of pg_dump. */
  readonly excludeTableData?: readonly string[];
  /** Of a base backup: the database to rehearse in. */
  readonly database?: string;
  /** Take a base backup that has no manifest. */
  readonly allowUnverified?: boolean;
}

interface DumpProgress {
  readonly doneBytes: number;
  readonly totalBytes?: number;
}

/** What taking a dump needs to know of its surroundings. */
export interface DumpOptions {
  /** Folder of the config; commands run in it. */
  readonly projectFolder: string;
  /** What a person should know, one sentence each. */
  readonly onWarning: (message: string) => void;
  readonly onProgress: (progress: DumpProgress) => void;
  /** The server will come with client programs: none is needed on this machine to restore. */
  readonly serverBringsClients?: boolean;
}
