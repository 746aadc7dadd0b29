import type { StepRecord } from '../recording/recording.ts';
import type { RehearsalEvent } from '../rehearsal/events.ts';
import type { Branched } from '../rehearsal/keeping/filled-server.ts';
import { oneLine, printable } from '../reports/printable.ts';
import { byteSize, counted } from '../support/amounts.ts';
import { duration } from '../support/duration.ts';

type Event<Kind extends RehearsalEvent['kind']> = Extract<RehearsalEvent, { readonly kind: Kind }>;

export const serverProgressText = ({ text, percent }: Event<'server-progress'>): string =>
  percent === undefined ? oneLine(text) : `${oneLine(text)} · ${Math.floor(percent)} %`;

export const serverText = ({ version, ms }: Event<'server-started'>): string =>
  `PostgreSQL ${version} started in ${duration(ms)}`;

export const restoredText = ({ ms, tables, rows, branched }: Event<'restored'>): string =>
  branched
    ? branchedText(branched, `${counted(tables, 'table')}, ${counted(rows, 'row')}`)
    : // Nothing takes no time at all.
      ms === 0
      ? 'No backup: starting from an empty database'
      : `Backup restored in ${duration(ms)}: ${counted(tables, 'table')}, ${counted(rows, 'row')}`;

const branchedText = ({ ms, restoredAt, restoreMs }: Branched, amounts: string): string =>
  `Branched from the state restored at ${restoredAt} in ${duration(ms)} instead of ${duration(restoreMs)}: ${amounts}`;

export function plannedText({ plan, steps }: Event<'planned'>): string {
  const amount = plan.migrations.filter(({ rehearsed }) => rehearsed).length;
  return `${counted(amount, 'migration')} to rehearse with ${plan.tool}, in ${counted(steps, 'step')}`;
}

export const takingText = ({ doneBytes, totalBytes }: Event<'backup-progress'>): string =>
  `Taking the backup · ${shareText(doneBytes, totalBytes) ?? byteSize(doneBytes)}`;

const shareText = (doneBytes = 0, totalBytes = 0): string | undefined =>
  totalBytes > 0 ? `${Math.floor((100 * doneBytes) / totalBytes)} %` : undefined;

export function restoringText({ doneBytes, totalBytes, item }: Event<'restore-progress'>): string {
  const done = doneBytes === undefined ? '' : (shareText(doneBytes, totalBytes) ?? byteSize(doneBytes));
  return ['Restoring the backup', done, oneLine(item ?? '')].filter((part) => part !== '').join(' · ');
}

/** How a step went: `12 ms`, `failed: …`, `not run: …`. */
export function stepResult({ status, durationMs, failure, reason }: StepRecord): string {
  if (status === 'completed') return duration(durationMs);
  if (status === 'failed') return `failed after ${duration(durationMs)}: ${oneLine(failure?.message ?? 'no message')}`;
  return `not run: ${oneLine(reason ?? 'no reason given')}`;
}

/** What the user's own migration code prints, set apart from what we say. */
export const outputLines = (text: string): string[] =>
  printable(text)
    .trimEnd()
    .split('\n')
    .map((line) => `  | ${line}`);
