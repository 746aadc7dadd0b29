/**
 * `pass`: looked, and it is well. `warn`: does not forbid. `fail`: forbids. `unknown`: could not look, which forbids as well
 * unless it is waived. `skipped`: does not apply here, e.g. an Aurora question about an instance.
 */
export type AnswerKind = 'pass' | 'warn' | 'fail' | 'unknown' | 'skipped';

/** From worst to mildest: the order in which reports list them. */
export const ANSWER_KINDS: readonly AnswerKind[] = ['fail', 'unknown', 'warn', 'pass', 'skipped'];

/** Which part of the release checklist a check belongs to. */
export type CheckGroup =
  | 'environment'
  | 'backup'
  | 'migrations'
  | 'rollback'
  | 'monitoring'
  | 'database'
  | 'verification';

/** What a check of the pre-flight or of `verify` said, ready to be read. */
export interface Answer {
  readonly check: string;
  readonly title: string;
  readonly group: CheckGroup;
  readonly answer: AnswerKind;
  /** One sentence with the value, its unit and the limit. */
  readonly message: string;
  readonly relation?: string;
  readonly evidence: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** What to do; only where the answer is not well. */
  readonly remedy?: string;
  /** Somebody accepted it: it does not count. */
  readonly waived?: { readonly reason: string; readonly until?: string };
}
