import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { PgrehearseError } from '../../support/errors.ts';
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
  const args = ['-D', folder, `--pwfile=${passwordFile}`, ...INITDB_OPTIONS.always, ...optionsOf(major)];
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

/** Part of the cache's key. */
export const INITDB_OPTIONS = {
  /** Bytes decide the order, everywhere and in every major, and index builds need no locale library. */
  always: [
    '--username=postgres',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--lc-collate=C',
    '--lc-messages=C',
    '--lc-monetary=C',
    '--lc-numeric=C',
    '--lc-time=C',
    '--no-sync',
    '--no-instructions',
  ],
  /** What a letter is must not end at ASCII: `lower('É')`, `\w` in a constraint. The first that the machine knows. */
  ctypes: ['C.UTF-8', 'en_US.UTF-8', 'C'],
  /** The server's own tables of letters: the same on every machine. */
  since17: ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
  since18: ['--no-data-checksums'],
} as const;

const optionsOf = (major: number): readonly string[] => [
  ...(major >= 17 ? INITDB_OPTIONS.since17 : []),
  ...(major >= 18 ? INITDB_OPTIONS.since18 : []),
];

const PASSWORD_ALWAYS = ['local all all', 'host all all 127.0.0.1/32', 'host replication all 127.0.0.1/32']
  .map((who) => `${who} scram-sha-256\n`)
  .join('');
