import type { Finding, Severity } from '../findings/finding.ts';
import type { ObserverId, Recording } from '../recording/recording.ts';

/** What `inspect` yields; id, severity and, unless it says otherwise, remedy come from the definition. */
export type Observation = Pick<Finding, 'where' | 'message' | 'evidence'> & {
  readonly severity?: Severity;
  readonly remedy?: string;
};

export interface Check<Limits extends object = object> {
  /** Kebab-case and permanent: users write it in waivers. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** Why anyone should care, in one sentence. `pgrehearse explain <id>` prints it. */
  readonly effect: string;
  readonly remedy: string;
  /** Observers without which it cannot look; it is then not judged. */
  readonly needs: readonly ObserverId[];
  /** A number, a switch or a text each, with its default; the config can replace it. */
  readonly limits: Limits;
  /** Pure: same recording, same answer. No clock, no network, no database. */
  inspect(recording: Recording, limits: Limits): Iterable<Observation>;
  /** Why this recording gives it nothing to go on, e.g. no time in the backup. */
  cannotJudge?(recording: Recording, limits: Limits): string | undefined;
}

/** Lets TypeScript infer `Limits` from the defaults; at run time it hands its argument back. */
export const defineCheck = <Limits extends object>(check: Check<Limits>): Check<Limits> => check;
