import { pathToFileURL } from 'node:url';
import { PgrehearseError, toError } from '../../../support/errors.ts';
import { isObject } from '../messages.ts';

/** What the knexfile gives for one environment, chosen as the knex CLI does. */
export async function loadKnexfile(
  path: string,
  environment: string | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const everything = await evaluate(path);
  const wanted = environment ?? (process.env['NODE_ENV'] || 'development');
  const chosen = everything[wanted];
  if (isObject(chosen)) return chosen;
  const others = Object.keys(everything).filter((key) => looksLikeConfig(everything[key]));
  if (environment === undefined && (looksLikeConfig(everything) || others.length === 0)) return everything;
  throw new PgrehearseError('CONFIG_INVALID', `${path} has no environment "${wanted}".`, {
    hint:
      others.length > 0 ? `Set \`migrations.environment\` to one of: ${others.join(', ')}.` : 'It has no environments.',
  });
}

/** The configuration may be a value, a promise, or a function that gives either, at any depth of `default`. */
async function evaluate(path: string): Promise<Readonly<Record<string, unknown>>> {
  let value: unknown;
  try {
    value = await import(pathToFileURL(path).href);
    while (isObject(value) && 'default' in value) value = await value['default'];
    value = await (typeof value === 'function' ? value() : value);
  } catch (cause) {
    throw new PgrehearseError('MIGRATION_TOOL_FAILED', `Cannot load ${path}: ${toError(cause).message}`, { cause });
  }
  if (isObject(value)) return value;
  throw new PgrehearseError('MIGRATION_TOOL_FAILED', `${path} gives ${typeof value} instead of an object.`);
}

const looksLikeConfig = (value: unknown): boolean =>
  isObject(value) && ['client', 'connection', 'migrations'].some((key) => key in value);
