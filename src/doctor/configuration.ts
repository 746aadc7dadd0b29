import { basename } from 'node:path';
import type { Config, ConfigFlags } from '../config/config.ts';
import { defaultConfig, type LivingConfig, loadConfigOrDefaults, loadProductionConfig } from '../config/load-config.ts';
import type { ConfigProblem } from '../config/problems.ts';
import { answerWithin, NoAnswer } from '../support/answer-within.ts';
import { isPgrehearseError, type PgrehearseError } from '../support/errors.ts';
import { type Prerequisite, prerequisiteFrom } from '../support/prerequisite.ts';
import { type Line, neededBy } from './diagnosis.ts';

export interface Question {
  readonly path: string | undefined;
  readonly flags: ConfigFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

export interface ExaminedConfig {
  /** Defaults where it is not valid. */
  readonly config: Config;
  /** Absent: not valid. */
  readonly production?: LivingConfig;
  readonly hasPreflight: boolean;
  readonly isValid: boolean;
  readonly lines: readonly Line[];
}

/**
 * The config as `run` and `preflight` read it, with every problem.
 *
 * @throws {PgrehearseError} `CONFIG_NOT_FOUND` for a path that leads nowhere
 */
export async function examineConfig(question: Question, signal: AbortSignal): Promise<ExaminedConfig> {
  const run = await attempt(question, loadConfigOrDefaults, signal);
  if (!('value' in run)) {
    const config = await defaultConfig(question.env, question.cwd);
    return { config, isValid: false, hasPreflight: false, lines: neededBy('run', problemLines(run.error)) };
  }
  const config = run.value;
  const production = await attempt(question, loadProductionConfig, signal);
  const problems = 'value' in production ? [] : problemLines(production.error);
  return {
    config,
    ...('value' in production && { production: production.value }),
    hasPreflight:
      !('value' in production) || production.value.settings.some(({ path }) => path.startsWith('preflight.')),
    isValid: problems.every(isUnset),
    lines: [...neededBy('run', [fileLine(config)]), ...neededBy('preflight', problems)],
  };
}

type Load<Loaded> = (
  path: string | undefined,
  flags: ConfigFlags,
  env: Question['env'],
  cwd: string,
) => Promise<Loaded>;

async function attempt<Loaded>(
  { path, flags, env, cwd }: Question,
  load: Load<Loaded>,
  signal: AbortSignal,
): Promise<{ readonly value: Loaded } | { readonly error: PgrehearseError | NoAnswer }> {
  try {
    return { value: await answerWithin(PATIENCE_MS, signal, () => load(path, flags, env, cwd)) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NoAnswer || (isPgrehearseError(error) && error.code === 'CONFIG_INVALID')) return { error };
    throw error;
  }
}

/** A config may be a module of the user's. */
const PATIENCE_MS = 10_000;

const fileLine = ({ file }: Config): Prerequisite =>
  file === undefined
    ? { name: 'config', state: 'found', detail: 'none here, so defaults hold; `pgrehearse run` needs one, or flags' }
    : { name: basename(file), state: 'found', detail: `valid, ${file}` };

function problemLines(error: PgrehearseError | NoAnswer): readonly Prerequisite[] {
  const problems = error instanceof NoAnswer ? [] : problemsOf(error);
  return problems.length === 0 ? [prerequisiteFrom('config', error)] : problems.map(problemLine);
}

function problemLine({ where, path, expected, found, suggestion }: ConfigProblem): Prerequisite {
  const name = [where, path].filter((part) => part !== '').join(' ');
  const [, variable] = /^the environment variable (\w+)$/.exec(expected) ?? [];
  if (variable !== undefined) {
    return { name, state: 'missing', detail: `${UNSET} ${variable}`, mend: `export ${variable}=…` };
  }
  return {
    name,
    state: 'missing',
    detail: `expected ${expected}, found ${found}`,
    ...(suggestion !== undefined && { mend: `Write ${suggestion}` }),
  };
}

const UNSET = 'reads an environment variable that is not set:';

const isUnset = ({ detail }: Prerequisite): boolean => detail.startsWith(UNSET);

function problemsOf({ details: { problems } }: PgrehearseError): readonly ConfigProblem[] {
  return Array.isArray(problems) ? problems.filter(isProblem) : [];
}

const isProblem = (value: unknown): value is ConfigProblem =>
  typeof value === 'object' && value !== null && 'where' in value && 'expected' in value && 'found' in value;
