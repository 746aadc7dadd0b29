import type { RehearsalEvent } from '../rehearsal/events.ts';
import { oneLine } from '../reports/printable.ts';
import type { Progress } from './progress.ts';
import { outputLines, plannedText, restoredText, serverText, stepResult } from './progress-text.ts';
import type { Terminal } from './terminal.ts';

/** For logs: one line for everything that is finished. */
export function plainProgress({ err }: Terminal): Progress {
  let waitingFor = '';
  return {
    onEvent: (event) => {
      if (event.kind === 'server-progress') {
        // A server may be waited for for an hour; a line when something changes is enough.
        if (event.text === waitingFor) return;
        waitingFor = event.text;
      }
      for (const line of linesOf(event)) err(`${line}\n`);
    },
    stop: () => {},
  };
}

function linesOf(event: RehearsalEvent): readonly string[] {
  if (event.kind === 'server-progress') return [oneLine(event.text)];
  if (event.kind === 'server-started') return [serverText(event)];
  if (event.kind === 'restored') return [restoredText(event)];
  if (event.kind === 'planned') return [plannedText(event)];
  if (event.kind === 'step-finished') return [stepLine(event)];
  if (event.kind === 'output') return outputLines(event.text);
  return [];
}

const stepLine = ({ index, total, step }: Extract<RehearsalEvent, { readonly kind: 'step-finished' }>): string =>
  `[${index + 1}/${Math.max(total, index + 1)}] ${step.purpose} ${oneLine(step.migration)}: ${stepResult(step)}`;
