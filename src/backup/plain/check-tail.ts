import { open } from 'node:fs/promises';
import { dumpEnds, HEADINGS, TRAILERS } from './dump-ends.ts';
import { openText } from './open-text.ts';

/**
 * A dump of pg_dump that lacks its last line is refused before anything is restored. Decompressed files only: for the
 * others the end is looked at when the restore comes to it.
 *
 * @throws {PgrehearseError} `BACKUP_UNREADABLE`
 */
export async function checkTail(path: string, signal: AbortSignal): Promise<void> {
  if (hasTrailer(await lastBytes(path))) return;
  // Somebody may have added statements of his own after it.
  let before = Buffer.alloc(0);
  for await (const chunk of openText(path, 'none', signal).chunks) {
    if (hasTrailer(Buffer.concat([before, chunk]))) return;
    before = Buffer.from(chunk.subarray(-LONGEST_LINE_BYTES));
  }
  const ends = dumpEnds(path);
  HEADINGS.forEach((heading) => ends.comment(heading));
  ends.check();
}

const hasTrailer = (bytes: Buffer): boolean => [...TRAILERS].some((line) => bytes.includes(`\n-- ${line}`));

async function lastBytes(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(TAIL_BYTES),
      position: Math.max(0, size - TAIL_BYTES),
    });
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const TAIL_BYTES = 16_384;
const LONGEST_LINE_BYTES = 100;
