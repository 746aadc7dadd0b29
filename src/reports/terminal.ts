import type { Finding } from '../findings/finding.ts';
import type { Verdict } from '../findings/verdict.ts';
import type { Recording } from '../recording/recording.ts';
import { evidenceLines } from './evidence.ts';
import { facts } from './facts.ts';
import { groupFindings, groupNotJudged } from './group-findings.ts';
import { headline, OUTCOME_WORD } from './headline.ts';
import { oneLine, printable } from './printable.ts';
import type { Paint, Reporter, RenderOptions } from './reporter.ts';
import { migrationTable } from './terminal-table.ts';
import { wrap } from './wrap.ts';

type Style = Required<Pick<RenderOptions, 'paint'>> & Pick<RenderOptions, 'width'>;

const plain: Paint = (_, text) => text;

/** For people: the verdict first, then what to do about it, then what it rests on. */
export const terminalReport: Reporter = {
  id: 'terminal',
  render(verdict, recording, { paint = plain, width } = {}) {
    const style: Style = { paint, ...(width !== undefined && { width }) };
    const sections = [
      verdictLine(verdict, recording, style),
      ...groupFindings(verdict.findings).map(({ migration, findings }) => groupText(migration, findings, style)),
      notJudgedText(verdict, style),
      waivedText(verdict, style),
      migrationTable(verdict, recording, paint),
      factsText(recording, style),
    ];
    return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
  },
};

function verdictLine(verdict: Verdict, recording: Recording, { paint, width }: Style): string {
  const tone = { safe: 'good', unsafe: 'error', inconclusive: 'warning' } as const;
  const word = OUTCOME_WORD[verdict.outcome];
  const wrapped = wrap(`${word}  ${headline(verdict, recording)}`, '', width);
  return `${paint(tone[verdict.outcome], word)}${paint('strong', wrapped.slice(word.length))}`;
}

function groupText(migration: string | undefined, findings: readonly Finding[], style: Style): string {
  const title = migration === undefined ? 'The rehearsal as a whole' : oneLine(migration);
  return [style.paint('strong', title), ...findings.map((finding) => findingText(finding, style))].join('\n');
}

function findingText(finding: Finding, { paint, width }: Style): string {
  const { severity, check, where, message, remedy } = finding;
  const place = where.column === undefined ? where.relation : `${where.relation ?? ''}.${where.column}`;
  const head = [paint(severity, severity.padEnd(8)), check, paint('quiet', oneLine(place ?? ''))];
  const indent = ' '.repeat(11);
  return [
    `  ${head.join(' ').trimEnd()}`,
    wrap(oneLine(message), indent, width),
    ...evidenceLines(finding).map((line) => paint('quiet', `${indent}${printable(line)}`)),
    // A note asks for nothing.
    ...(severity === 'note' ? [] : [wrap(`→ ${oneLine(remedy)}`, indent, width)]),
  ].join('\n');
}

function notJudgedText({ notJudged }: Verdict, { paint, width }: Style): string {
  if (notJudged.length === 0) return '';
  const lines = groupNotJudged(notJudged).map(({ reason, checks }) =>
    [
      wrap(oneLine(reason), '    ', width).replace(/^ {3}/, paint('warning', '  ?')),
      paint('quiet', wrap(checks.join(', '), '    ', width)),
    ].join('\n'),
  );
  return [paint('strong', 'Could not be judged, so nobody knows'), ...lines].join('\n');
}

function waivedText({ waived }: Verdict, { paint, width }: Style): string {
  if (waived.length === 0) return '';
  const lines = waived.map(({ finding, reason, until }) => {
    const { check, where, message } = finding;
    const date = until === undefined ? '' : ` (until ${until})`;
    const head = `  ${check} ${oneLine(where.migration ?? '')}`.trimEnd();
    return [head, wrap(oneLine(message), '    ', width), wrap(`waived: ${oneLine(reason)}${date}`, '    ', width)].join(
      '\n',
    );
  });
  return [paint('strong', 'Waived'), paint('quiet', lines.join('\n'))].join('\n');
}

const factsText = (recording: Recording, { paint, width }: Style): string =>
  facts(recording)
    .map(({ label, text }) => {
      const indent = ' '.repeat(11);
      return `${paint('quiet', `${label} `.padEnd(11))}${wrap(oneLine(text), indent, width).trimStart()}`;
    })
    .join('\n');
