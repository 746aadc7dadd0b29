import { constants } from 'node:fs';
import { chmod, cp, lstat, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

import { cachedFolder } from '../cached-folder.ts';

/** An npm package with a server. */
export interface ServerPackage {
  readonly folder: string;
  readonly version: string;
}

/**
 * A package's server as it can be run; returns the folder of its programs.
 *
 * A copy, made once: `node_modules` may be read-only or closed to the server's user, and the links between the shared
 * libraries, which npm cannot pack, are made by an install script that is often switched off.
 */
export async function unpackPackage(
  { folder, version }: ServerPackage,
  cacheFolder: string,
  signal: AbortSignal,
): Promise<string> {
  const path = join(cacheFolder, `server-${version}-${process.platform}-${process.arch}`);
  const unpacked = await cachedFolder({ path, cacheFolder, mode: 0o755 }, async (made) => {
    const native = join(made, NATIVE);
    await mkdir(made);
    await cp(join(folder, NATIVE), native, {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
      // 60 MB: an abort must not wait for all of them.
      filter: () => !signal.aborted,
    });
    signal.throwIfAborted();
    await linkLibraries(native);
    await openToAll(made);
    signal.throwIfAborted();
  });
  return join(unpacked, NATIVE, 'bin');
}

async function linkLibraries(native: string): Promise<void> {
  for (const { source, target } of await readLinks(native)) {
    const [from, to] = [join(dirname(native), source), join(dirname(native), target)];
    if (![from, to].every((path) => path.startsWith(`${native}${sep}`))) continue;
    if ((await lstat(to).catch(() => undefined)) !== undefined) continue;
    await mkdir(dirname(to), { recursive: true });
    await symlink(relative(dirname(to), from), to);
  }
}

interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

/** Paths in the file begin with `native/`. */
async function readLinks(native: string): Promise<LibraryLink[]> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: unknown = JSON.parse(text);
  return Array.isArray(links) ? links.filter(isLink) : [];
}

const isLink = (value: unknown): value is LibraryLink =>
  typeof value === 'object' &&
  value !== null &&
  'source' in value &&
  'target' in value &&
  typeof value.source === 'string' &&
  typeof value.target === 'string';

/** Whoever installed the package may have had a strict umask. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, ((await lstat(path)).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}

const NATIVE = 'native';
