import type { Answer } from '../findings/answer.ts';
import { counted } from '../support/amounts.ts';
import { answersIn, type AnswersReport, GROUP_TITLES, GROUPS, outcomeLine, standing } from './answers.ts';
import { oneLine } from './printable.ts';
import type { Paint, RenderOptions, Tone } from './reporter.ts';
import { wrap } from './wrap.ts';

type Style = Required<Pick<RenderOptions, 'paint'>> & Pick<RenderOptions, 'width'>;

const plain: Paint = (_, text) => text;

/** The outcome first, then every answer that counts with what to do; of what passed, how many. */
export function answersText(report: AnswersReport, { paint = plain, width }: RenderOptions = {}): string {
  const style: Style = { paint, ...(width !== undefined && { width }) };
  const sections = [
    headText(report, style),
    ...GROUPS.map((group) => groupText(GROUP_TITLES[group], answersIn(report.answers, group), style)),
    waiversText(report, style),
    ...report.closing.map(({ title, lines }) =>
      [paint('strong', title), ...lines.map((line) => `  ${line}`)].join('\n'),
    ),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function headText(report: AnswersReport, { paint, width }: Style): string {
  const [word, rest] = outcomeLine(report);
  const tone = { safe: 'good', unsafe: 'error', inconclusive: 'warning' } as const;
  const labels = Math.max(0, ...report.heading.map(({ label }) => label.length));
  return [
    `${paint(tone[report.verdict.outcome], word)}  ${paint('strong', `${report.title}: ${rest}`)}`,
    ...report.heading.map(({ label, text }) => {
      const indent = ' '.repeat(labels + 4);
      return `  ${paint('quiet', label.padEnd(labels))}  ${wrap(oneLine(text), indent, width).trimStart()}`;
    }),
  ].join('\n');
}

function groupText(title: string, answers: readonly Answer[], style: Style): string {
  const passed = answers.filter((answer) => standing(answer) === 'pass').length;
  const shown = answers.filter((answer) => !['pass', 'skipped'].includes(standing(answer)));
  if (passed + shown.length === 0) return '';
  return [
    style.paint('strong', title),
    ...together(shown).map((same) => (same.length < FEW ? eachText(same, style) : manyText(same, style))),
    ...(passed > 0 ? [`  ${style.paint('good', 'pass'.padEnd(8))} ${counted(passed, 'answer')}`] : []),
  ].join('\n');
}

/** From so many on, one reason is said once: a database that does not answer leaves dozens of questions open. */
const FEW = 3;

/** Open questions for one and the same reason, in the place of the first; everything else alone. */
function together(answers: readonly Answer[]): Answer[][] {
  const groups = new Map<unknown, Answer[]>();
  for (const answer of answers) {
    const key = standing(answer) === 'unknown' && answer.relation === undefined ? answer.message : answer;
    groups.set(key, [...(groups.get(key) ?? []), answer]);
  }
  return [...groups.values()];
}

const eachText = (same: readonly Answer[], style: Style): string =>
  same.map((answer) => answerText(answer, style)).join('\n');

/** What to do is said only where it is the same for all: of an open question it is what an answer would have asked for. */
function manyText(same: readonly Answer[], { paint, width }: Style): string {
  const [{ message, remedy } = { message: '' }] = same;
  const indent = ' '.repeat(11);
  return [
    `  ${paint(TONES.unknown, 'unknown'.padEnd(8))} ${counted(same.length, 'question')} for one reason`,
    wrap(oneLine(message), indent, width),
    ...(remedy !== undefined && same.every((answer) => answer.remedy === remedy)
      ? [wrap(`→ ${oneLine(remedy)}`, indent, width)]
      : []),
    wrap(same.map(({ check }) => check).join(' '), indent, width),
  ].join('\n');
}

const TONES: Readonly<Record<ReturnType<typeof standing>, Tone>> = {
  fail: 'error',
  unknown: 'error',
  warn: 'warning',
  pass: 'good',
  waived: 'quiet',
  skipped: 'quiet',
};

function answerText(answer: Answer, { paint, width }: Style): string {
  const kind = standing(answer);
  const indent = ' '.repeat(11);
  const word = paint(TONES[kind], kind.padEnd(8));
  const place = answer.relation === undefined ? '' : paint('quiet', ` ${oneLine(answer.relation)}`);
  return [
    `  ${word} ${answer.check}${place}`,
    wrap(oneLine(answer.message), indent, width),
    ...(answer.waived
      ? [wrap(`waived: ${oneLine(answer.waived.reason)}${untilText(answer.waived)}`, indent, width)]
      : []),
    ...(answer.remedy !== undefined && !answer.waived ? [wrap(`→ ${oneLine(answer.remedy)}`, indent, width)] : []),
  ].join('\n');
}

const untilText = ({ until }: NonNullable<Answer['waived']>): string =>
  until === undefined ? '' : ` (until ${until})`;

/** Findings that are about waivers are nobody's answer. */
function waiversText({ verdict }: AnswersReport, { paint, width }: Style): string {
  const stale = verdict.findings.filter(({ check }) => check.startsWith('waiver-'));
  if (stale.length === 0) return '';
  return [
    paint('strong', 'Waivers'),
    ...stale.map(({ severity, check, message }) =>
      [`  ${paint(severity, severity.padEnd(8))} ${check}`, wrap(oneLine(message), ' '.repeat(11), width)].join('\n'),
    ),
  ].join('\n');
}
