import type { Severity } from '../findings/finding.ts';
import type { Verdict } from '../findings/verdict.ts';

/** Scripts depend on these, so they only change in a major version. */
export const EXIT = { safe: 0, unsafe: 1, usage: 2, inconclusive: 3, broken: 3, interrupted: 130 } as const;

/** From which severity on a finding makes the command fail. */
export const FAIL_ON: readonly Severity[] = ['error', 'warning'];

export function exitCodeOf({ outcome, findings }: Verdict, failOn: string): number {
  const fails = failOn === 'warning' && findings.some(({ severity }) => severity === 'warning');
  return fails ? EXIT.unsafe : EXIT[outcome];
}
