import { PgrehearseError, toError } from '../support/errors.ts';
import { connect, type Database } from '../postgres/connect.ts';
import { abandon, asServerError } from '../postgres/copy.ts';
import type { RestoreTarget } from './backup.ts';

/** A session that ends at once when the restore is aborted, whatever it is doing. */
export async function restoreSession(target: RestoreTarget, signal: AbortSignal): Promise<Database> {
  signal.throwIfAborted();
  const database = await connect(target.connectionString, { applicationName: 'pgrehearse restore' }).catch(unavailable);
  const stop = (): void => abandon(database);
  signal.addEventListener('abort', stop, { once: true });
  return {
    ...database,
    [Symbol.asyncDispose]: async () => {
      signal.removeEventListener('abort', stop);
      await database[Symbol.asyncDispose]();
    },
  };
}

/** What came out of the driver, told as what it means for the restore. */
export function restoreFailure(thrown: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (thrown instanceof PgrehearseError) return thrown;
  const error = asServerError(thrown);
  const isLost = error ? error.severity !== 'ERROR' : LOST.test(toError(thrown).message);
  if (!isLost) return thrown;
  return lostDuringRestore(toError(thrown).message, thrown);
}

/** @param reason without its full stop */
export const lostDuringRestore = (reason: string, cause?: unknown): PgrehearseError =>
  new PgrehearseError('SERVER_UNAVAILABLE', `The server was lost during the restore: ${reason}.`, {
    ...(cause !== undefined && { cause }),
    hint: 'Did it run out of memory or disk? A server whose disk is full may end before it can say so.',
  });

const LOST =
  /connection terminated|connection error|ECONNRESET|EPIPE|not queryable|socket hang up|client has encountered/i;

function unavailable(cause: unknown): never {
  throw new PgrehearseError(
    'SERVER_UNAVAILABLE',
    `The restore cannot connect to the server: ${toError(cause).message}.`,
    {
      cause,
    },
  );
}
