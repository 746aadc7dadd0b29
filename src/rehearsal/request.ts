import type { BackupSource } from '../backup/index.ts';
import type { Recording } from '../recording/recording.ts';
import type { ServerSpec } from '../server/provider.ts';

/** One invariant of the config: a query whose result must hold before and after every step. */
export interface InvariantRequest {
  readonly name: string;
  readonly sql: string;
  /** `unchanged`: as on the restored state; `empty`: no rows; anything else: the single value as text. */
  readonly expect: string;
}

export type Scope = 'pending' | 'all' | `last:${number}`;

/** Everything a rehearsal needs to know, with all paths absolute. The CLI makes it from config and flags. */
export interface RehearsalRequest {
  /** Folder of the config; npm packages and the migration tool are looked up from here. */
  readonly projectFolder: string;
  /** Without `postgresVersion`: the backup's major, or the newest found when the backup does not say. */
  readonly server: Omit<ServerSpec, 'projectFolder' | 'dataDirectory'> & { readonly provider: string };
  /** Absent: an empty database. */
  readonly backup?: BackupSource & {
    readonly maxAgeHours?: number;
    /** Path of SQL that is run right after the restore. */
    readonly masking?: string;
  };
  readonly migrations: {
    /** Absent: detected. */
    readonly tool?: string;
    /** As written; relative to the project folder. */
    readonly directory?: string;
    readonly options: Readonly<Record<string, unknown>>;
  };
  readonly rehearsal: { readonly scope: Scope; readonly forwardOnly: boolean };
  readonly invariants: readonly InvariantRequest[];
  /** Values of rows may appear in messages of the server. */
  readonly showValues: boolean;
  /** The server stays, and a later run starts from its state. Absent: it is removed. */
  readonly keepServer?: { readonly stateFolder: string };
  /** An earlier recording, to compare durations with. */
  readonly baseline?: Recording;
}
