/** One member of a tar archive, as its header says. */
export interface TarHeader {
  /** As written, with what `ustar` keeps apart from it. */
  readonly name: string;
  readonly bytes: number;
  /** `0`: a file, `5`: a folder, `2`: a link. */
  readonly type: string;
}

export const TAR_BLOCK_BYTES = 512;

/** What ends an archive is an empty block. */
export const isEmptyBlock = (block: Buffer): boolean => block.every((byte) => byte === 0);

/** Undefined: its checksum is wrong. */
export function tarHeader(block: Buffer): TarHeader | undefined {
  if (!hasRightChecksum(block)) return undefined;
  const [name, prefix] = [text(block, 0, 100), text(block, 345, 500)];
  const isUstar = block.toString('latin1', 257, 263) === 'ustar\0';
  return {
    name: isUstar && prefix !== '' ? `${prefix}/${name}` : name,
    bytes: memberBytes(block),
    type: block[156] === 0 ? '0' : block.toString('latin1', 156, 157),
  };
}

/** The member and what fills its last block. */
export const paddedBytes = ({ bytes }: TarHeader): number => Math.ceil(bytes / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;

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

const text = (block: Buffer, from: number, to: number): string =>
  block.toString('utf8', from, to).replace(/\0.*$/s, '');
