import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';

/** The write-ahead log in a folder, by position. Positions are bytes; a number is exact up to 9 PB. */
export interface WalPages extends AsyncDisposable {
  readonly segmentBytes: number;
  readonly pageBytes: number;
  /** The page that begins at a position. Undefined: it is not there, or there is another page in its place. */
  page(position: number): Promise<Buffer | undefined>;
  /** The file that holds a position. */
  fileName(position: number): string;
}

/** Undefined: `segment`, a file of the log, does not begin as one does (on this kind of machine). */
export async function openWal(folder: string, segment: string, timeline: number): Promise<WalPages | undefined> {
  const first = await open(join(folder, segment));
  const head = Buffer.alloc(LONG_HEADER_BYTES);
  try {
    await first.read({ buffer: head, position: 0 });
  } finally {
    await first.close();
  }
  const [segmentBytes, pageBytes] = [head.readUInt32LE(SEGMENT_SIZE_AT), head.readUInt32LE(PAGE_SIZE_AT)];
  if (![segmentBytes, pageBytes].every(isPowerOfTwo) || pageBytes > segmentBytes) return undefined;
  const magic = head.readUInt16LE(0);

  const fileName = (position: number): string => {
    const number = Math.floor(position / segmentBytes);
    const inEach = 2 ** 32 / segmentBytes;
    return [timeline, Math.floor(number / inEach), number % inEach].map(hexadecimal).join('');
  };
  let file: { readonly name: string; readonly handle: FileHandle | undefined } | undefined;
  const handleOf = async (name: string): Promise<FileHandle | undefined> => {
    if (file?.name === name) return file.handle;
    await file?.handle?.close();
    file = { name, handle: await open(join(folder, name)).catch(() => undefined) };
    return file.handle;
  };
  // A read for each page would be most of the time.
  let piece = { from: -1, bytes: Buffer.alloc(0) };
  const pageAt = async (position: number): Promise<Buffer | undefined> => {
    const from = position - (position % Math.max(pageBytes, Math.min(PIECE_BYTES, segmentBytes)));
    if (piece.from !== from) {
      const handle = await handleOf(fileName(position));
      if (!handle) return undefined;
      const buffer = Buffer.alloc(Math.max(pageBytes, Math.min(PIECE_BYTES, segmentBytes)));
      const { bytesRead } = await handle.read({ buffer, position: from % segmentBytes });
      piece = { from, bytes: buffer.subarray(0, bytesRead) };
    }
    const page = piece.bytes.subarray(position - from, position - from + pageBytes);
    return page.length === pageBytes ? page : undefined;
  };
  return {
    segmentBytes,
    pageBytes,
    fileName,
    page: async (position) => {
      const page = await pageAt(position);
      if (page === undefined || page.readUInt16LE(0) !== magic) return undefined;
      return page.readBigUInt64LE(ADDRESS_AT) === BigInt(position) ? page : undefined;
    },
    [Symbol.asyncDispose]: async () => {
      await file?.handle?.close();
    },
  };
}

/** Bytes of a page's head, which is longer on the first page of a file. */
export const headerBytes = (page: Buffer): number =>
  (page.readUInt16LE(FLAGS_AT) & LONG_HEADER) === 0 ? SHORT_HEADER_BYTES : LONG_HEADER_BYTES;

/** Whether what follows the head belongs to a record of the page before. */
export const isContinued = (page: Buffer): boolean => (page.readUInt16LE(FLAGS_AT) & CONTINUED) !== 0;

const hexadecimal = (number: number): string => number.toString(16).toUpperCase().padStart(8, '0');
const isPowerOfTwo = (number: number): boolean => number >= 1024 && (number & (number - 1)) === 0;

/** `XLogPageHeaderData` and `XLogLongPageHeaderData`, the same from 14 to 18. */
const [FLAGS_AT, ADDRESS_AT, SEGMENT_SIZE_AT, PAGE_SIZE_AT] = [2, 8, 32, 36] as const;
const [SHORT_HEADER_BYTES, LONG_HEADER_BYTES] = [24, 40] as const;
const [CONTINUED, LONG_HEADER] = [1, 2] as const;
const PIECE_BYTES = 1 << 20;
