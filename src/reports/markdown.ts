import type { Finding } from '../findings/finding.ts';
import type { Verdict } from '../findings/verdict.ts';
import type { Recording } from '../recording/recording.ts';
import { counted } from '../support/amounts.ts';
import { evidenceLines } from './evidence.ts';
import { facts } from './facts.ts';
import { groupFindings, groupNotJudged } from './group-findings.ts';
import { headline, OUTCOME_WORD } from './headline.ts';
import { cell, code, fenceFor, prose } from './markdown-text.ts';
import { COLUMNS, type Mark, migrationRows } from './migration-rows.ts';
import { printable } from './printable.ts';
import type { Reporter } from './reporter.ts';

/** GitHub refuses comments above 65,536 characters; these keep a report of ordinary findings below. */
const [MOST_FINDINGS, MOST_ROWS] = [60, 200];

/** For a comment on a pull request. */
export const markdownReport: Reporter = {
  id: 'markdown',
  file: 'report.md',
  render(verdict, recording) {
    const shown = verdict.findings.slice(0, MOST_FINDINGS);
    const sections = [
      `## Migration rehearsal: ${OUTCOME_WORD[verdict.outcome]}\n\n${prose(headline(verdict, recording))}`,
      ...groupFindings(shown).map(({ migration, findings }) => groupText(migration, findings)),
      leftOut(verdict.findings.length - shown.length),
      notJudgedText(verdict),
      folded(`Waived: ${verdict.waived.length}`, waivedLines(verdict)),
      folded(...timesTable(verdict, recording)),
      facts(recording)
        .map(({ label, text }) => `- **${label}:** ${prose(text)}`)
        .join('\n'),
    ];
    return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
  },
};

const groupText = (migration: string | undefined, findings: readonly Finding[]): string =>
  [`### ${migration === undefined ? 'The rehearsal as a whole' : code(migration)}`, ...findings.map(findingText)].join(
    '\n\n',
  );

function findingText(finding: Finding): string {
  const { severity, check, where, message, remedy } = finding;
  const place = where.column === undefined ? where.relation : `${where.relation ?? ''}.${where.column}`;
  const head = `**${severity}** ${code(check)}${place === undefined ? '' : ` on ${code(place)}`}`;
  const evidence = evidenceLines(finding);
  return [
    `- ${head}  \n  ${prose(message)}`,
    ...(evidence.length > 0 ? [fenced(evidence)] : []),
    ...(severity === 'note' ? [] : [`  *Remedy:* ${prose(remedy)}`]),
  ].join('\n\n');
}

/** Indented into the item of the list. */
function fenced(lines: readonly string[]): string {
  const printed = lines.flatMap((line) => printable(line).split('\n'));
  const fence = fenceFor(printed.join('\n'));
  return [`${fence}text`, ...printed, fence].map((line) => `  ${line}`).join('\n');
}

const leftOut = (amount: number): string =>
  amount > 0 ? `And ${counted(amount, 'more finding')}; report.json has them all.` : '';

const notJudgedText = ({ notJudged }: Verdict): string =>
  notJudged.length === 0
    ? ''
    : [
        '### Could not be judged',
        ...groupNotJudged(notJudged).map(({ reason, checks }) => `- ${prose(reason)}: ${checks.map(code).join(', ')}`),
      ].join('\n\n');

const waivedLines = ({ waived }: Verdict): string[] =>
  waived.map(({ finding: { check, where, message }, reason, until }) => {
    const place = where.migration === undefined ? '' : ` in ${code(where.migration)}`;
    return `- ${code(check)}${place}: ${prose(message)} *Waived${until === undefined ? '' : ` until ${until}`}:* ${prose(reason)}`;
  });

const SIGNS: Readonly<Record<Mark, string>> = { error: '✗', warning: '!', 'not-run': '–', good: '✓' };

function timesTable(verdict: Verdict, recording: Recording): [title: string, lines: readonly string[]] {
  const rows = migrationRows(verdict, recording);
  const shown = rows.slice(0, MOST_ROWS);
  if (rows.length === 0) return ['', []];
  return [
    `Times of ${counted(rows.length, 'migration')}`,
    [
      `| | migration | ${COLUMNS.map(({ title }) => title).join(' | ')} |`,
      `| --- | --- |${' ---: |'.repeat(COLUMNS.length)}`,
      ...shown.map(({ migration, mark, cells, reasons }) => {
        const why = reasons.length === 0 ? '' : `<br>not run: ${reasons.map(prose).join('; ')}`;
        return `| ${SIGNS[mark]} | ${cell(code(migration) + why)} | ${cells.join(' | ')} |`;
      }),
      ...(rows.length > shown.length ? ['', `And ${counted(rows.length - shown.length, 'more migration')}.`] : []),
    ],
  ];
}

const folded = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `<details><summary>${title}</summary>\n\n${lines.join('\n')}\n\n</details>`;
