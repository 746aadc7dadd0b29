import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { PassThrough } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { PgrehearseError, toError } from '../../support/errors.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

/** The text of a dump as bytes, decompressed; may be read once. */
export interface DumpText {
  readonly chunks: AsyncIterable<Buffer>;
  /** Bytes of the file that have been read. */
  doneBytes(): number;
}

/** Reading rejects with `BACKUP_UNREADABLE` where the compressed data are damaged. */
export function openText(path: string, compression: Compression, signal: AbortSignal): DumpText {
  const file = createReadStream(path, { highWaterMark: READ_BYTES, signal });
  return {
    doneBytes: () => file.bytesRead,
    chunks: blaming(path, signal, decompressed(file, compression)),
  };
}

const READ_BYTES = 262_144;

async function* decompressed(file: AsyncIterable<Buffer>, compression: Compression): AsyncGenerator<Buffer> {
  if (compression === 'none') yield* file;
  else if (compression === 'gzip') yield* gunzipped(file);
  else {
    // Loaded late: most dumps are not zstd.
    const { zstdFrames } = await import('./zstd-frames.ts');
    yield* zstdFrames(file);
  }
}

/** Node checks length and CRC of each member. */
async function* gunzipped(file: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: READ_BYTES });
  const text = new PassThrough({ highWaterMark: READ_BYTES });
  const done = pipeline(file, gunzip, text);
  // Its fault comes out of `text` as well.
  done.catch(() => {});
  for await (const chunk of text) if (Buffer.isBuffer(chunk)) yield chunk;
  await done;
}

async function* blaming(path: string, signal: AbortSignal, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await next(iterator, path, signal);
      if (done === true) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

async function next(
  iterator: AsyncIterator<Buffer>,
  path: string,
  signal: AbortSignal,
): Promise<IteratorResult<Buffer, unknown>> {
  try {
    return await iterator.next();
  } catch (cause) {
    signal.throwIfAborted();
    throw new PgrehearseError('BACKUP_UNREADABLE', `The backup ${path} cannot be read: ${toError(cause).message}.`, {
      cause,
      hint: 'The file is damaged or not complete. Make or copy the backup again.',
    });
  }
}
