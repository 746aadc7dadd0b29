import type { OnProductionEvent } from '../preflight/events.ts';
import { outputLines } from './progress-text.ts';
import { statusLine } from './status-line.ts';
import type { Terminal } from './terminal.ts';

/** What is said on stderr while production is looked at. */
export interface ProductionProgress {
  readonly onEvent: OnProductionEvent;
  readonly stop: () => void;
}

/** Live on a terminal, one line per change in a log, nothing when quiet. */
export function productionProgress(terminal: Terminal, { isQuiet }: { readonly isQuiet: boolean }): ProductionProgress {
  if (isQuiet) return { onEvent: () => {}, stop: () => {} };
  const { err, errPaint: paint, liveColumns } = terminal;
  const status = liveColumns === undefined ? undefined : statusLine(err, liveColumns);
  const keep = (text: string): void => (status ? status.keep(paint('quiet', text)) : err(`${text}\n`));
  let last = '';
  return {
    onEvent(event) {
      if (event.kind === 'output') return outputLines(event.text).forEach(keep);
      if (event.kind === 'done') return keep(event.text);
      const text = event.percent === undefined ? event.text : `${event.text}: ${Math.round(event.percent)} %`;
      if (status) return status.show(text);
      // A log wants every change once, not every poll.
      if (text !== last) keep(text);
      last = text;
    },
    stop: () => status?.clear(),
  };
}
