import type { Verdict } from '../findings/verdict.ts';
import type { Recording } from '../recording/recording.ts';
import { counted } from '../support/amounts.ts';
import { duration } from '../support/duration.ts';
import { COLUMNS, type Mark, migrationRows, type MigrationRow } from './migration-rows.ts';
import { oneLine } from './printable.ts';
import type { Paint, Tone } from './reporter.ts';

/** More sound migrations than this are summed up, so that the verdict stays in sight. */
const MOST_GOOD_ROWS = 20;

const MARKS: Readonly<Record<Mark, { readonly sign: string; readonly tone: Tone }>> = {
  error: { sign: '✗', tone: 'error' },
  warning: { sign: '!', tone: 'warning' },
  'not-run': { sign: '-', tone: 'warning' },
  good: { sign: '✓', tone: 'good' },
};

/** Which migration, which direction, how long. Empty when nothing was rehearsed. */
export function migrationTable(verdict: Verdict, recording: Recording, paint: Paint): string {
  const { shown, hidden } = shorten(migrationRows(verdict, recording));
  if (shown.length === 0) return '';
  const used = COLUMNS.map((column, index) => ({ ...column, index })).filter(({ index }) =>
    shown.some(({ cells }) => cells[index] !== ''),
  );
  const nameWidth = Math.max(9, ...shown.map(({ migration }) => oneLine(migration).length));
  const header = `  ${'migration'.padEnd(nameWidth)}${used.map(({ title }) => title.padStart(11)).join('')}`;
  const lines = shown.flatMap(({ migration, mark, cells, reasons }) => {
    const { sign, tone } = MARKS[mark];
    const times = used.map(({ index }) => (cells[index] ?? '').padStart(11)).join('');
    return [
      `${paint(tone, sign)} ${oneLine(migration).padEnd(nameWidth)}${times}`,
      ...reasons.map((reason) => paint('quiet', `    not run: ${oneLine(reason)}`)),
    ];
  });
  return [paint('quiet', header.trimEnd()), ...lines.map((line) => line.trimEnd()), ...summary(hidden, paint)].join(
    '\n',
  );
}

/** Keeps all that are not good, and of the good ones the slowest. */
function shorten(rows: readonly MigrationRow[]): { shown: readonly MigrationRow[]; hidden: readonly MigrationRow[] } {
  const good = rows.filter(({ mark }) => mark === 'good');
  if (good.length <= MOST_GOOD_ROWS) return { shown: rows, hidden: [] };
  const slowest = new Set(good.toSorted((a, b) => b.totalMs - a.totalMs).slice(0, MOST_GOOD_ROWS / 2));
  const isShown = (row: MigrationRow): boolean => row.mark !== 'good' || slowest.has(row);
  return { shown: rows.filter(isShown), hidden: rows.filter((row) => !isShown(row)) };
}

function summary(hidden: readonly MigrationRow[], paint: Paint): string[] {
  if (hidden.length === 0) return [];
  const totalMs = hidden.reduce((total, row) => total + row.totalMs, 0);
  return [
    paint('good', '✓') +
      paint(
        'quiet',
        ` and ${counted(hidden.length, 'quicker migration')} without findings, ${duration(totalMs)} together`,
      ),
  ];
}
