import { readdirSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createOwnedFolder } from './leftovers/owned-folder.ts';

export interface CachedFolderOptions {
  /** A folder of the cache, named by everything that its contents depend on. */
  readonly path: string;
  readonly cacheFolder: string;
  /** Of the folder while it is made; the server's user may have to get in. */
  readonly mode: number;
}

/** Makes a folder once, by `fill`, for this and later runs. Whole or absent: what tidies up caches takes single files. */
export async function cachedFolder(
  { path, cacheFolder, mode }: CachedFolderOptions,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  if (await isWhole(path)) return path;
  await using unfinished = await createOwnedFolder(cacheFolder, mode);
  const made = join(unfinished.path, 'made');
  await fill(made);
  await writeFile(join(made, COUNT), String(countEntries(made)), { mode: 0o600 });
  try {
    await rename(made, path);
  } catch {
    // Another run was faster, which is as well, or a damaged one is in the way.
    if (await isWhole(path)) return path;
    await rename(path, join(unfinished.path, 'damaged'));
    await rename(made, path);
  }
  return path;
}

async function isWhole(path: string): Promise<boolean> {
  try {
    // The file with the count came after it was counted.
    return countEntries(path) === Number(await readFile(join(path, COUNT), 'utf8')) + 1;
  } catch {
    return false;
  }
}

/** Half the time of the asynchronous way, and every start pays for it. */
const countEntries = (folder: string): number => readdirSync(folder, { recursive: true }).length;

const COUNT = 'entry-count';
