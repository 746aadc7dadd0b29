import type { Finding } from '../findings/finding.ts';

/** Lists are cut here; the JSON report has them whole. */
const MOST_ITEMS = 10;

/** The part of the evidence that helps a reader and that the message may not hold: long lists, the failing statement. */
export function evidenceLines({ evidence, message }: Finding): string[] {
  const { statement, position, hint } = evidence;
  return [
    ...Object.values(evidence).flatMap((value) =>
      typeof value === 'object' && isCutIn(message, value) ? cut(value) : [],
    ),
    ...(typeof statement === 'string' ? pointedAt(statement, typeof position === 'number' ? position : undefined) : []),
    ...(typeof hint === 'string' ? [`The server's hint: ${hint}`] : []),
  ];
}

const isCutIn = (message: string, items: readonly string[]): boolean => !items.every((item) => message.includes(item));

const cut = (items: readonly string[]): string[] => [
  ...items.slice(0, MOST_ITEMS).map((item) => `- ${item}`),
  ...(items.length > MOST_ITEMS ? [`- and ${items.length - MOST_ITEMS} more`] : []),
];

/** The line of the statement that the server pointed at, with a caret below the place. */
function pointedAt(statement: string, position: number | undefined): string[] {
  const lines = statement.split('\n');
  if (position === undefined || position < 1 || position > statement.length + 1) return statementStart(lines);
  const before = statement.slice(0, position - 1).split('\n');
  const line = lines[before.length - 1] ?? '';
  const column = before.at(-1)?.length ?? 0;
  const from = Math.max(0, column - 60);
  // A tab is as wide as it likes; the caret would miss.
  const shown = line.slice(from, from + 100).replaceAll('\t', ' ');
  const label = `line ${before.length}: `;
  return [`${label}${shown}`, `${' '.repeat(label.length + column - from)}^`];
}

const statementStart = (lines: readonly string[]): string[] => {
  const [first = '', ...rest] = lines.filter((line) => line.trim() !== '');
  return [`${first.slice(0, 100)}${rest.length > 0 || first.length > 100 ? ' …' : ''}`];
};
