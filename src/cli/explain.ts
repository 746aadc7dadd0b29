import { CHECKS } from '../checks/index.ts';
import { didYouMean } from '../support/did-you-mean.ts';
import type { CheckGroup } from '../findings/answer.ts';
import type { Severity } from '../findings/finding.ts';
import { WAIVER_FINDINGS } from '../findings/waiver.ts';
import { PREFLIGHT_CHECKS } from '../preflight/checks/index.ts';
import { VERIFY_CHECKS } from '../preflight/verify/checks/index.ts';
import type { Paint, Tone } from '../reports/reporter.ts';
import { wrap } from '../reports/wrap.ts';
import { PgrehearseError } from '../support/errors.ts';
import { packageText } from '../support/package.ts';
import { jsonDocument } from './json-document.ts';
import type { Terminal } from './terminal.ts';

interface Explained {
  readonly id: string;
  readonly command: 'run' | 'preflight' | 'verify';
  readonly title: string;
  /** Absent: its answer is pass, warn, fail or unknown. */
  readonly severity?: Severity;
  readonly group?: CheckGroup;
  readonly effect: string;
  readonly remedy: string;
  readonly limits: object;
}

type OfProduction = Required<Pick<Explained, 'id' | 'title' | 'group' | 'effect' | 'remedy' | 'limits'>>;

const ofProduction = (command: 'preflight' | 'verify', checks: readonly OfProduction[]): Explained[] =>
  checks.map(({ id, title, group, effect, remedy, limits }) => ({ id, command, title, group, effect, remedy, limits }));

const ALL: readonly Explained[] = [
  ...CHECKS.map(({ id, title, severity, effect, remedy, limits }) => ({
    id,
    command: 'run' as const,
    title,
    severity,
    effect,
    remedy,
    limits,
  })),
  ...ofProduction('preflight', PREFLIGHT_CHECKS),
  ...ofProduction('verify', VERIFY_CHECKS),
  ...WAIVER_FINDINGS.map((finding) => ({ ...finding, command: 'run' as const, limits: {} })),
];

export function explain(terminal: Terminal, id: string | undefined, { asJson }: { readonly asJson: boolean }): void {
  const chosen = id === undefined ? ALL : [find(id)];
  const [first] = chosen;
  if (asJson) terminal.out(jsonDocument({ checks: chosen }));
  else if (id === undefined || !first) terminal.out(listText(terminal.outPaint));
  else terminal.out(checkText(first, terminal));
}

function find(id: string): Explained {
  const found = ALL.find((one) => one.id === id);
  if (found) return found;
  const meant = didYouMean(
    id,
    ALL.map((one) => one.id),
  );
  throw new PgrehearseError(
    'CHECK_UNKNOWN',
    `There is no check "${id}"${meant === undefined ? '' : `; did you mean ${meant}`}${meant === undefined ? '.' : '?'}`,
  );
}

function listText(paint: Paint): string {
  const width = Math.max(...ALL.map(({ id }) => id.length));
  return ALL.map((one) => `${one.id.padEnd(width)}  ${paint(toneOf(one), kindOf(one).padEnd(9))}  ${one.title}\n`).join(
    '',
  );
}

/** The severity of what is found in a rehearsal, else the command that asks. */
const kindOf = ({ severity, command }: Explained): string => severity ?? command;

const toneOf = ({ severity }: Explained): Tone => severity ?? 'quiet';

function checkText(one: Explained, { outPaint: paint, outColumns }: Terminal): string {
  const { id, title, effect, remedy, limits } = one;
  const section = (heading: string, text: string): string =>
    `${paint('strong', heading)}\n${wrap(text, '  ', outColumns)}`;
  const settings = Object.entries(limits).map(([name, value]: [string, unknown]) => `      ${name}: ${String(value)}`);
  const sections = [
    `${paint(toneOf(one), kindOf(one))} ${paint('strong', id)}\n${wrap(title, '', outColumns)}`,
    section('Why it matters', effect),
    section('How to mend it', remedy),
    ...(settings.length > 0
      ? [`${paint('strong', 'Limits and their defaults')}\n  checks:\n    ${id}:\n${settings.join('\n')}`]
      : []),
    ...exampleOf(id),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** The page's own text from its example on; what comes before, the check itself has said. */
function exampleOf(id: string): string[] {
  const page = packageText(`docs/checks/${id}.md`);
  const start = page?.search(/^## .*example/im) ?? -1;
  return page === undefined || start === -1 ? [] : [page.slice(start).trimEnd()];
}
