import { oneLine } from './printable.ts';

/** Prose in which nothing is markup, a mention or a reference, except that `…` stays a code span. */
export const prose = (text: string): string =>
  oneLine(text)
    .split(/(`[^`]+`)/)
    .map((part, index) => (index % 2 === 1 ? code(part.slice(1, -1)) : literal(part)))
    .join('');

/** A code span. */
export function code(text: string): string {
  const line = oneLine(text);
  const fence = '`'.repeat(1 + longestRun(line));
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return line === '' ? '' : `${fence}${pad}${line}${pad}${fence}`;
}

/** The content of a table's cell, already marked up: a bar would end it, even inside of code. */
export const cell = (markdown: string): string => markdown.replaceAll(/(?<!\\)\|/g, String.raw`\|`);

/** A fence that is longer than any run of backticks between its two ends. */
export const fenceFor = (text: string): string => '`'.repeat(Math.max(3, 1 + longestRun(text)));

const literal = (text: string): string =>
  text
    .replaceAll(/[\\`*_{}[\]#|~!$]/g, String.raw`\$&`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;');

const longestRun = (text: string): number => Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
