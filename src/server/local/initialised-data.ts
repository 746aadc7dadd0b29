import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { ServerBinaries } from './binaries/find-binaries.ts';
import { programIn } from './binaries/server-programs.ts';
import { cachedFolder } from './cached-folder.ts';
import { INITDB_OPTIONS } from '../own/initdb-options.ts';
import { initialise } from './initialise.ts';
import type { ServerUser } from './server-user.ts';

/** A data directory as `initdb` leaves it, to be copied. */
export interface InitialisedData {
  readonly folder: string;
  /** Of the superuser in every copy, until the run that made the copy sets its own. */
  readonly password: string;
}

export interface InitialisedDataOptions {
  readonly user: ServerUser | undefined;
  readonly cacheFolder: string;
}

/** From the cache, where it is made once for each server program and user: `initdb` costs most of a start. */
export async function initialisedData(
  binaries: ServerBinaries,
  { user, cacheFolder }: InitialisedDataOptions,
  signal: AbortSignal,
): Promise<InitialisedData> {
  const path = join(cacheFolder, `data-${binaries.major}-${await keyOf(binaries, user)}`);
  const mode = user === undefined ? 0o700 : 0o711;
  const folder = await cachedFolder({ path, cacheFolder, mode }, (made) => fill(made, { binaries, user }, signal));
  return { folder: join(folder, DATA), password: await readFile(join(folder, PASSWORD), 'utf8') };
}

interface FillOptions {
  readonly binaries: ServerBinaries;
  readonly user: ServerUser | undefined;
}

async function fill(made: string, { binaries, user }: FillOptions, signal: AbortSignal): Promise<void> {
  const [folder, passwordFile] = [join(made, DATA), join(made, 'initdb-password')];
  const password = randomBytes(24).toString('base64url');
  await mkdir(folder, { recursive: true });
  await chmod(made, user === undefined ? 0o700 : 0o711);
  await writeFile(join(made, PASSWORD), password, { mode: 0o600 });
  // A file, since the command line is open to all and standard input cannot be opened again by another user.
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user !== undefined) for (const own of [folder, passwordFile]) await chown(own, user.uid, user.gid);
  await initialise(binaries, { folder, passwordFile, user, workingFolder: dirname(made) }, signal);
  await rm(passwordFile);
}

/** Names the very program, not its version: a distribution's patch keeps the version and may change what initdb does. */
async function keyOf({ folder }: ServerBinaries, user: ServerUser | undefined): Promise<string> {
  const program = await realpath(programIn(folder, 'postgres'));
  const { size, mtimeMs } = await stat(program);
  const parts = [program, size, mtimeMs, user?.uid ?? process.getuid?.() ?? 0, INITDB_OPTIONS];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 20);
}

const DATA = 'data';
const PASSWORD = 'password';
