import { type Answer, ANSWER_KINDS, type AnswerKind, type CheckGroup } from '../findings/answer.ts';
import type { Verdict } from '../findings/verdict.ts';
import { counted } from '../support/amounts.ts';
import { OUTCOME_WORD } from './headline.ts';

/** What a pre-flight or a verification has to say, for a terminal or a checklist. */
export interface AnswersReport {
  /** `Pre-flight`, `Verification`. */
  readonly title: string;
  /** Which database, which certificate …, one line each. */
  readonly heading: readonly { readonly label: string; readonly text: string }[];
  readonly verdict: Verdict;
  readonly answers: readonly Answer[];
  /** What comes next: how to go back, what to run afterwards. */
  readonly closing: readonly { readonly title: string; readonly lines: readonly string[] }[];
}

export const GROUP_TITLES: Readonly<Record<CheckGroup, string>> = {
  environment: 'Environment',
  backup: 'Backup',
  migrations: 'Migration tests',
  rollback: 'Rollback tests',
  database: 'Live database',
  monitoring: 'Monitoring',
  verification: 'Verification',
};

export const GROUPS: readonly CheckGroup[] = [
  'environment',
  'backup',
  'migrations',
  'rollback',
  'database',
  'monitoring',
  'verification',
];

/** What counts: a waived answer does not. */
export const standing = ({ answer, waived }: Answer): AnswerKind | 'waived' => (waived ? 'waived' : answer);

export const answersIn = (answers: readonly Answer[], group: CheckGroup): Answer[] =>
  answers
    .filter((answer) => answer.group === group)
    .toSorted((a, b) => ANSWER_KINDS.indexOf(a.answer) - ANSWER_KINDS.indexOf(b.answer));

/** `UNSAFE` and `2 failed, 1 unknown, 40 passed`. */
export function outcomeLine({ verdict, answers }: AnswersReport): readonly [word: string, rest: string] {
  const amounts = [...WORDS].map(
    ([kind, word]) => [answers.filter((one) => standing(one) === kind).length, word] as const,
  );
  const said = amounts.filter(([amount]) => amount > 0).map(([amount, word]) => `${amount} ${word}`);
  const stale = verdict.findings.filter(({ check }) => check.startsWith('waiver-')).length;
  const waivers = stale > 0 ? [`${counted(stale, 'waiver')} to look at`] : [];
  return [OUTCOME_WORD[verdict.outcome], [...said, ...waivers].join(', ')];
}

const WORDS: ReadonlyMap<AnswerKind | 'waived', string> = new Map([
  ['fail', 'failed'],
  ['unknown', 'unknown'],
  ['warn', 'to look at'],
  ['pass', 'passed'],
  ['waived', 'waived'],
]);
