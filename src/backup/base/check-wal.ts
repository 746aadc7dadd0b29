import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupLabel } from './backup-label.ts';
import { damaged } from './damaged.ts';
import type { Manifest } from './manifest.ts';
import { openWal, type WalPages } from './wal-pages.ts';
import { KIND, type WalRecord, walRecords } from './wal-records.ts';

export interface WalCheck {
  /** For messages. */
  readonly backup: string;
  readonly label: BackupLabel;
  /** Absent: the end is not known, and where the log ends it ends. */
  readonly manifest: Manifest | undefined;
}

/**
 * Reads all of the write-ahead log that the server will replay: whether it is there up to the end of the backup, and
 * whether it makes a tablespace. Replaying that would write over the files of the original, where this machine has it.
 *
 * @throws {PgrehearseError} `BACKUP_UNREADABLE`
 */
export async function checkWal(dataFolder: string, check: WalCheck, signal: AbortSignal): Promise<void> {
  const { label, manifest } = check;
  const ranges = manifest?.walRanges ?? [{ timeline: label.timeline, start: label.start, end: label.start }];
  // A manifest has the newest first.
  const newest = Math.max(...ranges.map(({ timeline }) => timeline));
  for (const { timeline, start, end } of ranges) {
    const folder = join(dataFolder, 'pg_wal');
    await using wal = await opened(folder, timeline, check);
    // What a server writes after the backup goes with it (`-X fetch`) and is replayed as well.
    const isLast = timeline === newest;
    const reached = await readTo(wal, { start: Number(start), stop: isLast ? Infinity : Number(end) }, check, signal);
    if (reached > Number(start) && reached >= Number(end)) continue;
    const file = wal.fileName(reached);
    const isThere = await access(join(folder, file)).then(
      () => true,
      () => false,
    );
    throw isThere ? endsEarly(check, reached, end) : missing(check, file);
  }
}

async function opened(folder: string, timeline: number, check: WalCheck): Promise<WalPages> {
  const [first] = (await readdir(folder).catch(() => [])).filter((name) => SEGMENT.test(name)).toSorted();
  if (first === undefined) throw missing(check);
  const wal = await openWal(folder, first, timeline);
  if (!wal)
    throw damaged(check.backup, `pg_wal/${first} is no file of the write-ahead log, or one of another kind of machine`);
  return wal;
}

interface Range {
  readonly start: number;
  readonly stop: number;
}

async function readTo(
  wal: WalPages,
  { start, stop }: Range,
  { backup }: WalCheck,
  signal: AbortSignal,
): Promise<number> {
  let reached = start;
  for await (const record of walRecords(wal, start)) {
    signal.throwIfAborted();
    if (record.position >= stop) break;
    const place = newTablespace(record);
    if (place !== undefined) {
      throw damaged(
        backup,
        `a tablespace at ${place} was made while it was taken, and replaying that would write there`,
        'Take the backup again.',
      );
    }
    reached = record.end;
  }
  return reached;
}

/** Where it is. Empty: inside of the data directory. */
function newTablespace({ manager, info, body }: WalRecord): string | undefined {
  if (manager !== TABLESPACE || (info & KIND) !== CREATE) return undefined;
  // The main data: a byte that says so, its length in one or four bytes, an oid, and the path with a final zero.
  const head = body[0] === LONG_DATA ? 5 : 2;
  return body.toString('utf8', head + OID_BYTES).replace(/\0.*$/s, '');
}

const missing = ({ backup }: WalCheck, file?: string): Error =>
  damaged(
    backup,
    file === undefined ? 'there is no write-ahead log in it' : `pg_wal/${file} of the write-ahead log is not there`,
    'It cannot be recovered without. Take it with `pg_basebackup --wal-method=stream` or `fetch`, and copy pg_wal.tar with it.',
  );

const endsEarly = ({ backup }: WalCheck, reached: number, end: bigint): Error =>
  damaged(
    backup,
    `its write-ahead log is damaged at ${positionText(BigInt(reached))}, before the end of the backup at ${positionText(end)}`,
  );

const positionText = (position: bigint): string =>
  `${(position >> 32n).toString(16).toUpperCase()}/${(position & 0xff_ff_ff_ffn).toString(16).toUpperCase()}`;

const SEGMENT = /^[0-9A-F]{24}$/;
/** `RM_TBLSPC_ID` and `XLOG_TBLSPC_CREATE`. */
const [TABLESPACE, CREATE] = [5, 0x00] as const;
/** `XLR_BLOCK_ID_DATA_LONG`; short is 255. */
const LONG_DATA = 254;
const OID_BYTES = 4;
