import { duration } from '../../support/duration.ts';
import { skipped, unknownBecause, type PreflightCheck, type Said } from '../check.ts';
import type { AwsFacts, ResourceFacts } from '../facts/aws.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { isKnown } from '../reading.ts';

type Definition<Limits extends object, Ask> = Omit<PreflightCheck<PreflightFacts, Limits>, 'ask'> & {
  readonly ask: Ask;
};

/** A check of what AWS said; skipped where the database is not on AWS. */
export const awsCheck = <Limits extends object>(
  check: Definition<Limits, (aws: AwsFacts, facts: PreflightFacts, limits: Limits) => Iterable<Said>>,
): PreflightCheck<PreflightFacts, Limits> => ({
  ...check,
  *ask(facts, limits) {
    if (facts.aws === undefined) yield skipped('The config says that this database is not on AWS.');
    else yield* check.ask(facts.aws, facts, limits);
  },
});

/** A check of the database that the host leads to; unknown where it leads nowhere. */
export const resourceCheck = <Limits extends object>(
  check: Definition<
    Limits,
    (resource: ResourceFacts, aws: AwsFacts, facts: PreflightFacts, limits: Limits) => Iterable<Said>
  >,
): PreflightCheck<PreflightFacts, Limits> =>
  awsCheck({
    ...check,
    *ask(aws, facts, limits) {
      if (isKnown(aws.resource)) yield* check.ask(aws.resource.value, aws, facts, limits);
      else yield unknownBecause(aws.resource);
    },
  });

export const saysNothing = (message: string): Said => ({ answer: 'unknown', message });

/** Milliseconds from then until the facts were taken. NaN for a time that cannot be read, so compare with care. */
export const ageMs = ({ takenAt }: PreflightFacts, time: string): number => Date.parse(takenAt) - Date.parse(time);

/** How far a time of AWS may lie ahead of the facts before it makes no sense. */
const AHEAD_MS = 5 * 60_000;

/** An age that one can reckon with. */
export const isAge = (ms: number): boolean => !Number.isNaN(ms) && ms > -AHEAD_MS;

export const inWords = (ms: number): string => duration(Math.max(0, ms));

export const HOUR_MS = 3_600_000;
export const MINUTE_MS = 60_000;
export const GIB = 1024 ** 3;
