import { stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { PgrehearseError } from '../support/errors.ts';

const CONFIG_EXTENSIONS: readonly string[] = ['.yaml', '.yml', '.json', '.js', '.mjs', '.ts'];

const NAMES = CONFIG_EXTENSIONS.map((extension) => `pgrehearse.config${extension}`);
const ANY_NAME = `pgrehearse.config.{${CONFIG_EXTENSIONS.map((extension) => extension.slice(1)).join(',')}}`;

/**
 * The one config file that is meant: the file itself, the one in the folder given, or the one in the working directory.
 * `undefined` when nothing was asked for and nothing is there.
 */
export async function findConfig(path: string | undefined, cwd: string): Promise<string | undefined> {
  const wanted = resolve(cwd, path ?? '.');
  const kind = await kindOf(wanted);
  if (kind === 'file') return checkedExtension(wanted);
  if (kind === 'absent') {
    throw new PgrehearseError('CONFIG_NOT_FOUND', `${path ?? wanted} does not exist.`);
  }
  const found = await Promise.all(NAMES.map(async (name) => (await kindOf(join(wanted, name))) === 'file'));
  const [first, ...others] = NAMES.filter((_, index) => found[index]);
  if (others.length > 0) {
    throw new PgrehearseError(
      'CONFIG_INVALID',
      `${path ?? 'The working directory'} has more than one config: ${[first, ...others].join(', ')}.`,
      { hint: 'Keep one of them, or name the one that is meant.' },
    );
  }
  if (first !== undefined) return join(wanted, first);
  if (path === undefined) return undefined;
  throw new PgrehearseError('CONFIG_NOT_FOUND', `There is no ${ANY_NAME} in ${path}.`);
}

/** What to say when there is neither a file nor a flag to go on. */
export const nothingToGoOn = (cwd: string): PgrehearseError =>
  new PgrehearseError('CONFIG_NOT_FOUND', `There is no ${ANY_NAME} in ${cwd}, and no flag says what to rehearse.`, {
    hint: '`pgrehearse init` writes a config. Or pass flags: `pgrehearse run --backup shop.dump --migrations ./migrations`.',
  });

async function kindOf(path: string): Promise<'file' | 'folder' | 'absent'> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return 'absent';
  return found.isDirectory() ? 'folder' : 'file';
}

function checkedExtension(file: string): string {
  if (CONFIG_EXTENSIONS.includes(extname(file))) return file;
  throw new PgrehearseError(
    'CONFIG_INVALID',
    `${basename(file)} is not a config: expected a file ending in ${CONFIG_EXTENSIONS.join(', ')}.`,
    { hint: 'A backup is named with `--backup FILE`, a folder of migrations with `--migrations DIR`.' },
  );
}
