import type { DatabaseTarget } from '../postgres/database-target.ts';

export type { DatabaseTarget };

/** What a rehearsal asks of a server before it exists. */
export interface ServerSpec {
  /** Major, e.g. 17. Absent: the newest that can be found. */
  readonly postgresVersion?: number;
  /** A folder with `postgres` and `initdb`, from the config. */
  readonly binaries?: string;
  /** Settings of the user's, on top of ours: `{ timezone: 'Europe/Berlin' }`. */
  readonly settings: Readonly<Record<string, string>>;
  /** A server that others use as well, from the config. */
  readonly external?: ExternalServerSpec;
  /** Folder from which npm packages with servers are looked up, besides our own. */
  readonly projectFolder: string;
}

interface ExternalServerSpec {
  /** Holds a secret, never print it. */
  readonly url: string;
  /** Hosts, `host:port` and system identifiers on which nothing may be rehearsed. */
  readonly production: readonly string[];
}

/** A Postgres, or databases on one, that nobody else uses and that is gone after `dispose`. */
export interface EphemeralServer extends AsyncDisposable {
  /** As `server_version` says, e.g. `18.4`. */
  readonly version: string;
  readonly major: number;
  /** Settings that differ from a default server and that we chose, for the recording. */
  readonly settings: Readonly<Record<string, string>>;
  /**
   * Others use the server as well. `database` was made for this rehearsal and is the only one for it; roles, settings and
   * log of the server are not ours. `limits` says in words what that means for the rehearsal.
   */
  readonly shared?: { readonly database: string; readonly limits: readonly string[] };
  /** How to reach a database of this server; does not create it. `postgres` always exists and is ours for upkeep. */
  target(database: string): DatabaseTarget;
}

/** Where a rehearsal happens. Knows nothing of backups, migrations or checks. */
export interface ServerProvider {
  readonly kind: string;
  /**
   * Resolves once the server accepts queries. On rejection or abort nothing is left running and no file stays.
   *
   * @throws {PgrehearseError} `SERVER_BINARIES_MISSING`, `SERVER_UNAVAILABLE`, `SERVER_REFUSED`, `SERVER_RIGHTS_MISSING`
   */
  start(spec: ServerSpec, signal: AbortSignal): Promise<EphemeralServer>;
}
