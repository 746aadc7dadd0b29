import type { Tone } from '../reports/reporter.ts';

const CODES: Readonly<Record<Tone, readonly [on: number, off: number]>> = {
  error: [31, 39],
  warning: [33, 39],
  note: [36, 39],
  good: [32, 39],
  strong: [1, 22],
  quiet: [2, 22],
};

export const paintAnsi = (tone: Tone, text: string): string => {
  const [on, off] = CODES[tone];
  // Line by line, so that a pager that shows only some of them still has the colours right.
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `\u001B[${on}m${line}\u001B[${off}m`))
    .join('\n');
};
