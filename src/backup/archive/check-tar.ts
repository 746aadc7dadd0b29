import { open, type FileHandle } from 'node:fs/promises';
import { PgrehearseError } from '../../support/errors.ts';

/**
 * Walks over the members of a tar archive. pg_restore reads beyond the end of one that is cut short and goes on for ever,
 * filling the table that it is at with what it read last (seen with 15 and 18).
 *
 * The members have no checksum: a byte that has changed inside of one cannot be known.
 *
 * @throws {PgrehearseError} `BACKUP_UNREADABLE`
 */
export async function checkTar(path: string): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    for (let at = 0; ;) {
      const header = await block(file, at);
      if (header === undefined) throw damaged(path, 'it is cut short');
      if (isEmpty(header)) return;
      if (!hasRightChecksum(header)) throw damaged(path, `the header at byte ${at} is damaged`);
      at += BLOCK_BYTES + Math.ceil(memberBytes(header) / BLOCK_BYTES) * BLOCK_BYTES;
      // What ends a tar archive is an empty block; without it members may be missing.
      if (!(at < size)) throw damaged(path, 'it is cut short');
    }
  } finally {
    await file.close();
  }
}

const BLOCK_BYTES = 512;

async function block(file: FileHandle, position: number): Promise<Buffer | undefined> {
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(BLOCK_BYTES), position });
  return bytesRead === BLOCK_BYTES ? buffer : undefined;
}

const isEmpty = (header: Buffer): boolean => header.every((byte) => byte === 0);

/** The sum of all bytes, those of the checksum itself taken as spaces. */
function hasRightChecksum(header: Buffer): boolean {
  const [from, to] = [148, 156];
  const sum = header.reduce((total, byte, index) => total + (index >= from && index < to ? 0x20 : byte), 0);
  return Number.parseInt(header.toString('latin1', from, to), 8) === sum;
}

/** Octal, or binary when it has more than 8 GiB. */
function memberBytes(header: Buffer): number {
  const [from, to] = [124, 136];
  if (((header[from] ?? 0) & 0x80) === 0) return Number.parseInt(header.toString('latin1', from, to), 8) || 0;
  return header.subarray(from + 1, to).reduce((total, byte) => total * 256 + byte, 0);
}

const damaged = (path: string, how: string): PgrehearseError =>
  new PgrehearseError('BACKUP_UNREADABLE', `The backup ${path} cannot be restored: ${how}.`, {
    hint: 'The file is damaged or not complete. Make or copy the backup again.',
  });
