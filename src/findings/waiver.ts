import type { Finding, Severity } from './finding.ts';
import type { Waived } from './verdict.ts';

/** Somebody's decision to accept what a check finds. Without migration and relation: wherever it finds it. */
export interface Waiver {
  readonly check: string;
  readonly migration?: string;
  readonly relation?: string;
  /** Only that the check could not look; what it finds when it can is not accepted. */
  readonly answer?: 'unknown';
  readonly reason: string;
  /** ISO date, last day on which it holds. Absent: for good. */
  readonly until?: string;
}

/** What this run did. A waiver that had no chance to be used is not called unused, nor is anybody nagged about its date. */
export interface WaiverContext {
  /** Of a finding that stands for a check that could not look. Absent: none does. */
  readonly isUnknown?: (finding: Finding) => boolean;
  /** Ids of the migrations that were rehearsed. Absent: all. */
  readonly rehearsed?: readonly string[];
  /** Ids of checks that were switched off or could not look. */
  readonly notJudged?: readonly string[];
  /** Ids of all migrations, and of all checks. A waiver for another one has a typing mistake, or is left over. */
  readonly migrations?: readonly string[];
  readonly checks?: readonly string[];
}

export interface AppliedWaivers {
  /** Findings that nobody accepted, and one more per waiver that is unused or expired. */
  readonly findings: readonly Finding[];
  readonly waived: readonly Waived[];
}

export function applyWaivers(
  findings: readonly Finding[],
  waivers: readonly Waiver[],
  today: string,
  context: WaiverContext = {},
): AppliedWaivers {
  const open: Finding[] = [];
  const waived: Waived[] = [];
  const used = new Set<Waiver>();
  for (const finding of findings) {
    const matching = waivers.filter((waiver) => !isExpired(waiver, today) && covers(waiver, finding, context));
    const [first] = matching;
    if (!first) {
      open.push(finding);
      continue;
    }
    waived.push({ finding, reason: first.reason, ...(first.until !== undefined && { until: first.until }) });
    // Two waivers for one finding are both in use: neither can go without a look at the other.
    for (const waiver of matching) used.add(waiver);
  }
  const stale = waivers.filter((waiver) => !used.has(waiver) && hadItsChance(waiver, context));
  return { findings: [...open, ...stale.map((waiver) => staleFinding(waiver, today, context))], waived };
}

const isExpired = ({ until }: Waiver, today: string): boolean => until !== undefined && until < today;

const covers = (
  { check, migration, relation, answer }: Waiver,
  finding: Finding,
  { isUnknown = () => false }: WaiverContext,
): boolean =>
  check === finding.check &&
  (answer === undefined || isUnknown(finding)) &&
  (migration === undefined || migration === finding.where.migration) &&
  (relation === undefined || relation === finding.where.relation);

const hadItsChance = (waiver: Waiver, context: WaiverContext): boolean => {
  const { check, migration } = waiver;
  const { rehearsed, notJudged = [] } = context;
  if (whatIsUnknown(waiver, context) !== undefined) return true;
  return (
    !notJudged.includes(check) && (migration === undefined || rehearsed === undefined || rehearsed.includes(migration))
  );
};

function whatIsUnknown({ check, migration }: Waiver, { migrations, checks }: WaiverContext): string | undefined {
  if (checks && !checks.includes(check)) return `there is no check "${check}"`;
  if (migration !== undefined && migrations && !migrations.includes(migration)) {
    return `there is no migration "${migration}"`;
  }
  return undefined;
}

/** What is found about waivers themselves; not checks, since they cannot be waived in turn. */
export const WAIVER_FINDINGS = [
  {
    id: 'waiver-unused',
    title: 'A waiver covers nothing',
    severity: 'warning',
    effect:
      'It says that something is accepted which is not there; the next real finding in its place would be hidden.',
    remedy: 'Remove the waiver, so that it cannot hide a later finding.',
  },
  {
    id: 'waiver-expired',
    title: 'A waiver has run out',
    severity: 'warning',
    effect: 'What it covered counts again, because it was accepted only until that date.',
    remedy: 'Mend what it covered and remove the waiver, or give it a new date on purpose.',
  },
] as const satisfies readonly { readonly id: string; readonly severity: Severity; readonly [text: string]: string }[];

function staleFinding(waiver: Waiver, today: string, context: WaiverContext): Finding {
  const { check, migration, relation, until, reason } = waiver;
  const target = [check, migration && `of ${migration}`, relation && `on ${relation}`].filter(Boolean).join(' ');
  const [unused, expired] = WAIVER_FINDINGS;
  const { id, severity, remedy } = isExpired(waiver, today) ? expired : unused;
  return {
    check: id,
    severity,
    where: { ...(migration !== undefined && { migration }), ...(relation !== undefined && { relation }) },
    message: isExpired(waiver, today)
      ? `The waiver for ${target} ran out on ${until}; it no longer holds.`
      : `The waiver for ${target} was not needed: ${whatIsUnknown(waiver, context) ?? 'the check found nothing there'}.`,
    remedy,
    evidence: { waives: check, reason, ...(until !== undefined && { until }) },
  };
}
