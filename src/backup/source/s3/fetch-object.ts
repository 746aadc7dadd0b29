import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isPgrehearseError } from '../../../support/errors.ts';
import { unkept } from '../../temporary-folder.ts';
import type { OpenedObject } from './object-bytes.ts';

/**
 * Streams an object into a file that is not there yet; its folder is made.
 *
 * @throws {PgrehearseError} as `openObject`; `BACKUP_UNREADABLE` as well when there is no room for it
 */
export async function keepObject(
  { chunks }: OpenedObject,
  into: string,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    await mkdir(dirname(into), { recursive: true, mode: 0o700 });
    await pipeline(counted(chunks, onBytes), createWriteStream(into, { flags: 'wx', mode: 0o600 }), { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw isPgrehearseError(error) ? error : await unkept(error);
  }
}

async function* counted(chunks: AsyncIterable<Buffer>, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    onBytes(chunk.length);
    yield chunk;
  }
}
