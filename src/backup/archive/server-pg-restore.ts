import { PassThrough } from 'node:stream';
import type { ClientCall, ClientPrograms } from '../../postgres/client-programs.ts';
import type { RestoreTarget } from '../backup.ts';
import { isPgrehearseError, PgrehearseError, toError } from '../../support/errors.ts';
import type { PgRestore } from './pg-restore.ts';
import { unreadable } from './read-archive.ts';
import { hostInUri } from './run-pg-restore.ts';

/** The pg_restore that came with the server. Does what that of this machine does: same arguments, same messages. */
export const serverPgRestore = (programs: ClientPrograms): PgRestore => ({
  bring: (path, signal) => programs.bring(path, signal).catch(blaming(signal)),
  print: (args, signal) => printed(programs, args, signal),
  restore: ({ path, target, passwordFile, jobs, onStderr }, signal) =>
    call(
      programs,
      {
        args: [
          `--dbname=${addressOf(programs, target)}`,
          ...(jobs > 1 ? [`--jobs=${jobs}`] : []),
          '--verbose',
          '--no-password',
          '--no-tablespaces',
          path,
        ],
        environment: { ...target.libpq, PGPASSFILE: passwordFile, PGAPPNAME: 'pgrehearse restore' },
        onStderr,
      },
      signal,
    ),
});

/** Without the password. */
const addressOf = ({ host, port }: ClientPrograms, { user, database }: RestoreTarget): string =>
  `postgresql://${encodeURIComponent(user)}@${hostInUri(host)}:${port}/${encodeURIComponent(database)}`;

async function* printed(
  programs: ClientPrograms,
  args: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  // Who stops reading ends the program. What it prints holds no rows, so all of it may wait here.
  const stopped = new AbortController();
  const pieces = new PassThrough();
  let stderr = '';
  const ended = call(
    programs,
    {
      args,
      environment: {},
      onStdout: (piece) => pieces.write(piece),
      onStderr: (text) => {
        stderr += text;
      },
    },
    AbortSignal.any([signal, stopped.signal]),
  ).then(
    (code) => (code === 0 ? pieces.end() : pieces.destroy(unreadable(stderr))),
    (error: unknown) => pieces.destroy(toError(error)),
  );
  try {
    for await (const piece of pieces) if (Buffer.isBuffer(piece)) yield piece;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    stopped.abort();
    await ended;
  }
}

type Call = Omit<ClientCall, 'program'>;

/** Messages are read in English. */
const call = (programs: ClientPrograms, wish: Call, signal: AbortSignal): Promise<number | undefined> =>
  programs
    .run({ program: 'pg_restore', ...wish, environment: { LC_ALL: 'C', ...wish.environment } }, signal)
    .catch(blaming(signal));

const blaming =
  (signal: AbortSignal) =>
  (cause: unknown): never => {
    signal.throwIfAborted();
    if (isPgrehearseError(cause)) throw cause;
    throw new PgrehearseError(
      'SERVER_UNAVAILABLE',
      `The pg_restore beside the server cannot be used: ${toError(cause).message}.`,
      { cause, hint: 'Is the machine or the engine that the server runs on still there?' },
    );
  };
