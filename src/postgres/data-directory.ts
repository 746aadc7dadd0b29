/** A cluster that exists as files: a server is started from a copy of them, in place of a new, empty cluster. */
export interface DataDirectorySource {
  readonly major: number;
  /** The database to rehearse in, from the config. Absent: the only one that holds anything. */
  readonly database?: string;
  /**
   * Lays the files out in an empty folder, with the rights and the owner that the server needs, verified and without
   * anything that leads out of it: no settings of the old server, no links, nothing that asks for more than recovery to
   * the end of the backup.
   *
   * @throws {PgrehearseError} `BACKUP_UNREADABLE`
   */
  layOut(place: DataDirectoryPlace, signal: AbortSignal): Promise<LaidOutFacts>;
}

/** What was in the files and is there no more. */
export interface LaidOutFacts {
  /** What the old server loaded at its start (`shared_preload_libraries`), as far as its files say. */
  readonly preloadLibraries: readonly string[];
}

export interface DataDirectoryPlace {
  readonly folder: string;
  readonly owner: DataDirectoryOwner | undefined;
  readonly onProgress: (text: string, percent?: number) => void;
}

/** Absent: the user that we are. */
export interface DataDirectoryOwner {
  readonly uid: number;
  readonly gid: number;
}
