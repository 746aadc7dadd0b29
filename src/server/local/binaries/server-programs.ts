import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';

import { runCommand } from '../run-command.ts';
import type { ServerUser } from '../server-user.ts';

/** A folder of client programs alone (Debian's `postgresql-client`) is not a server. */
export async function hasServer(folder: string): Promise<boolean> {
  try {
    await Promise.all([
      access(programIn(folder, 'postgres'), constants.X_OK),
      access(programIn(folder, 'initdb'), constants.X_OK),
    ]);
    return true;
  } catch {
    return false;
  }
}

/** What `postgres --version` says to the user who is to run it; `undefined` when it does not run. */
export async function readMajor(
  folder: string,
  user: ServerUser | undefined,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    const asked = await runCommand(programIn(folder, 'postgres'), ['--version'], { user, workingFolder: '/' }, signal);
    const major = /\(PostgreSQL\) (\d+)/.exec(asked.output)?.[1];
    return major === undefined ? undefined : Number(major);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

export const programIn = (folder: string, name: 'postgres' | 'initdb'): string =>
  join(folder, process.platform === 'win32' ? `${name}.exe` : name);
