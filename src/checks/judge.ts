import type { Finding, Severity } from '../findings/finding.ts';
import { decide, type NotJudged, type Verdict } from '../findings/verdict.ts';
import { applyWaivers, type Waiver } from '../findings/waiver.ts';
import type { Recording } from '../recording/recording.ts';
import type { Check } from './check.ts';
import { CHECKS } from './index.ts';
import { type Gap, interruption, stepsNotRun, tablesNotRead } from './not-run.ts';

/** As under `checks:` in the config: `off`, or another severity and other limits. */
export type CheckSettings = 'off' | ({ readonly severity?: Severity } & Readonly<Record<string, unknown>>);

export interface JudgeOptions {
  /** Keyed by check id; a check that is not named has its defaults. */
  readonly checks: Readonly<Record<string, CheckSettings>>;
  readonly waivers: readonly Waiver[];
  /** ISO date; decides which waivers still hold. */
  readonly today: string;
  /** Ids of every check of pgrehearse: a waiver for one of another command is none of our business. Left out: ours. */
  readonly knownChecks?: readonly string[];
}

/** Pure: the same recording and options give the same verdict. */
export function judge(recording: Recording, options: JudgeOptions, checks: readonly Check[] = CHECKS): Verdict {
  const findings: Finding[] = [];
  const notJudged: NotJudged[] = [];
  for (const check of checks) {
    const settings = options.checks[check.id] ?? {};
    if (settings === 'off') continue;
    const limits = limitsOf(check, settings);
    const reason = missingObserver(check, recording) ?? check.cannotJudge?.(recording, limits);
    if (reason !== undefined) notJudged.push({ check: check.id, reason });
    else findings.push(...findingsOf(check, recording, limits, settings.severity));
  }
  const waivers = [...options.waivers, ...inlineWaivers(recording)];
  notJudged.push(...interruption(recording));
  const gaps = [...stepsNotRun(recording), ...tablesNotRead(recording)];
  const { migrations } = recording.plan;
  const ours = checks.map(({ id }) => id);
  const others = options.knownChecks?.filter((id) => !ours.includes(id)) ?? [];
  const { findings: open, waived } = applyWaivers(findings, waivers, options.today, {
    rehearsed: migrations.filter(({ rehearsed }) => rehearsed).map(({ id }) => id),
    notJudged: [...notJudged, ...gaps].map(({ check }) => check).concat(switchedOff(options), others),
    migrations: migrations.map(({ id }) => id),
    checks: [...ours, ...others],
  });
  const unaccepted = gaps.filter((gap) => !isAccepted(gap, waivers, options));
  return decide(
    open,
    [...notJudged, ...unaccepted.map(({ check, reason }) => ({ check, reason }))],
    waived,
    migrations.map(({ id }) => id),
  );
}

const switchedOff = ({ checks }: JudgeOptions): string[] => Object.keys(checks).filter((id) => checks[id] === 'off');

/** Somebody said that it does not matter whether this step works, or whether this table is the same. */
const isAccepted = ({ check, migration, relation }: Gap, waivers: readonly Waiver[], options: JudgeOptions): boolean =>
  options.checks[check] === 'off' ||
  waivers.some(
    (waiver) =>
      waiver.check === check &&
      (waiver.migration === undefined || waiver.migration === migration) &&
      (waiver.relation === undefined || waiver.relation === relation) &&
      (waiver.until === undefined || waiver.until >= options.today),
  );

function* findingsOf(check: Check, recording: Recording, limits: object, severity?: Severity): Iterable<Finding> {
  for (const seen of check.inspect(recording, limits)) {
    yield {
      check: check.id,
      where: seen.where,
      message: seen.message,
      evidence: seen.evidence,
      severity: severity ?? seen.severity ?? check.severity,
      remedy: seen.remedy ?? check.remedy,
    };
  }
}

function missingObserver(check: Check, recording: Recording): string | undefined {
  const missing = check.needs.filter((observer) => !recording.observed.includes(observer));
  if (missing.length === 0) return undefined;
  return missing
    .map((id) => {
      const failure = recording.observerFailures.find(({ observer }) => observer === id);
      return failure ? `watching ${id} broke: ${failure.message}` : `the recording has no ${id}`;
    })
    .join('; ');
}

function limitsOf(check: Check, settings: Exclude<CheckSettings, 'off'>): object {
  const own = Object.entries(check.limits).map(([name, value]: [string, unknown]) => {
    const wanted = settings[name];
    return [name, typeof wanted === typeof value ? wanted : value] as const;
  });
  return Object.fromEntries(own);
}

function inlineWaivers({ plan }: Recording): Waiver[] {
  return plan.migrations.flatMap(({ id, waivers = [] }) => waivers.map((waiver) => ({ ...waiver, migration: id })));
}
