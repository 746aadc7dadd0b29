import type { BookkeepingTable, Migration } from '../migrations/source.ts';
import type { Observer } from '../observers/observer.ts';
import type {
  BaselineTimings,
  Direction,
  ObserverFailure,
  StepPurpose,
  StepRecord,
  TogetherRecord,
} from '../recording/recording.ts';
import type { Cast } from './cast.ts';
import type { OnEvent } from './events.ts';
import type { Plan } from './plan.ts';
import type { RehearsalRequest } from './request.ts';
import type { Stage } from './stage.ts';
import type { Watching } from './watching.ts';

/** The state of one rehearsal while it goes on: all that its steps do to one another. */
export interface Run {
  readonly request: RehearsalRequest;
  readonly cast: Cast;
  readonly plan: Plan;
  readonly onEvent: OnEvent;
  readonly signal: AbortSignal;
  readonly bookkeeping: readonly BookkeepingTable[];
  readonly baseline?: BaselineTimings;
  /** Replaced when the database is built anew. */
  stage: Stage;
  watching: Watching;
  readonly observers: readonly Observer[];
  /** Observers that broke on an earlier stage; they are not tried again. */
  readonly brokenObservers: ObserverFailure[];
  /** Schema and data before the first step. */
  readonly restoredState: ReturnType<Watching['state']>;
  readonly steps: StepRecord[];
  /** Ids that the tool's books hold when the next step runs. */
  applied: Set<string>;
  /** A failure left the books marked as unfinished: the tool refuses to go on. */
  unfinished?: boolean;
  /** Ids applied by this rehearsal and not unwound, oldest first. */
  appliedHere: string[];
  /** Steps that lead from the restored backup to where production would be now, without any round trip. */
  readonly path: PathStep[];
  /** Steps that are expected in all; grows when some are repeated. */
  total: number;
  /** The database is not what production would have at this point; it is built anew before the next step. */
  rebuildDue?: string | undefined;
  together?: TogetherRecord | undefined;
  /** Why nothing can be run any more. */
  stuck?: string;
}

export interface PathStep {
  readonly migration: Migration;
  readonly direction: Direction;
}

export interface StepRequest extends PathStep {
  readonly purpose: StepPurpose;
}
