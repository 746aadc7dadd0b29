import type { Verdict } from '../findings/verdict.ts';
import type { Recording } from '../recording/recording.ts';
import { REPORTERS } from '../reports/index.ts';
import { counted } from '../support/amounts.ts';
import { packageVersion } from '../support/package.ts';
import { exitCodeOf } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export interface PrintFlags {
  /** Id of a reporter. */
  readonly format: string;
  readonly failOn: string;
  readonly quiet?: boolean;
}

/** Prints the verdict and sets the exit code that belongs to it. */
export function printVerdict(
  terminal: Terminal,
  { verdict, recording }: { readonly verdict: Verdict; readonly recording: Recording },
  { format, failOn, quiet }: PrintFlags,
): void {
  const reporter = REPORTERS.find(({ id }) => id === format);
  const inTerminal = format === 'terminal' && {
    paint: terminal.outPaint,
    ...(terminal.outColumns !== undefined && { width: terminal.outColumns }),
  };
  terminal.out(reporter?.render(verdict, recording, { toolVersion: packageVersion, ...inTerminal }) ?? '');
  terminal.setExitCode(exitCodeOf(verdict, failOn));
  const warnings = verdict.findings.filter(({ severity }) => severity === 'warning').length;
  if (failOn === 'warning' && warnings > 0 && verdict.outcome !== 'unsafe' && quiet !== true) {
    terminal.err(`Exit code 1: ${counted(warnings, 'warning')}, and --fail-on warning.\n`);
  }
}
