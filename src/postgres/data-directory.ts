/** A cluster that exists as files: a server is started from a copy of them, in place of a new, empty cluster. */
export interface DataDirectorySource {
  readonly major: number;
  /** The database to rehearse in, from the config. Absent: the only one that holds anything. */
  readonly database?: string;
  /** Lays the files out in an empty folder, with the rights and the owner that the server needs. */
  layOut(folder: string, owner: DataDirectoryOwner | undefined, signal: AbortSignal): Promise<void>;
}

/** Absent: the user that we are. */
export interface DataDirectoryOwner {
  readonly uid: number;
  readonly gid: number;
}
