import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { PgrehearseError, toError } from '../support/errors.ts';
import type { ConfigPath } from './path.ts';
import { readModule } from './read-module.ts';
import { readYaml } from './read-yaml.ts';

/** A config file, read but not yet understood. */
export interface ConfigDocument {
  /** File name, as it is said in errors. */
  readonly name: string;
  readonly value: unknown;
  /** 1-based; `undefined` where the format cannot tell. */
  readonly lineOf: (path: ConfigPath) => number | undefined;
}

/** @throws {PgrehearseError} `CONFIG_INVALID` when it is not even YAML, JSON or a module */
export async function readDocument(file: string): Promise<ConfigDocument> {
  const name = basename(file);
  const extension = extname(file);
  if (['.js', '.mjs', '.ts'].includes(extension)) {
    return { name, value: await readModule(file), lineOf: () => undefined };
  }
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new PgrehearseError('CONFIG_INVALID', `${name} cannot be read: ${toError(cause).message}.`, { cause });
  });
  if (extension === '.json') refuseBadJson(text, name);
  // JSON is YAML too, and this parser knows the lines.
  return { name, ...readYaml(text, name) };
}

function refuseBadJson(text: string, name: string): void {
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new PgrehearseError('CONFIG_INVALID', `${name} is not JSON: ${toError(cause).message}.`, { cause });
  }
}
