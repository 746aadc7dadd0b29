import type { Answer } from '../findings/answer.ts';
import { answersIn, type AnswersReport, GROUP_TITLES, GROUPS, outcomeLine, standing } from './answers.ts';
import { code, fenceFor, prose } from './markdown-text.ts';

/** A release checklist in Markdown: a section each, a line with its evidence per check, ticked where it is well. */
export function checklist(report: AnswersReport): string {
  const [word, rest] = outcomeLine(report);
  const sections = [
    `## ${report.title}: ${word}\n\n${prose(rest)}`,
    report.heading.map(({ label, text }) => `- **${label}:** ${prose(text)}`).join('\n'),
    ...GROUPS.map((group) => groupText(GROUP_TITLES[group], answersIn(report.answers, group))),
    ...report.closing.map(({ title, lines }) => `### ${title}\n\n${fenced(lines)}`),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function groupText(title: string, answers: readonly Answer[]): string {
  const asked = answers.filter(({ answer }) => answer !== 'skipped');
  const skipped = answers.filter(({ answer }) => answer === 'skipped').map(({ check }) => code(check));
  if (answers.length === 0) return '';
  const lines = [
    ...asked.map(lineOf),
    ...(skipped.length > 0 ? [`- Does not apply here: ${[...new Set(skipped)].join(', ')}`] : []),
  ];
  return `### ${title}\n\n${lines.join('\n')}`;
}

const isTicked = (answer: Answer): boolean => ['pass', 'warn', 'waived'].includes(standing(answer));

function lineOf(answer: Answer): string {
  const kind = standing(answer);
  const mark = kind === 'pass' ? '' : `**${kind}** `;
  const place = answer.relation === undefined ? '' : ` on ${code(answer.relation)}`;
  const head = `- [${isTicked(answer) ? 'x' : ' '}] ${mark}${code(answer.check)}${place}: ${prose(answer.message)}`;
  return [
    head,
    ...(answer.waived ? [`  *Waived:* ${prose(answer.waived.reason)}${untilText(answer.waived.until)}`] : []),
    ...(answer.remedy !== undefined && !answer.waived ? [`  *Remedy:* ${prose(answer.remedy)}`] : []),
  ].join('  \n');
}

const untilText = (until: string | undefined): string => (until === undefined ? '' : ` (until ${until})`);

function fenced(lines: readonly string[]): string {
  const fence = fenceFor(lines.join('\n'));
  return [`${fence}text`, ...lines, fence].join('\n');
}
