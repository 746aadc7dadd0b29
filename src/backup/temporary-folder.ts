import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PgrehearseError, toError } from '../support/errors.ts';
import { atExit } from '../support/exit-hook.ts';
import { diskFull, roomIn, saysDiskFull } from '../support/disk-full.ts';
import { killGroup } from '../support/kill-group.ts';
import {
  hasEnded,
  identityOf,
  isRunning,
  isStillRunning,
  ownIdentity,
  parseIdentity,
} from '../support/process-identity.ts';

export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * A folder that only we can read, gone after `dispose`, at the exit of the process, or with the next sweep.
 *
 * @throws {PgrehearseError} `BACKUP_UNREADABLE` when nothing can be written there
 */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  await sweepTemporaryFolders();
  const path = await mkdtemp(join(tmpdir(), `pgrehearse-restore-${process.pid}-`)).catch(async (error: unknown) => {
    throw await unkept(error);
  });
  const forget = atExit(() => rmSync(path, { recursive: true, force: true }));
  const remove = async (): Promise<void> => {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
    forget();
  };
  try {
    await writeFile(join(path, OWNER_FILE), JSON.stringify(ownIdentity()), { mode: 0o600 });
  } catch (error) {
    await remove();
    throw await unkept(error);
  }
  return { path, [Symbol.asyncDispose]: remove };
}

/** Why a file of a backup cannot be written. */
export async function unkept(cause: unknown): Promise<PgrehearseError> {
  const what = 'The backup cannot be kept in the temporary folder';
  if (saysDiskFull(cause)) return diskFull(what, await roomIn(tmpdir()), cause);
  return new PgrehearseError('BACKUP_UNREADABLE', `${what}: ${toError(cause).message}.`, {
    cause,
    hint: 'The variable TMPDIR names another place.',
  });
}

/**
 * Writes down a program that fills the folder, the first of a process group of its own. When we are killed it may go on,
 * with a session on the database that it dumps; the next sweep ends it.
 */
export function noteProgram(folder: string, pid: number): void {
  try {
    writeFileSync(join(folder, PROGRAM_FILE), JSON.stringify(identityOf(pid)), { mode: 0o600 });
  } catch {
    // A full disk is told by whoever writes the dump.
  }
}

/** Removes folders that a run left which was killed. They may hold a whole backup. */
export async function sweepTemporaryFolders(): Promise<void> {
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const [, owner] = /^pgrehearse-restore-(\d+)-/.exec(name) ?? [];
    if (owner === undefined) continue;
    const path = join(tmpdir(), name);
    if (!(await isAbandoned(path, Number(owner)))) continue;
    await endProgram(path);
    await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

async function endProgram(folder: string): Promise<void> {
  const program = parseIdentity(await readFile(join(folder, PROGRAM_FILE), 'utf8').catch(() => ''));
  if (program !== undefined && isStillRunning(program)) killGroup(program.pid, 'SIGKILL');
}

async function isAbandoned(path: string, processId: number): Promise<boolean> {
  const owner = parseIdentity(await readFile(join(path, OWNER_FILE), 'utf8').catch(() => ''));
  if (owner !== undefined) return hasEnded(owner);
  if (isRunning(processId)) return false;
  // Killed before it had said who it is. A day old as well, since `/tmp` may be shared with other process tables.
  return stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs > DAY_MS,
    () => false,
  );
}

const OWNER_FILE = 'owner.json';
const PROGRAM_FILE = 'program.json';
const DAY_MS = 86_400_000;
