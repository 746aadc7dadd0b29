import type { CheckSettings, JudgeOptions } from '../checks/judge.ts';
import type { Answer, AnswerKind } from '../findings/answer.ts';
import type { Finding, Severity } from '../findings/finding.ts';
import { decide, type Verdict, type Waived } from '../findings/verdict.ts';
import { applyWaivers } from '../findings/waiver.ts';
import { toError } from '../support/errors.ts';
import type { PreflightCheck, Said } from './check.ts';

/** What all checks said, and what that comes to. */
export interface Judged {
  readonly verdict: Verdict;
  /** In the order of the checks; waived ones are marked. */
  readonly answers: readonly Answer[];
}

export type AnswerJudgeOptions = JudgeOptions & Required<Pick<JudgeOptions, 'knownChecks'>>;

/** Pure: the same facts and options give the same answers. A check that says nothing, or breaks, counts as unknown. */
export function judgeAnswers<Facts>(
  facts: Facts,
  checks: readonly PreflightCheck<Facts>[],
  options: AnswerJudgeOptions,
): Judged {
  const answers = checks.flatMap((check) => answersOf(check, facts, options.checks[check.id] ?? {}));
  const findings = new Map<Finding, Answer>();
  for (const answer of answers) if (COUNTS.has(answer.answer)) findings.set(toFinding(answer), answer);
  const asked = new Set(checks.map(({ id }) => id));
  const { findings: open, waived } = applyWaivers([...findings.keys()], options.waivers, options.today, {
    isUnknown: (finding) => findings.get(finding)?.answer === 'unknown',
    checks: [...options.knownChecks],
    notJudged: options.knownChecks.filter((id) => !asked.has(id) || options.checks[id] === 'off'),
  });
  const isUnknown = (finding: Finding): boolean => findings.get(finding)?.answer === 'unknown';
  return {
    verdict: decide(
      open.filter((finding) => !isUnknown(finding)),
      open.filter(isUnknown).map(({ check, message }) => ({ check, reason: withoutStop(message) })),
      waived,
    ),
    answers: marked(answers, findings, waived),
  };
}

function answersOf<Facts>(check: PreflightCheck<Facts>, facts: Facts, settings: CheckSettings): Answer[] {
  if (settings === 'off') return [toAnswer(check, { answer: 'skipped', message: 'Switched off in the config.' })];
  const said = listen(check, facts, { ...check.limits, ...withoutSeverity(settings) });
  return said.map((one) => toAnswer(check, { ...one, answer: asWanted(one.answer, settings.severity) }));
}

function listen<Facts>(check: PreflightCheck<Facts>, facts: Facts, limits: object): Said[] {
  try {
    const said = [...check.ask(facts, limits)];
    return said.length > 0 ? said : [{ answer: 'unknown', message: 'It gave no answer.' }];
  } catch (error) {
    return [{ answer: 'unknown', message: `It broke: ${toError(error).message}. Please report this.` }];
  }
}

/** A severity in the config moves what was looked at; what could not be looked at stays unknown. */
function asWanted(answer: AnswerKind, severity: Severity | undefined): AnswerKind {
  if (severity === undefined || (answer !== 'fail' && answer !== 'warn')) return answer;
  if (severity === 'note') return 'pass';
  return severity === 'error' ? 'fail' : 'warn';
}

function toAnswer<Facts>(check: PreflightCheck<Facts>, said: Said): Answer {
  const { answer, message, relation, evidence = {}, remedy = check.remedy } = said;
  return {
    check: check.id,
    title: check.title,
    group: check.group,
    answer,
    message,
    ...(relation !== undefined && { relation }),
    evidence,
    ...(COUNTS.has(answer) && { remedy }),
  };
}

const toFinding = ({ check, answer, message, relation, evidence, remedy = '' }: Answer): Finding => ({
  check,
  severity: answer === 'warn' ? 'warning' : 'error',
  where: relation === undefined ? {} : { relation },
  message,
  remedy,
  evidence,
});

function marked(
  answers: readonly Answer[],
  findings: ReadonlyMap<Finding, Answer>,
  waived: readonly Waived[],
): Answer[] {
  const reasons = new Map(waived.map(({ finding, reason, until }) => [findings.get(finding), { reason, until }]));
  return answers.map((answer) => {
    const waiver = reasons.get(answer);
    if (!waiver) return answer;
    const { reason, until } = waiver;
    return { ...answer, waived: { reason, ...(until !== undefined && { until }) } };
  });
}

const withoutSeverity = (settings: Exclude<CheckSettings, 'off'>): object =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => name !== 'severity'));

const withoutStop = (sentence: string): string => sentence.replace(/\.$/, '');

/** Answers that need somebody to look. */
const COUNTS: ReadonlySet<AnswerKind> = new Set(['fail', 'unknown', 'warn']);
