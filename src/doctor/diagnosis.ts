import type { Prerequisite } from '../support/prerequisite.ts';

/** The command of ours that does not work without something. */
export type Need = 'run' | 'preflight';

/** One line of a diagnosis. */
export interface Line extends Prerequisite {
  /** Absent: nothing depends on it with this config. */
  readonly neededBy?: Need;
}

export interface Group {
  readonly id: string;
  readonly title: string;
  readonly lines: readonly Line[];
}

/** Of a part that the config needs. */
export const neededBy = (need: Need, prerequisites: readonly Prerequisite[]): readonly Line[] =>
  prerequisites.map((one) => ({ ...one, ...(one.optional !== true && { neededBy: need }) }));

/** What is needed and not there. Unknown is never a pass. */
export const ailments = (groups: readonly Group[], need: Need): readonly Line[] =>
  groups.flatMap(({ lines }) => lines.filter((line) => line.neededBy === need && line.state !== 'found'));
