import { BLOCK_HEAD_BYTES, blockHead, CHECKSUM_BYTES, hasChecksum, headerBytes, MAGIC } from '../plain/zstd-layout.ts';

/** Bytes of a file; fewer where it ends. */
export type ReadAt = (position: number, bytes: number) => Promise<Buffer>;

/**
 * Where the frame that begins at a position ends, by the lengths in it: nothing is decompressed, and of the contents nothing is
 * known. Beyond the end of the file: it is cut short. Undefined: it is no frame, or a damaged one.
 */
export type FrameEnd = (read: ReadAt, position: number) => Promise<number | undefined>;

/** @see https://github.com/facebook/zstd/blob/dev/doc/zstd_compression_format.md */
export async function zstdFrameEnd(read: ReadAt, position: number): Promise<number | undefined> {
  const header = await read(position, ZSTD_LONGEST_HEADER_BYTES);
  if (header.length < 5 || header.readUInt32LE(0) !== MAGIC) return undefined;
  const size = headerBytes(header);
  if (size === undefined) return Infinity;
  let at = position + size;
  for (;;) {
    const head = await read(at, BLOCK_HEAD_BYTES);
    if (head.length < BLOCK_HEAD_BYTES) return Infinity;
    const block = blockHead(head);
    if (block === undefined) return undefined;
    at += block.bytes;
    if (block.isLast) return at + (hasChecksum(header) ? CHECKSUM_BYTES : 0);
  }
}

/** @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md */
export async function lz4FrameEnd(read: ReadAt, position: number): Promise<number | undefined> {
  const header = await read(position, 5);
  if (header.length < 5 || header.readUInt32LE(0) !== LZ4_MAGIC) return undefined;
  const flags = header[4] ?? 0;
  const has = (bit: number): number => (flags >> bit) & 1;
  const [dictionary, checksum, contentSize, blockChecksum] = [has(0), has(2), has(3), has(4)];
  let at = position + 7 + 8 * contentSize + 4 * dictionary;
  for (;;) {
    const head = await read(at, 4);
    if (head.length < 4) return Infinity;
    // The highest bit says that it is not compressed.
    const bytes = head.readUInt32LE(0) & 0x7f_ff_ff_ff;
    at += 4;
    if (bytes === 0) return at + 4 * checksum;
    at += bytes + 4 * blockChecksum;
  }
}

const LZ4_MAGIC = 0x18_4d_22_04;
const ZSTD_LONGEST_HEADER_BYTES = 18;
