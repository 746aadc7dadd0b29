import type { Group, Line } from '../doctor/diagnosis.ts';
import type { Diagnosis } from '../doctor/doctor.ts';
import { oneLine } from '../reports/printable.ts';
import type { Tone } from '../reports/reporter.ts';
import { wrap } from '../reports/wrap.ts';
import { counted } from '../support/amounts.ts';
import { redact } from '../support/redact.ts';
import type { Terminal } from './terminal.ts';

type Style = Pick<Terminal, 'outPaint' | 'outColumns'>;

/** One line each, and what to do under what is missing. */
export function groupText({ title, lines }: Group, style: Style): string {
  const width = Math.min(WIDEST_NAME, Math.max(...lines.map(({ name }) => name.length)));
  return [style.outPaint('strong', title), ...lines.map((line) => lineText(line, width, style))].join('\n');
}

/** A longer name pushes its own line to the right only. */
const WIDEST_NAME = 24;

function lineText(line: Line, width: number, { outPaint, outColumns }: Style): string {
  const { sign, tone } = signOf(line);
  const indent = ' '.repeat(width + 6);
  const { name, detail, mend } = shown(line);
  const head = `  ${outPaint(tone, sign)} ${name.padEnd(width)}  `;
  const text = wrap(detail, indent, outColumns).slice(indent.length);
  // A command has to be copied as it is, so it is never broken.
  return mend === undefined ? `${head}${text}` : `${head}${text}\n${indent}${outPaint('quiet', `→ ${mend}`)}`;
}

function signOf({ state, neededBy }: Line): { readonly sign: string; readonly tone: Tone } {
  if (state === 'found') return { sign: '✓', tone: 'good' };
  if (state === 'unknown') return { sign: '?', tone: neededBy === undefined ? 'quiet' : 'error' };
  return neededBy === undefined ? { sign: '–', tone: 'quiet' } : { sign: '✗', tone: 'error' };
}

/** Details come from files, servers and programs of others. */
function shown({ name, detail, mend }: Line): Pick<Line, 'name' | 'detail' | 'mend'> {
  return { name: clean(name), detail: clean(detail), ...(mend !== undefined && { mend: clean(mend) }) };
}

const clean = (text: string): string => redact(oneLine(text));

export const groupDocument = ({ id, title, lines }: Group): Readonly<Record<string, unknown>> => ({
  id,
  title,
  lines: lines.map((line) => ({
    state: line.state,
    ...shown(line),
    ...(line.neededBy && { neededBy: line.neededBy }),
  })),
});

export function closingText({ isConfigValid, hasConfig, ailments }: Diagnosis, { outPaint }: Style): string {
  if (!isConfigValid) return `${outPaint('error', 'The configuration is not valid.')}\n`;
  const lines = Object.entries(ailments).map(([command, missing]) =>
    missing.length === 0
      ? `${outPaint('good', 'ready')}  pgrehearse ${command}${hasConfig ? '' : '; first say what is rehearsed: pgrehearse init'}`
      : `${outPaint('error', 'not ready')}  pgrehearse ${command}: ${counted(missing.length, 'thing')} missing or unknown (${missing.map(({ name }) => oneLine(name)).join(', ')})`,
  );
  return `${lines.join('\n')}\n`;
}
