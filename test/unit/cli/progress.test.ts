import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { progressFor } from '../../../src/cli/progress.ts';
import type { StepRecord } from '../../../src/recording/recording.ts';
import type { RehearsalEvent } from '../../../src/rehearsal/events.ts';
import { aRecording, aRoundTrip, aStep } from '../../helpers/recordings.ts';
import { recordedTerminal, type RecordedTerminal } from '../../helpers/recorded-terminal.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const eventsOf = (steps: readonly StepRecord[]): RehearsalEvent[] => [
  { kind: 'server-starting', major: 18 },
  { kind: 'server-started', version: '18.4', ms: 412 },
  { kind: 'restore-progress', doneBytes: 500_000, totalBytes: 2_000_000, item: 'public.users' },
  { kind: 'restored', ms: 1_204, tables: 9, rows: 83_112 },
  { kind: 'planned', plan: aRecording().plan, steps: steps.length },
  ...steps.flatMap((step, index): RehearsalEvent[] => {
    const { migration, direction, purpose } = step;
    return [
      { kind: 'step-started', index, total: steps.length, migration, direction, purpose },
      { kind: 'step-finished', index, total: steps.length, step },
    ];
  }),
  { kind: 'finished' },
];

const play = (terminal: RecordedTerminal, events: readonly RehearsalEvent[], isQuiet = false): string => {
  const progress = progressFor(terminal, { isQuiet });
  for (const event of events) progress.onEvent(event);
  progress.stop();
  expect(terminal.said.out).toBe('');
  return terminal.said.err;
};

const failed = aStep('apply', { migration: '0002_b', status: 'failed', failure: { message: 'no such\ntable' } });
const skipped = aStep('revert', { migration: '0002_b', status: 'not-run', reason: '0002_b did not apply' });

describe('in a log', () => {
  test('there is one line for everything that is finished', () => {
    expect(play(recordedTerminal(), eventsOf([...aRoundTrip({}), failed, skipped]))).toBe(
      [
        'PostgreSQL 18.4 started in 412 ms',
        'Backup restored in 1.2 s: 9 tables, 83,112 rows',
        '1 migration to rehearse with sql, in 6 steps',
        '[1/6] apply 0001_vip: 10 ms',
        '[2/6] revert 0001_vip: 10 ms',
        '[3/6] reapply 0001_vip: 10 ms',
        '[4/6] unwind 0001_vip: 10 ms',
        '[5/6] apply 0002_b: failed after 10 ms: no such table',
        '[6/6] revert 0002_b: not run: 0002_b did not apply',
        '',
      ].join('\n'),
    );
  });

  test("output of the user's code is set apart, without control characters", () => {
    expect(play(recordedTerminal(), [{ kind: 'output', text: 'one\n\u001B[2Jtwo\n' }])).toBe(
      '  | one\n  | \uFFFD[2Jtwo\n',
    );
  });
});

const live = (events: readonly RehearsalEvent[]): string => play(recordedTerminal({ liveColumns: 60 }), events);
/** What is left on the screen: every rewritten line in its last state. */
const screen = (written: string): string =>
  written
    .split('\n')
    .map((line) => line.split('\r\u001B[2K').at(-1))
    .join('\n');

describe('on a terminal', () => {
  test('one line per migration stays, and one for unwinding', () => {
    expect(screen(live(eventsOf([...aRoundTrip({}), failed, skipped])))).toBe(
      [
        'PostgreSQL 18.4 started in 412 ms',
        'Backup restored in 1.2 s: 9 tables, 83,112 rows',
        '1 migration to rehearse with sql, in 6 steps',
        '✓ 0001_vip  down 10 ms  up 10 ms',
        '✓ unwound 1 migration in 10 ms',
        '✗ 0002_b  up failed after 10 ms: no such table  down not run: 0002_b did not apply',
        '',
      ]
        .join('\n')
        .replace('✓ 0001_vip  down', '✓ 0001_vip  up 10 ms  down'),
    );
  });

  test('the last line says what is being done', () => {
    const written = live([
      { kind: 'backup-progress', doneBytes: 500_000 },
      { kind: 'backup-progress', doneBytes: 1_000_000, totalBytes: 3_000_000 },
      ...eventsOf(aRoundTrip({})),
    ]);
    for (const text of [
      'Starting PostgreSQL 18',
      'Taking the backup · 500 kB',
      'Taking the backup · 33 %',
      'Restoring the backup · 25 % · public.users',
      '[2/4] revert 0001_vip',
    ]) {
      expect(written).toContain(text);
    }
  });

  test('a step that takes long shows how long, and never more than fits', () => {
    const terminal = recordedTerminal({ liveColumns: 40 });
    const progress = progressFor(terminal, { isQuiet: false });
    progress.onEvent({
      kind: 'step-started',
      index: 0,
      total: 9,
      migration: 'm'.repeat(100),
      direction: 'up',
      purpose: 'apply',
    });
    vi.advanceTimersByTime(4_500);
    const last = terminal.said.err.split('\r\u001B[2K').at(-1) ?? '';
    expect(last).toMatch(/^\S \[1\/9\] apply m+… · 4\.5 s$/);
    expect(last.length).toBeLessThan(40);
    progress.stop();
    const written = terminal.said.err;
    vi.advanceTimersByTime(4_500);
    expect(terminal.said.err).toBe(written);
  });

  test('what was done before a failure of ours stays on the screen', () => {
    expect(screen(live(eventsOf(aRoundTrip({})).slice(0, 9)))).toContain('✓ 0001_vip  up 10 ms  down 10 ms\n');
  });
});

test('nothing is said when quiet', () => {
  expect(play(recordedTerminal({ liveColumns: 80 }), eventsOf(aRoundTrip({})), true)).toBe('');
});
