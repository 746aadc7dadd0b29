import { basename, extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PgrehearseError, toError } from '../support/errors.ts';

/** The default export of a `.js`, `.mjs` or `.ts` file. */
export async function readModule(file: string): Promise<unknown> {
  const name = basename(file);
  const module = await load(file).catch((cause: unknown) => {
    throw new PgrehearseError('CONFIG_INVALID', `${name} cannot be loaded: ${toError(cause).message}`, {
      cause,
      hint: 'Run `node` on the file to see the whole error.',
    });
  });
  const exported = defaultOf(module);
  if (exported !== undefined) return exported;
  throw new PgrehearseError('CONFIG_INVALID', `${name} exports nothing: expected \`export default { … }\`.`);
}

async function load(file: string): Promise<unknown> {
  const url = pathToFileURL(file).href;
  if (extname(file) !== '.ts') return import(url);
  // Node 20 cannot strip types.
  const { tsImport } = await import('tsx/esm/api');
  return tsImport(url, import.meta.url);
}

/** TypeScript compiled to CommonJS arrives with its default inside a default. */
function defaultOf(module: unknown): unknown {
  if (!hasDefault(module)) return undefined;
  return hasDefault(module.default) && '__esModule' in module.default ? module.default.default : module.default;
}

const hasDefault = (value: unknown): value is { readonly default: unknown } =>
  typeof value === 'object' && value !== null && 'default' in value;
