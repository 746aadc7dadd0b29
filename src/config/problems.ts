import { PgrehearseError } from '../support/errors.ts';
import { redact } from '../support/redact.ts';
import { isMapping } from './path.ts';

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** `pgrehearse.config.yaml:4`, or `--scope`. */
  readonly where: string;
  /** `server.postgresVersion`; empty for the file as a whole. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
  /** The word that was probably meant. */
  readonly suggestion?: string;
}

/** All problems in one error, so that a config is mended in one go. */
export function invalidConfig(name: string, found: readonly ConfigProblem[], hint?: string): PgrehearseError {
  const problems = found.toSorted((a, b) => lineNumber(a) - lineNumber(b));
  const amount = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  return new PgrehearseError('CONFIG_INVALID', [`${name} has ${amount}.`, ...problems.map(lineOf)].join('\n  '), {
    details: { problems },
    ...(hint !== undefined && { hint }),
  });
}

/** Flags have none and come last. */
const lineNumber = ({ where }: ConfigProblem): number => Number(/:(\d+)$/.exec(where)?.[1] ?? Number.MAX_SAFE_INTEGER);

function lineOf({ where, path, expected, found, suggestion }: ConfigProblem): string {
  const mend = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  return `${[where, path].filter((part) => part !== '').join('  ')}: expected ${expected}, found ${found}${mend}`;
}

/** Says what a value is, in the words of a config file. */
export function foundText(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return `the text "${shortened(redact(value))}"`;
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'a list';
  return isMapping(value) ? 'a mapping' : `a ${typeof value}`;
}

const shortened = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
};
