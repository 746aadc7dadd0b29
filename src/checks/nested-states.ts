import type { Observations, Recording, StepRecord } from '../recording/recording.ts';
import { roundTrips, type RoundTrip } from './round-trip.ts';

/** What one step, or building anew before it, changed. */
type Changed = Pick<Observations, 'schema' | 'data'>;

/**
 * Two states of the database that a migration should have left the same, and the way from one to the other. Such pairs
 * lie in one another: what comes first with one migration comes last with it, and the others are in between.
 */
export interface Shell {
  readonly migration: string;
  /** Right before the first state, and so in between for the migration around this one. */
  readonly before: readonly Changed[];
  /** From the first state to what is in between. */
  readonly opening: readonly Changed[];
  /** From there to the second state. */
  readonly closing: readonly Changed[];
  /** Right after the second state, and in between as well. */
  readonly after: readonly Changed[];
  /** False: it did not come to the second state. */
  readonly isWhole: boolean;
}

/** Applied here and unwound at the end, newest first: before it was applied, and after it was unwound. */
export const unwoundShells = (recording: Recording): Shell[] =>
  roundTrips(recording)
    .filter(({ apply, steps }) => apply && steps[0] === apply)
    .toReversed()
    .map(unwoundShell);

function unwoundShell({ migration, steps, unwind }: RoundTrip): Shell {
  const own = steps.filter((step) => step !== unwind);
  return {
    migration,
    // Building anew comes before the first step of a migration, and so before its state to compare with.
    before: own.map(rebuildOf),
    opening: own.map(changesOf),
    closing: unwind ? [rebuildOf(unwind), changesOf(unwind)] : [],
    after: [],
    isWhole: unwind?.status === 'completed',
  };
}

/**
 * Held by the backup and taken back first, oldest first: as restored, and after it was applied again. What was pending
 * and is applied among them is a shell without a judgement of its own.
 */
export function takenBackShells(recording: Recording): Shell[] {
  const trips = roundTrips(recording);
  return recording.steps
    .filter(({ purpose }) => purpose === 'apply')
    .flatMap(({ migration }) => trips.filter((trip) => trip.migration === migration))
    .map(takenBackShell);
}

function takenBackShell({ migration, apply, unwind, steps }: RoundTrip): Shell {
  const isTakenBack = unwind !== undefined && steps[0] === unwind;
  const rest = steps.filter((step) => step !== apply && step !== unwind);
  return {
    migration,
    before: [],
    opening: isTakenBack ? [changesOf(unwind)] : [],
    closing: apply ? [rebuildOf(apply), changesOf(apply)] : [],
    after: rest.flatMap((step) => [rebuildOf(step), changesOf(step)]),
    isWhole: isTakenBack && unwind.status === 'completed' && apply?.status === 'completed',
  };
}

const changesOf = ({ observations }: StepRecord): Changed => observations;

const rebuildOf = ({ rebuilt }: StepRecord): Changed => rebuilt ?? {};

/** How changes of one kind are looked at. */
export interface Aspect<Change> {
  readonly of: (changed: Changed) => readonly Change[];
  readonly compose: (steps: readonly (readonly Change[])[]) => Change[];
  /** What of `here` did not differ already in `within`, a part of the same way. */
  readonly newSince: (within: readonly Change[], here: readonly Change[]) => Change[];
}

/**
 * Per migration: what differs between its two states, and did not differ already between those within. Linear in the
 * number of steps.
 *
 * @param shells innermost first
 */
export function newInEachShell<Change>(
  shells: readonly Shell[],
  { of, compose, newSince }: Aspect<Change>,
): ReadonlyMap<string, readonly Change[]> {
  const found = new Map<string, readonly Change[]>();
  let between: readonly Change[] = [];
  for (const { migration, before, opening, closing, after, isWhole } of shells) {
    const here = compose([...opening.map(of), between, ...closing.map(of)]);
    if (isWhole) found.set(migration, newSince(between, here));
    between = compose([...before.map(of), here, ...after.map(of)]);
  }
  return found;
}
