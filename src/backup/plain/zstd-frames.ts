import { Decompress } from 'fzstd';
import { XxHash64 } from './xxhash64.ts';
import { BLOCK_HEAD_BYTES, blockHead, CHECKSUM_BYTES, hasChecksum, headerBytes, MAGIC } from './zstd-layout.ts';

/**
 * Decompresses zstd as it comes, frame by frame. fzstd looks neither at a frame's checksum nor at whether a frame that
 * ends early is the last: both are done here.
 *
 * @see https://github.com/facebook/zstd/blob/dev/doc/zstd_compression_format.md
 */
export async function* zstdFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let bytes: Buffer = Buffer.alloc(0);
  let frame: Frame | undefined;
  for await (const chunk of chunks) {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    for (;;) {
      frame ??= begin(bytes);
      const used = frame?.take(bytes) ?? 0;
      if (frame) yield* frame.output();
      bytes = bytes.subarray(used);
      if (frame?.ended()) frame = undefined;
      else if (used === 0) break;
      if (bytes.length === 0) break;
    }
  }
  if (frame || bytes.length > 0) throw new Error('unexpected end of the zstd stream');
}

interface Frame {
  /** Number of bytes that are done with. */
  take(bytes: Buffer): number;
  output(): readonly Buffer[];
  ended(): boolean;
}

/** Undefined: too few bytes to see what begins. */
function begin(bytes: Buffer): Frame | undefined {
  if (bytes.length < 8) return undefined;
  const magic = bytes.readUInt32LE(0);
  if (magic === MAGIC) return dataFrame();
  if (magic >= SKIPPABLE && magic < SKIPPABLE + 16) return skippedFrame(bytes.readUInt32LE(4) + 8);
  throw new Error('something that is not zstd follows the compressed data');
}

function skippedFrame(size: number): Frame {
  let left = size;
  return {
    output: () => [],
    ended: () => left === 0,
    take: (bytes) => {
      const used = Math.min(left, bytes.length);
      left -= used;
      return used;
    },
  };
}

function dataFrame(): Frame {
  const hash = new XxHash64();
  let made: Buffer[] = [];
  const decoder = new Decompress((data) => {
    // fzstd uses its memory again after this.
    if (data.length > 0) made.push(Buffer.from(data));
  });
  let header: { readonly hasChecksum: boolean } | undefined;
  let last = false;
  let ended = false;

  const checksum = (bytes: Buffer): number => {
    if (bytes.length < CHECKSUM_BYTES) return 0;
    decoder.push(bytes.subarray(0, CHECKSUM_BYTES), true);
    for (const piece of made) hash.update(piece);
    if (bytes.readUInt32LE(0) !== hash.low32()) throw new Error('the checksum of the zstd stream is wrong');
    ended = true;
    return CHECKSUM_BYTES;
  };

  /** One block, which ends the frame when it is the last and no checksum follows. */
  const block = (bytes: Buffer): number => {
    if (bytes.length < BLOCK_HEAD_BYTES) return 0;
    const head = blockHead(bytes);
    if (head === undefined) throw new Error('a block of the zstd stream is too large');
    const size = head.bytes;
    if (bytes.length < size) return 0;
    last = head.isLast;
    ended = last && header?.hasChecksum === false;
    decoder.push(bytes.subarray(0, size), ended);
    return size;
  };

  return {
    ended: () => ended,
    output: () => {
      const pieces = made;
      made = [];
      if (header?.hasChecksum === true && !ended) for (const piece of pieces) hash.update(piece);
      return pieces;
    },
    take: (bytes) => {
      if (header) return last ? checksum(bytes) : block(bytes);
      const size = headerBytes(bytes);
      if (size === undefined) return 0;
      header = { hasChecksum: hasChecksum(bytes) };
      decoder.push(bytes.subarray(0, size));
      return size;
    },
  };
}

const SKIPPABLE = 0x18_4d_2a_50;
