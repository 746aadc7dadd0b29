import type { StepRecord } from '../recording/recording.ts';
import type { RehearsalEvent } from '../rehearsal/events.ts';
import { oneLine } from '../reports/printable.ts';
import type { Paint } from '../reports/reporter.ts';
import { counted } from '../support/amounts.ts';
import { duration } from '../support/duration.ts';
import type { Progress } from './progress.ts';
import {
  outputLines,
  plannedText,
  restoredText,
  restoringText,
  serverProgressText,
  serverText,
  stepResult,
  takingText,
} from './progress-text.ts';
import { statusLine } from './status-line.ts';
import type { Terminal } from './terminal.ts';

/** For people: what is being done on the last line, and above it one line per migration that went there and back. */
export function liveProgress({ err, errPaint: paint }: Terminal, columns: number): Progress {
  const status = statusLine(err, columns);
  let group: StepRecord[] = [];

  const keepGroup = (): void => {
    if (group.length > 0) status.keep(groupLine(group, paint));
    group = [];
  };

  const onEvent = (event: RehearsalEvent): void => {
    switch (event.kind) {
      case 'server-starting':
        return status.show(`Starting PostgreSQL${event.major === undefined ? '' : ` ${event.major}`}`);
      case 'server-progress':
        return status.show(serverProgressText(event));
      case 'server-started':
        status.keep(paint('quiet', serverText(event)));
        return status.show('Restoring the backup');
      case 'backup-progress':
        return status.show(takingText(event));
      case 'restore-progress':
        return status.show(restoringText(event));
      case 'restored':
        return status.keep(paint('quiet', restoredText(event)));
      case 'planned':
        return status.keep(paint('quiet', plannedText(event)));
      case 'step-started':
        if (group[0] && groupOf(group[0]) !== groupOf(event)) keepGroup();
        return status.show(
          `[${event.index + 1}/${Math.max(event.total, event.index + 1)}] ${event.purpose} ${oneLine(event.migration)}`,
        );
      case 'step-finished':
        if (group[0] && groupOf(group[0]) !== groupOf(event.step)) keepGroup();
        group.push(event.step);
        return undefined;
      case 'output':
        for (const line of outputLines(event.text)) status.keep(paint('quiet', line));
        return undefined;
      case 'kept':
      case 'finished':
      case 'server-stays':
        return keepGroup();
    }
  };

  return {
    onEvent,
    stop() {
      keepGroup();
      status.clear();
    },
  };
}

/** The way there and back of one migration is one line; so is unwinding them all. */
const groupOf = ({ migration, purpose }: Pick<StepRecord, 'migration' | 'purpose'>): string =>
  purpose === 'unwind' ? 'unwind' : `round trip of ${migration}`;

function groupLine(steps: readonly StepRecord[], paint: Paint): string {
  const failed = steps.find(({ status }) => status === 'failed');
  const [first] = steps;
  const sign = signOf(steps, paint);
  if (first?.purpose !== 'unwind') {
    const parts = steps.map((step) => `${step.direction} ${stepResult(step)}`);
    return `${sign} ${oneLine(first?.migration ?? '')}  ${paint('quiet', parts.join('  '))}`;
  }
  if (failed) return `${sign} ${oneLine(failed.migration)}  ${paint('quiet', `unwind ${stepResult(failed)}`)}`;
  const done = steps.filter(({ status }) => status === 'completed');
  const totalMs = done.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return `${sign} ${paint('quiet', `unwound ${counted(done.length, 'migration')} in ${duration(totalMs)}`)}`;
}

function signOf(steps: readonly StepRecord[], paint: Paint): string {
  if (steps.some(({ status }) => status === 'failed')) return paint('error', '✗');
  return steps.some(({ status }) => status === 'not-run') ? paint('warning', '-') : paint('good', '✓');
}
