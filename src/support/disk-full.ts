import { statfs } from 'node:fs/promises';
import { byteSize } from './amounts.ts';
import { PgrehearseError, toError } from './errors.ts';

/** What a place for files can take. */
export interface Room {
  /** A folder, or another name that tells where it is. */
  readonly where: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** How to have more of it. */
  readonly hint: string;
}

/** Of the file system that a folder is on; undefined where the system does not tell. */
export async function roomIn(folder: string): Promise<Room | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { where: folder, freeBytes: bavail * bsize, totalBytes: blocks * bsize, hint: TMPDIR_HINT };
  } catch {
    return undefined;
  }
}

const TMPDIR_HINT = 'Free some space, or let TMPDIR name a folder with more.';

/** Whether an error, or what caused it, says so: of the system, or of a server. */
export function saysDiskFull(thrown: unknown): boolean {
  const { message, cause } = toError(thrown);
  return DISK_FULL.test(message) || (cause !== undefined && saysDiskFull(cause));
}

/** The last is a server's `disk_full`. */
const DISK_FULL = /\bENOSPC\b|\bEDQUOT\b|No space left on device|Disk quota exceeded|\b53100\b/;

/** @param what a sentence without its full stop: what could not be done */
export function diskFull(what: string, room: Room | undefined, cause?: unknown): PgrehearseError {
  const amounts = room
    ? ` In ${room.where} ${byteSize(room.freeBytes)} of ${byteSize(room.totalBytes)} are free now.`
    : '';
  return new PgrehearseError('DISK_FULL', `${what}: no space is left on the disk.${amounts}`, {
    ...(cause !== undefined && { cause }),
    ...(room && { hint: room.hint }),
  });
}
