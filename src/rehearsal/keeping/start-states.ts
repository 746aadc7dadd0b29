import type { Database } from '../../postgres/connect.ts';
import type { FilledServer } from './filled-server.ts';

/** Where the stages of a run take the state from that they start from. `dispose`: the run has ended. */
export interface StartStates extends AsyncDisposable {
  /** The start state once more: a branch where that is sound, else what `restore` makes. */
  filled(restore: () => Promise<FilledServer>, signal: AbortSignal): Promise<FilledServer>;
  /** To be called before a role is changed for the migration tool; the next branch takes that back. */
  rememberRole(upkeep: Database, role: string): Promise<void>;
  /** The rehearsal came to its end. */
  done(): void;
}
