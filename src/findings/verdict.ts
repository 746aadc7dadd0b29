import { type Finding, SEVERITIES } from './finding.ts';

/** A check that could not look. Never counted as a pass. */
export interface NotJudged {
  readonly check: string;
  readonly reason: string;
}

/** A finding that somebody accepted, with the reason given. */
export interface Waived {
  readonly finding: Finding;
  readonly reason: string;
  /** ISO date, last day on which the waiver holds. */
  readonly until?: string;
}

export type Outcome = 'safe' | 'unsafe' | 'inconclusive';

export interface Verdict {
  readonly outcome: Outcome;
  readonly findings: readonly Finding[];
  readonly notJudged: readonly NotJudged[];
  readonly waived: readonly Waived[];
}

/**
 * An error outweighs ignorance; ignorance outweighs silence.
 *
 * `migrationOrder` sorts findings of equal severity; ids that are not in it follow, by name.
 */
export function decide(
  findings: readonly Finding[],
  notJudged: readonly NotJudged[],
  waived: readonly Waived[],
  migrationOrder: readonly string[] = [],
): Verdict {
  const inOrder = findingOrder(migrationOrder);
  return {
    outcome: outcomeOf(findings, notJudged),
    findings: findings.toSorted(inOrder),
    notJudged: notJudged.toSorted((a, b) => byText(a.check, b.check) || byText(a.reason, b.reason)),
    waived: waived.toSorted((a, b) => inOrder(a.finding, b.finding) || byText(a.reason, b.reason)),
  };
}

function outcomeOf(findings: readonly Finding[], notJudged: readonly NotJudged[]): Outcome {
  if (findings.some(({ severity }) => severity === 'error')) return 'unsafe';
  return notJudged.length > 0 ? 'inconclusive' : 'safe';
}

/** Severity, then migration (findings about the whole rehearsal first), then check, then place. */
function findingOrder(migrationOrder: readonly string[]): (a: Finding, b: Finding) => number {
  const rank = new Map(migrationOrder.map((id, index) => [id, index]));
  const rankOf = ({ where: { migration } }: Finding): number =>
    migration === undefined ? -1 : (rank.get(migration) ?? migrationOrder.length);
  return (a, b) =>
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    rankOf(a) - rankOf(b) ||
    byText(a.where.migration, b.where.migration) ||
    byText(a.check, b.check) ||
    byText(a.where.relation, b.where.relation) ||
    byText(a.where.column, b.where.column) ||
    byText(a.where.direction, b.where.direction) ||
    byText(a.message, b.message);
}

/** By code unit, not by locale: two machines must agree. */
function byText(a = '', b = ''): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
