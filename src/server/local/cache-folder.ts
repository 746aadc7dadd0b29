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
  await assertOurs(folder, user);
  return await realpath(folder);
}

async function assertOurs(folder: string, user: ServerUser | undefined): Promise<void> {
  const { uid, mode } = await lstat(folder);
  if (process.getuid !== undefined && (uid !== process.getuid() || (mode & 0o022) !== 0)) {
    throw new Error(`${folder} belongs to another user, or others may write to it.`);
  }
  await assertOpen(folder, user);
}

async function assertOpen(folder: string, user: ServerUser | undefined): Promise<void> {
  await access(folder, constants.W_OK);
  if (!(await canReach(folder, user))) throw new Error(`${folder} cannot be reached by the user the server runs as.`);
}

export interface CachePlace {
  readonly folder: string;
  /** Somebody named it with PGREHEARSE_CACHE_DIR, so that no other will do. */
  readonly isAsked: boolean;
  /** It, or the nearest folder above it that exists. */
  readonly existing: string;
  /** Why it cannot be used; a sentence without full stop. */
  readonly problem?: string;
}

/** Which folder `openCacheFolder` would take, and whether it can; makes nothing. */
export async function inspectCacheFolder(user: ServerUser | undefined): Promise<CachePlace> {
  const asked = process.env['PGREHEARSE_CACHE_DIR'];
  const isAsked = asked !== undefined && asked !== '';
  const folder = join(isAsked ? resolve(asked) : usualPlace(user), LAYOUT);
  const existing = await nearestExisting(folder);
  try {
    await (existing === folder ? assertOurs(folder, user) : assertOpen(existing, user));
    return { folder, isAsked, existing };
  } catch (error) {
    return { folder, isAsked, existing, problem: toError(error).message.replace(/\.$/, '') };
  }
}

async function nearestExisting(path: string): Promise<string> {
  const parent = dirname(path);
  if (parent === path || (await lstat(path).catch(() => undefined)) !== undefined) return path;
  return nearestExisting(parent);
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
