import { PgrehearseError } from '../../../support/errors.ts';
import type { ServerBinaries } from '../binaries/find-binaries.ts';
import { programIn } from '../binaries/server-programs.ts';
import { runCommand } from '../run-command.ts';
import type { ServerUser } from '../server-user.ts';

export interface SingleUser {
  readonly binaries: ServerBinaries;
  readonly dataFolder: string;
  readonly user: ServerUser | undefined;
}

/**
 * Recovers a cluster and runs statements in it, one per line, before anyone can connect: as its first superuser, whatever
 * the name. Nothing of it listens anywhere.
 *
 * @throws {PgrehearseError} `BACKUP_UNREADABLE` when it cannot be recovered, `SERVER_UNAVAILABLE`
 */
export async function singleUser(
  { binaries, dataFolder, user }: SingleUser,
  statements: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const args = ['--single', '-D', dataFolder, ...settings, 'template1'];
  const options = { user, workingFolder: dataFolder, input: `${statements.join('\n')}\n` };
  const { exitCode, errorOutput } = await runCommand(programIn(binaries.folder, 'postgres'), args, options, signal);
  if (exitCode !== 0) throw failure(binaries.major, errorOutput);
}

const SETTINGS = {
  exit_on_error: 'on',
  log_destination: 'stderr',
  // A statement holds what is kept of a password.
  log_min_error_statement: 'panic',
  log_min_duration_statement: '-1',
  logging_collector: 'off',
} as const;

function failure(major: number, errorOutput: string): PgrehearseError {
  const lines = errorOutput.split('\n').map((line) => line.replace(/^.*?\b(?=(?:[A-Z]+[0-9]?):  )/, ''));
  const log = lines
    .filter((line) => line.trim() !== '')
    .slice(-LAST_LINES)
    .join('\n');
  const cause = CAUSES.find(({ says }) => says.test(errorOutput));
  const what =
    cause?.code === 'BACKUP_UNREADABLE'
      ? 'The base backup cannot be recovered'
      : 'The copy of the cluster did not start';
  return new PgrehearseError(
    cause?.code ?? 'SERVER_UNAVAILABLE',
    `${what}. PostgreSQL ${major} says:\n${log}`,
    cause && { hint: cause.hint },
  );
}

const CAUSES = [
  {
    says: /could not locate (?:a valid|required) checkpoint record|WAL ends before|could not find redo location|invalid data in file "backup_label"|could not open file "pg_wal|requested timeline/,
    code: 'BACKUP_UNREADABLE',
    hint: 'It is damaged or not complete. Make or copy the backup again.',
  },
  {
    says: /database files are incompatible with server|incorrect checksum in control file/,
    code: 'SERVER_UNAVAILABLE',
    hint: 'Another machine or another build wrote these files. Name a server that is built the same way with `server.binaries`.',
  },
  {
    says: /database locale is incompatible with operating system/,
    code: 'SERVER_UNAVAILABLE',
    hint: 'Install the locale that the server names on this machine.',
  },
] as const;

const LAST_LINES = 12;
