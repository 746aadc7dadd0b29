import { open, type FileHandle } from 'node:fs/promises';
import { PgrehearseError } from '../../support/errors.ts';
import { isEmptyBlock, paddedBytes, TAR_BLOCK_BYTES, tarHeader } from '../tar-header.ts';

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
      const read = await block(file, at);
      if (read === undefined) throw damaged(path, 'it is cut short');
      if (isEmptyBlock(read)) return;
      const header = tarHeader(read);
      if (header === undefined) throw damaged(path, `the header at byte ${at} is damaged`);
      at += TAR_BLOCK_BYTES + paddedBytes(header);
      // What ends a tar archive is an empty block; without it members may be missing.
      if (!(at < size)) throw damaged(path, 'it is cut short');
    }
  } finally {
    await file.close();
  }
}

async function block(file: FileHandle, position: number): Promise<Buffer | undefined> {
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(TAR_BLOCK_BYTES), position });
  return bytesRead === TAR_BLOCK_BYTES ? buffer : undefined;
}

const damaged = (path: string, how: string): PgrehearseError =>
  new PgrehearseError('BACKUP_UNREADABLE', `The backup ${path} cannot be restored: ${how}.`, {
    hint: 'The file is damaged or not complete. Make or copy the backup again.',
  });
