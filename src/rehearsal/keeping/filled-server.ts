import type { RestoreResult } from '../../backup/backup.ts';
import type { EphemeralServer } from '../../server/provider.ts';
import type { KeptState, StartState } from './kept-state.ts';

/** A server with the backup in it, right after restore, masking and ANALYZE, however it came there. */
export interface FilledServer extends AsyncDisposable {
  readonly server: EphemeralServer;
  readonly database: string;
  /** Absent when there is no backup. */
  readonly restored?: RestoreResult;
  readonly branched?: Branched;
}

/** It is a copy of what was restored earlier. */
export interface Branched {
  readonly ms: number;
  /** ISO-8601 UTC. */
  readonly restoredAt: string;
  /** What starting, restoring and masking took then. */
  readonly restoreMs: number;
}

/** A server that outlives the stages of a run, which start from the same state. */
export interface SharedServer<State extends StartState = StartState> {
  readonly server: EphemeralServer;
  /** Removes it. */
  readonly remove: () => Promise<void>;
  state: State;
}

/** The server that this run works on and will keep, or that an earlier run kept. */
export interface HeldServer extends SharedServer<KeptState> {
  /** Present: it was kept before, and others are kept out. */
  readonly lock?: AsyncDisposable;
}

export const ofKept = ({ lock }: HeldServer): boolean => lock !== undefined;

/** It stays when the stage goes. */
export const filledBy = ({ server, state: { database, restored } }: SharedServer): FilledServer => ({
  server,
  database,
  ...(restored && { restored }),
  [Symbol.asyncDispose]: async () => {},
});
