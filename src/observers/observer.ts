import type { Observations, ObserverId, StartRecord } from '../recording/recording.ts';

/** How an observer may reach the server. Structurally part of an `EphemeralServer`. */
interface ObservedServer {
  readonly major: number;
  /** Present: others use the server as well. */
  readonly shared?: object;
  /** Why its log cannot be read through SQL. */
  readonly logUnreadable?: string;
  target(database: string): { readonly connectionString: string };
}

export interface ObserverContext {
  readonly server: ObservedServer;
  /** The database that is migrated. `postgres` is the one for upkeep: helper extensions may be created there only. */
  readonly database: string;
  /** Bookkeeping tables of the migration tool, left out of comparisons with all that belongs to them. */
  readonly bookkeeping: readonly { readonly schema?: string; readonly name: string }[];
}

/** Watches steps from a connection of its own; never touches the migration's session. */
export interface Observer {
  readonly id: ObserverId;
  /** Reads the state that the steps are compared with. */
  open(context: ObserverContext): Promise<Watch>;
}

export interface Watch extends AsyncDisposable {
  /** The state when watching began. */
  readonly start: StartRecord;
  /** What changed since `open` or since the last call; called after each step, when the tool is idle. */
  afterStep(): Promise<Observations>;
  /**
   * Compares what was reported step by step with the whole, read anew; rejects where they differ. For the end of a
   * stage. Absent: nothing to prove.
   */
  verify?(): Promise<void>;
}
