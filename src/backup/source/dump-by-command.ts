import { PgrehearseError, toError } from '../../support/errors.ts';
import { redact } from '../../support/redact.ts';
import type { DumpOptions } from './backup-source.ts';
import { type DumpEnd, runDump } from './run-dump.ts';

/**
 * Runs the user's command and keeps what it writes to its standard output. Its environment is ours.
 *
 * @throws {PgrehearseError} `BACKUP_UNREADABLE`, whatever it wrote before it failed
 */
export async function dumpByCommand(
  command: string | readonly string[],
  into: string,
  { projectFolder, onProgress }: DumpOptions,
  signal: AbortSignal,
): Promise<void> {
  const [program = '', ...args] = typeof command === 'string' ? [command] : command;
  const end = await runDump(
    {
      program,
      args,
      shell: typeof command === 'string',
      workingFolder: projectFolder,
      environment: process.env,
      into,
      onBytes: (doneBytes) => onProgress({ doneBytes }),
    },
    signal,
  ).catch((cause: unknown) => {
    throw cause instanceof PgrehearseError ? cause : notStarted(program, cause);
  });
  if (end.code !== 0) throw failed(end);
  if (end.bytes === 0) throw wroteNothing(end);
}

function notStarted(program: string, cause: unknown): unknown {
  if (!(cause instanceof Error && 'syscall' in cause)) return cause;
  const message = redact(toError(cause).message);
  return new PgrehearseError('BACKUP_UNREADABLE', `backup.command cannot be started: ${message}.`, {
    cause,
    hint: `Is ${redact(program)} installed, and on the PATH? A list is run as it is; a text is given to the shell.`,
  });
}

const failed = ({ code, endedBy, stderr }: DumpEnd): PgrehearseError =>
  new PgrehearseError(
    'BACKUP_UNREADABLE',
    `backup.command ${code === undefined ? `was ended by ${endedBy ?? 'a signal'}` : `ended with code ${code}`}${said(stderr)}`,
    { hint: 'Nothing of what it wrote was restored. Run the command by hand to see what it says.' },
  );

const wroteNothing = ({ stderr }: DumpEnd): PgrehearseError =>
  new PgrehearseError('BACKUP_UNREADABLE', `backup.command wrote nothing to its standard output${said(stderr)}`, {
    hint: 'It must write the dump to standard output: pg_dump without --file does.',
  });

/** `.`, or the last lines. */
function said(stderr: string): string {
  const lines = redact(stderr)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-LINES_SHOWN);
  return lines.length === 0 ? ', and said nothing.' : `:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

const LINES_SHOWN = 10;
