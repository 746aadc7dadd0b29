import type { AnswerKind, CheckGroup } from '../findings/answer.ts';
import { isKnown, type Reading } from './reading.ts';

/** What a check says of one thing; a check may say several. */
export interface Said {
  readonly answer: AnswerKind;
  /** One sentence with the value, its unit and the limit. Never a secret, never a value of a row. */
  readonly message: string;
  /** Qualified and quoted where needed: `public.users`. A waiver may name it. */
  readonly relation?: string;
  readonly evidence?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** Replaces the check's own. */
  readonly remedy?: string;
}

/** One question to what was gathered; pure, so that a saved pre-flight can be judged again. */
export interface PreflightCheck<Facts, Limits extends object = object> {
  /** Kebab-case, permanent, unique among all checks of pgrehearse: users write it in waivers. */
  readonly id: string;
  readonly title: string;
  readonly group: CheckGroup;
  /** Why anyone should care, in one sentence. */
  readonly effect: string;
  readonly remedy: string;
  /** A number, a switch or a text each, with its default; `checks:` in the config can replace it. Units in names. */
  readonly limits: Limits;
  /** No clock, no network, no database. Saying nothing counts as unknown. */
  ask(facts: Facts, limits: Limits): Iterable<Said>;
}

/** Lets TypeScript infer `Limits` from the defaults. */
export const preflightCheckFor =
  <Facts>() =>
  <Limits extends object>(check: PreflightCheck<Facts, Limits>): PreflightCheck<Facts, Limits> =>
    check;

/** `unknown` for a reading that could not be had, else what the function says of its value. */
export function* whenKnown<Value>(reading: Reading<Value>, say: (value: Value) => Iterable<Said>): Iterable<Said> {
  if (isKnown(reading)) yield* say(reading.value);
  else yield unknownBecause(reading);
}

export const unknownBecause = ({ unknown, needs }: { readonly unknown: string; readonly needs?: string }): Said => ({
  answer: 'unknown',
  // A word begins a sentence; `rds:DescribeDBClusters`, a host or a table is written as it is.
  message: `${unknown.replace(/^[a-z](?=[a-z]*[ ,'])/, (letter) => letter.toUpperCase())}.`,
  ...(needs !== undefined && { remedy: `Grant ${needs}.`, evidence: { needs } }),
});

export const pass = (message: string, evidence: Said['evidence'] = {}): Said => ({ answer: 'pass', message, evidence });
export const warn = (message: string, evidence: Said['evidence'] = {}): Said => ({ answer: 'warn', message, evidence });
export const fail = (message: string, evidence: Said['evidence'] = {}): Said => ({ answer: 'fail', message, evidence });
export const skipped = (message: string): Said => ({ answer: 'skipped', message });
