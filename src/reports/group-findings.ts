import type { Finding } from '../findings/finding.ts';
import type { NotJudged } from '../findings/verdict.ts';

/** Findings about one migration, or about the rehearsal as a whole. */
export interface FindingGroup {
  readonly migration: string | undefined;
  readonly findings: readonly Finding[];
}

/** The verdict sorts by severity, so that the migration with the worst finding comes first. */
export function groupFindings(findings: readonly Finding[]): FindingGroup[] {
  const groups = new Map<string | undefined, Finding[]>();
  for (const finding of findings) {
    const { migration } = finding.where;
    groups.set(migration, [...(groups.get(migration) ?? []), finding]);
  }
  return [...groups].map(([migration, own]) => ({ migration, findings: own }));
}

/** One reason often stands in the way of several checks; it is said once, with all of them. */
export function groupNotJudged(
  notJudged: readonly NotJudged[],
): { readonly reason: string; readonly checks: string[] }[] {
  const groups = new Map<string, string[]>();
  for (const { check, reason } of notJudged) groups.set(reason, [...(groups.get(reason) ?? []), check]);
  return [...groups].map(([reason, checks]) => ({ reason, checks }));
}
