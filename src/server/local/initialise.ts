import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { PgrehearseError } from '../../support/errors.ts';
import { INITDB_OPTIONS, initdbOptions } from '../own/initdb-options.ts';
import type { ServerBinaries } from './binaries/find-binaries.ts';
import { programIn } from './binaries/server-programs.ts';
import { runCommand } from './run-command.ts';
import type { ServerUser } from './server-user.ts';

export interface InitialiseOptions {
  /** Empty, and the user's. */
  readonly folder: string;
  readonly passwordFile: string;
  readonly user: ServerUser | undefined;
  readonly workingFolder: string;
}

/** Runs `initdb`. */
export async function initialise(
  { folder: programs, major }: ServerBinaries,
  { folder, passwordFile, user, workingFolder }: InitialiseOptions,
  signal: AbortSignal,
): Promise<void> {
  const args = ['-D', folder, `--pwfile=${passwordFile}`, ...SUPERUSER, ...initdbOptions(major)];
  let complaint = '';
  for (const ctype of INITDB_OPTIONS.ctypes) {
    const initdb = programIn(programs, 'initdb');
    const done = await runCommand(initdb, [...args, `--lc-ctype=${ctype}`], { user, workingFolder }, signal);
    if (done.exitCode === 0) return await writeFile(join(folder, 'pg_hba.conf'), PASSWORD_ALWAYS);
    complaint = done.errorOutput.trim();
    if (!complaint.includes('invalid locale')) break;
  }
  throw new PgrehearseError('SERVER_UNAVAILABLE', `initdb of PostgreSQL ${major} failed:\n${complaint}`, {
    hint: 'The lines of initdb above say why.',
  });
}

const SUPERUSER = ['--username=postgres', '--auth=scram-sha-256'];

/** `pg_hba.conf` */
export const PASSWORD_ALWAYS = ['local all all', 'host all all 127.0.0.1/32', 'host replication all 127.0.0.1/32']
  .map((who) => `${who} scram-sha-256\n`)
  .join('');
