/** Undefined: not all there yet. */
export function headerBytes(bytes: Buffer): number | undefined {
  const flags = bytes[4] ?? 0;
  const single = (flags >> 5) & 1;
  const contentSize = flags >> 6 === 0 ? single : 1 << (flags >> 6);
  const dictionary = [0, 1, 2, 4][flags & 3] ?? 0;
  const size = 5 + (1 - single) + dictionary + contentSize;
  return bytes.length < size ? undefined : size;
}

/** Of a frame, by its header. */
export const hasChecksum = (bytes: Buffer): boolean => ((bytes[4] ?? 0) & 4) !== 0;

export interface BlockHead {
  /** With the head itself. */
  readonly bytes: number;
  readonly isLast: boolean;
}

/** Undefined: it is none, since it would be larger than a block may be. */
export function blockHead(bytes: Buffer): BlockHead | undefined {
  const head = bytes.readUIntLE(0, BLOCK_HEAD_BYTES);
  // A block of type 1 is one byte, repeated.
  const isRepeated = ((head >> 1) & 3) === 1;
  if (!isRepeated && head >>> 3 > LARGEST_BLOCK_BYTES) return undefined;
  return { bytes: BLOCK_HEAD_BYTES + (isRepeated ? 1 : head >>> 3), isLast: (head & 1) === 1 };
}

export const MAGIC = 0xfd_2f_b5_28;
export const BLOCK_HEAD_BYTES = 3;
export const CHECKSUM_BYTES = 4;
/** 128 KiB is the format's own limit. */
const LARGEST_BLOCK_BYTES = 131_072;
