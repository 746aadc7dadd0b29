import { Crc32c } from '../crc32c.ts';
import { headerBytes, isContinued, type WalPages } from './wal-pages.ts';

export interface WalRecord {
  readonly position: number;
  /** Where the next one may begin. */
  readonly end: number;
  /** Which part of PostgreSQL wrote it (`rmgrlist.h`). */
  readonly manager: number;
  readonly info: number;
  /** What follows the head. */
  readonly body: Buffer;
}

/**
 * The records from a position on, up to the first that is not whole: there a server that recovers ends as well, since it
 * looks at the same checksums.
 *
 * @see https://www.postgresql.org/docs/current/wal-internals.html
 */
export async function* walRecords(wal: WalPages, start: number): AsyncGenerator<WalRecord> {
  let previous: number | undefined;
  for (let at = start; ;) {
    const position = await afterPageHeader(wal, at);
    const record = position === undefined ? undefined : await readRecord(wal, position);
    if (record === undefined) return;
    // A file that is used again still holds records of its first use, which are whole as well.
    if (previous !== undefined && record.previous !== BigInt(previous)) return;
    yield record;
    previous = record.position;
    at = record.end;
  }
}

/** Undefined: there is no page, or it begins with the rest of a record that we have not seen. */
async function afterPageHeader(wal: WalPages, position: number): Promise<number | undefined> {
  if (position % wal.pageBytes !== 0) return position;
  const page = await wal.page(position);
  return page === undefined || isContinued(page) ? undefined : position + headerBytes(page);
}

async function readRecord(
  wal: WalPages,
  position: number,
): Promise<(WalRecord & { readonly previous: bigint }) | undefined> {
  const head = await gather(wal, position, HEAD_BYTES);
  const bytes = head?.bytes.readUInt32LE(0) ?? 0;
  if (head === undefined || bytes < HEAD_BYTES || bytes > LARGEST_RECORD_BYTES) return undefined;
  const whole = await gather(wal, position, bytes);
  if (whole === undefined) return undefined;
  const body = whole.bytes.subarray(HEAD_BYTES);
  const sum = new Crc32c().update(body).update(whole.bytes.subarray(0, CHECKSUM_AT)).value();
  if (sum !== whole.bytes.readUInt32LE(CHECKSUM_AT)) return undefined;
  const [info, manager] = [whole.bytes[INFO_AT] ?? 0, whole.bytes[MANAGER_AT] ?? 0];
  const isSwitch = manager === XLOG && (info & KIND) === XLOG_SWITCH;
  return {
    position,
    end: isSwitch ? roundUp(whole.end, wal.segmentBytes) : roundUp(whole.end, ALIGNMENT),
    manager,
    info,
    body,
    previous: whole.bytes.readBigUInt64LE(PREVIOUS_AT),
  };
}

/** Bytes of one record, without the heads of the pages that it goes over. */
async function gather(
  wal: WalPages,
  position: number,
  amount: number,
): Promise<{ readonly bytes: Buffer; readonly end: number } | undefined> {
  const pieces: Buffer[] = [];
  let at = position;
  for (let left = amount; left > 0;) {
    const page = await wal.page(at - (at % wal.pageBytes));
    if (page === undefined) return undefined;
    if (at % wal.pageBytes === 0) {
      if (!isContinued(page)) return undefined;
      at += headerBytes(page);
    }
    const piece = page.subarray(at % wal.pageBytes).subarray(0, left);
    pieces.push(piece);
    at += piece.length;
    left -= piece.length;
  }
  return { bytes: Buffer.concat(pieces), end: at };
}

const roundUp = (position: number, to: number): number => Math.ceil(position / to) * to;

/** `XLogRecord`, the same from 14 to 18. */
const [PREVIOUS_AT, INFO_AT, MANAGER_AT, CHECKSUM_AT, HEAD_BYTES] = [8, 16, 17, 20, 24] as const;
/** The lower half of `info` is about images of pages. */
export const KIND = 0xf0;
const [XLOG, XLOG_SWITCH] = [0, 0x40] as const;
const ALIGNMENT = 8;
/** `XLogRecordMaxSize`, just below 1 GiB. */
const LARGEST_RECORD_BYTES = 1 << 30;
