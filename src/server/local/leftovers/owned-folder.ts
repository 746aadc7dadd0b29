import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { atExit } from '../../../support/exit-hook.ts';
import { isGone } from '../../../support/is-gone.ts';
import {
  hasEnded,
  ownIdentity,
  parseIdentity,
  placeOf,
  type ProcessIdentity,
} from '../../../support/process-identity.ts';

/**
 * A folder that goes with the process that made it: on disposal, at its exit, or by the next start's sweep.
 * Disposal never rejects: what resists now is swept later.
 */
export interface OwnedFolder extends AsyncDisposable {
  readonly path: string;
  /** From now on it stays as long as the file `record` is there and the machine is not restarted. */
  keep(record: string): Promise<void>;
}

/** `mode` is exact, whatever the umask. */
export async function createOwnedFolder(parent: string, mode: number): Promise<OwnedFolder> {
  const path = join(parent, `pgrehearse-${randomBytes(6).toString('hex')}`);
  // Under its final name a folder has an owner from its first moment, so that a sweep never meets one without.
  const unfinished = `${path}${UNFINISHED}`;
  await mkdir(unfinished, { mode: 0o700 });
  try {
    await writeFile(join(unfinished, OWNER_FILE), JSON.stringify(ownIdentity()), { mode: 0o600 });
    await chmod(unfinished, mode);
    await rename(unfinished, path);
  } catch (error) {
    // A full disk takes a folder, but no file.
    await rm(unfinished, REMOVAL);
    throw error;
  }

  const forget = atExit(() => rmSync(path, { recursive: true, force: true, maxRetries: 3 }));
  return {
    path,
    keep: async (record) => {
      await writeOwner(path, { ...ownIdentity(), record });
      forget();
    },
    [Symbol.asyncDispose]: async () => {
      await removeFolder(path);
      forget();
    },
  };
}

/** Folders in `parent` that a run of this user made whose process has ended. */
export async function findAbandoned(parent: string): Promise<string[]> {
  const names = await readdir(parent).catch((): string[] => []);
  const abandoned: string[] = [];
  for (const name of names.filter((candidate) => OWN_NAME.test(candidate))) {
    const path = join(parent, name);
    if (await isAbandoned(path)) abandoned.push(path);
  }
  return abandoned;
}

/** The owner file goes last: a removal that is cut off can then be taken up again. */
export async function removeFolder(path: string): Promise<void> {
  try {
    const rest = (await readdir(path)).filter((name) => name !== OWNER_FILE);
    await Promise.all(rest.map((name) => rm(join(path, name), REMOVAL)));
    await rm(path, REMOVAL);
  } catch {
    // Another sweep was faster, or a file resists; the next start tries again.
  }
}

/** One that was kept, taken up again; disposal removes it. Undefined: `path` is no folder that is kept for `record`. */
export async function findKeptFolder(path: string, record: string): Promise<OwnedFolder | undefined> {
  if ((await readOwner(path))?.record !== record) return undefined;
  return { path, keep: async () => {}, [Symbol.asyncDispose]: () => removeFolder(path) };
}

interface Owner {
  readonly identity: ProcessIdentity;
  /** Present: it is kept. */
  readonly record?: string;
}

async function readOwner(path: string): Promise<Owner | undefined> {
  const text = await readFile(join(path, OWNER_FILE), 'utf8').catch(() => '');
  const identity = parseIdentity(text);
  if (identity === undefined) return undefined;
  const record: unknown = 'record' in identity ? identity.record : undefined;
  return { identity, ...(typeof record === 'string' && { record }) };
}

/** Whole at any moment, or a sweep could take it for nobody's. */
async function writeOwner(path: string, owner: ProcessIdentity & { readonly record: string }): Promise<void> {
  const unfinished = join(path, `${OWNER_FILE}.new`);
  await writeFile(unfinished, JSON.stringify(owner), { mode: 0o600 });
  await rename(unfinished, join(path, OWNER_FILE));
}

async function isEnded({ identity, record }: Owner): Promise<boolean> {
  if (record === undefined) return hasEnded(identity);
  const place = placeOf(identity);
  return place === 'here' ? await isGone(record) : place === 'before a restart';
}

async function isAbandoned(path: string): Promise<boolean> {
  try {
    const folder = await lstat(path);
    if (!folder.isDirectory() || folder.uid !== (process.getuid?.() ?? folder.uid)) return false;
    const owner = await readOwner(path);
    if (owner !== undefined) return await isEnded(owner);
    return path.endsWith(UNFINISHED) && Date.now() - folder.mtimeMs > UNFINISHED_MAX_AGE_MS;
  } catch {
    return false;
  }
}

const OWNER_FILE = 'owner.json';
const UNFINISHED = '.new';
const OWN_NAME = /^pgrehearse-[0-9a-f]{12}(?:\.new)?$/;
/** Between the folder and its owner file lies less than a millisecond. */
const UNFINISHED_MAX_AGE_MS = 60_000;
/** A dying server may still write into the folder. */
const REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 20 } as const;
