import type { EphemeralServer } from '../server/provider.ts';
import { diskFull, type Room, saysDiskFull } from '../support/disk-full.ts';
import { isPgrehearseError, PgrehearseError, toError } from '../support/errors.ts';

/** Whether a session was lost, told by what the driver says of it. */
export const saysLost = (message: string): boolean => LOST.test(message);

const LOST =
  /connection terminated|terminating connection|not queryable|server closed the connection|ECONNRESET|EPIPE|socket hang up/i;

/**
 * The error for a server that nothing can be done with any more. One whose disk is full ends its sessions without a word of
 * why, so its disk is looked at.
 *
 * @param during `the restore`, `up of 0001_vip`
 */
export async function lostServer(server: EphemeralServer, during: string, cause: unknown): Promise<PgrehearseError> {
  const room = await roomOf(server);
  if (saysDiskFull(cause) || isFull(room)) return fullDisk(during, room, cause);
  return new PgrehearseError('SERVER_UNAVAILABLE', `The server was lost during ${during}.`, {
    cause,
    hint: `Did it run out of memory${room ? '' : ' or disk'}? The same migration may do that in production.`,
  });
}

/** The failure itself, unless the server's disk is behind it. */
export async function explainFullDisk(server: EphemeralServer, during: string, failure: unknown): Promise<unknown> {
  if (isPgrehearseError(failure) && failure.code === 'DISK_FULL') return failure;
  const isOfServer = isPgrehearseError(failure) && MAY_BE_DISK.has(failure.code);
  if (!saysDiskFull(failure) && !isOfServer) return failure;
  const room = await roomOf(server);
  return saysDiskFull(failure) || isFull(room) ? fullDisk(during, room, failure) : failure;
}

const MAY_BE_DISK: ReadonlySet<string> = new Set(['SERVER_UNAVAILABLE', 'BACKUP_UNREADABLE']);

/** A server that goes on refuses one statement after the other, and says so of each. */
export async function refuseFullDisk(
  server: EphemeralServer,
  during: string,
  messages: readonly string[],
): Promise<void> {
  const found = messages.find((message) => saysDiskFull(new Error(message)));
  if (found !== undefined) throw fullDisk(during, await roomOf(server), new Error(found));
}

const fullDisk = (during: string, room: Room | undefined, cause: unknown): PgrehearseError =>
  diskFull(`The server could not go on with ${during}`, room, toError(cause));

const roomOf = (server: EphemeralServer): Promise<Room | undefined> =>
  server.room ? server.room().catch(() => undefined) : Promise.resolve(undefined);

/** Write-ahead log is taken in pieces of 16 MiB: with less than two of them a server cannot go on. */
const isFull = (room: Room | undefined): boolean => room !== undefined && room.freeBytes < 32 * 1024 * 1024;
