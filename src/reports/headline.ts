import { type Finding, SEVERITIES, type Severity } from '../findings/finding.ts';
import type { Outcome, Verdict } from '../findings/verdict.ts';
import type { Recording } from '../recording/recording.ts';
import { counted } from '../support/amounts.ts';
import { duration } from '../support/duration.ts';

export const OUTCOME_WORD: Readonly<Record<Outcome, string>> = {
  safe: 'SAFE',
  unsafe: 'UNSAFE',
  inconclusive: 'INCONCLUSIVE',
};

/** `2 errors and 1 warning in 12 migrations`: what follows the outcome. */
export function headline({ outcome, findings, notJudged }: Verdict, recording: Recording): string {
  const found = SEVERITIES.map((severity) => amountOf(findings, severity)).filter((part) => part !== '');
  const unable = notJudged.length > 0 ? [`${counted(notJudged.length, 'question')} could not be answered`] : [];
  const parts = [...found, ...unable];
  const what = parts.length > 0 ? joined(parts) : 'nothing to complain about';
  const interrupted = recording.interrupted === true ? ' Interrupted before the end.' : '';
  const subject =
    outcome === 'inconclusive' && found.length === 0 ? `nothing bad was seen, but ${unable.join('')}` : what;
  return `${subject}.${interrupted} ${rehearsed(recording)}`;
}

/** `12 migrations rehearsed in 42 steps, 3.2 s.` */
function rehearsed({ plan, steps, durationMs }: Recording): string {
  const inScope = plan.migrations.filter((migration) => migration.rehearsed).length;
  if (inScope === 0) return 'No migration was in the scope; none was rehearsed.';
  const run = steps.filter(({ status }) => status !== 'not-run');
  const reached = new Set(run.map(({ migration }) => migration)).size;
  const amount = reached < inScope ? `${reached} of ${counted(inScope, 'migration')}` : counted(inScope, 'migration');
  return `${amount} rehearsed in ${counted(run.length, 'step')}, ${duration(durationMs)}.`;
}

const amountOf = (findings: readonly Finding[], severity: Severity): string => {
  const amount = findings.filter((finding) => finding.severity === severity).length;
  return amount === 0 ? '' : counted(amount, severity);
};

const joined = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
