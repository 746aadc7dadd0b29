import { access, chmod, constants, lstat, mkdir, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';

import { PgrehearseError, toError } from '../../support/errors.ts';
import { canReach, type ServerUser } from './server-user.ts';

/**
 * Where unpacked servers and initialised data directories wait for the next run; ours alone.
 *
 * A place that was asked for must do; where none was and the usual one does not do (a home that is read-only
 * or absent is common in CI), the run keeps its cache in `fallback`, its own folder, and starts slower.
 */
export async function openCacheFolder(user: ServerUser | undefined, fallback: string): Promise<string> {
  const asked = process.env['PGREHEARSE_CACHE_DIR'];
  if (asked !== undefined && asked !== '') {
    try {
      return await ownFolderIn(resolve(asked), user);
    } catch (error) {
      throw new PgrehearseError('SERVER_UNAVAILABLE', `PGREHEARSE_CACHE_DIR: ${toError(error).message}`, {
        cause: error,
        hint: 'Name a folder that you may write to and that the server user may pass through, or unset it.',
      });
    }
  }
  return await ownFolderIn(usualPlace(user), user).catch(() => ownFolderIn(fallback, user));
}

function usualPlace(user: ServerUser | undefined): string {
  // Root's home is closed to the user that the server runs as.
  if (user !== undefined) return '/var/cache/pgrehearse';
  const xdg = process.env['XDG_CACHE_HOME'];
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'pgrehearse');
}

/** Programs are run from here, so a folder that someone else made or can write to is refused. */
async function ownFolderIn(place: string, user: ServerUser | undefined): Promise<string> {
  const folder = join(place, LAYOUT);
  const mode = user === undefined ? 0o700 : 0o755;
  // Exactly this mode, whatever the umask.
  for (const made of await makeFolders(folder)) await chmod(made, mode);
  const { uid, mode: actualMode } = await lstat(folder);
  if (process.getuid !== undefined && (uid !== process.getuid() || (actualMode & 0o022) !== 0)) {
    throw new Error(`${folder} belongs to another user, or others may write to it.`);
  }
  await access(folder, constants.W_OK);
  if (!(await canReach(folder, user))) throw new Error(`${folder} cannot be reached by the user the server runs as.`);
  return await realpath(folder);
}

/** Returns those that were not there before. */
async function makeFolders(folder: string): Promise<string[]> {
  const first = await mkdir(folder, { recursive: true });
  const made: string[] = [];
  if (first === undefined) return made;
  for (let path = folder; path.startsWith(first); path = dirname(path)) made.push(path);
  return made;
}

/** A new name whenever the layout of the cache changes. */
const LAYOUT = 'v1';
