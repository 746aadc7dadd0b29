import type { RestoreTarget } from '../backup.ts';
import type { ClientTool } from '../client-tools.ts';
import { readArchive } from './read-archive.ts';
import { runPgRestore } from './run-pg-restore.ts';

/** A pg_restore that can read the archive: on this machine, or beside the server. Paths are as it sees them. */
export interface PgRestore {
  /** Makes a file or folder of ours readable for it, and gives its path there. */
  bring(path: string, signal: AbortSignal): Promise<string>;
  /**
   * What it prints when it is asked for text and not for a restore; needs no server.
   * Rejects with `BACKUP_UNREADABLE` when pg_restore does not like the archive.
   */
  print(args: readonly string[], signal: AbortSignal): AsyncIterable<Buffer>;
  /** Resolves with the exit code; undefined: killed. */
  restore(run: PgRestoreRun, signal: AbortSignal): Promise<number | undefined>;
}

export interface PgRestoreRun {
  readonly path: string;
  readonly target: RestoreTarget;
  /** Holds the password, so that it stands in no argument. */
  readonly passwordFile: string;
  readonly jobs: number;
  /** Piece by piece as it comes. */
  readonly onStderr: (text: string) => void;
}

export const localPgRestore = (tool: ClientTool): PgRestore => ({
  bring: async (path) => path,
  print: (args, signal) => readArchive(tool, args, signal),
  restore: (run, signal) => runPgRestore({ tool, ...run }, signal),
});
