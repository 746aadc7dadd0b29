import { type ConfigPath, isMapping, pathText } from './path.ts';

/** A value that holds `${NAME}`, as written. It is shown instead of the value, which may be a secret. */
export interface FromEnvironment {
  readonly template: string;
  readonly variables: readonly string[];
}

export interface Substitution {
  readonly value: unknown;
  /** Keyed by the path as text. */
  readonly fromEnvironment: ReadonlyMap<string, FromEnvironment>;
  readonly problems: readonly { readonly path: ConfigPath; readonly expected: string; readonly found: string }[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Puts variables in place of `${NAME}` in every text of the document. `$${NAME}` stands for `${NAME}` itself. */
export function substituteEnvironment(document: unknown, env: Environment): Substitution {
  const fromEnvironment = new Map<string, FromEnvironment>();
  const problems: { path: ConfigPath; expected: string; found: string }[] = [];

  const walk = (value: unknown, path: ConfigPath): unknown => {
    if (typeof value === 'string') return substitute(value, path);
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]));
    if (!isMapping(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]));
  };

  const substitute = (template: string, path: ConfigPath): unknown => {
    const variables: string[] = [];
    const text = template.replaceAll(/(\$?)\$\{([^}]*)\}/g, (whole, escape: string, name: string) => {
      if (escape !== '') return whole.slice(1);
      variables.push(name);
      const found = /^[A-Za-z_]\w*$/.test(name) ? env[name] : undefined;
      if (found === undefined) problems.push({ path, ...complaint(name) });
      return found ?? '';
    });
    if (variables.length === 0) return text;
    fromEnvironment.set(pathText(path), { template, variables });
    return template === `\${${variables[0]}}` && isTyped(path) ? typed(text) : text;
  };

  return { value: walk(document, []), fromEnvironment, problems };
}

const complaint = (name: string): { expected: string; found: string } =>
  /^[A-Za-z_]\w*$/.test(name)
    ? { expected: `the environment variable ${name}`, found: 'it is not set' }
    : { expected: 'the name of an environment variable in ${…}', found: `\${${name}}` };

/** Variables are always text; these keys want a number or a switch. */
const TYPED_KEYS = new Set([
  'server.postgresVersion',
  'backup.maxAgeHours',
  'backup.allowUnverified',
  'rehearsal.forwardOnly',
]);

const isTyped = (path: ConfigPath): boolean =>
  TYPED_KEYS.has(pathText(path)) || (path[0] === 'checks' && path.length === 3);

function typed(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
