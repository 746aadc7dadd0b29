import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { damaged } from './damaged.ts';

/** What pg_basebackup wrote down of the backup while it was taken. */
export interface Manifest {
  /** By path in the data directory, with `/`. */
  readonly files: ReadonlyMap<string, ManifestFile>;
  /** What has to be replayed of the write-ahead log. */
  readonly walRanges: readonly WalRange[];
}

export interface ManifestFile {
  readonly bytes: number;
  /** `2026-11-25 22:06:43 GMT` */
  readonly modified?: string;
  /** Absent: made with `--manifest-checksums=NONE`. */
  readonly checksum?: { readonly algorithm: string; readonly hex: string };
}

interface WalRange {
  readonly timeline: number;
  /** Positions in the log, in bytes. */
  readonly start: bigint;
  readonly end: bigint;
}

/** Damage inside of a file would not be noticed. An empty one needs no checksum, and the log has its own. */
export const lacksChecksums = ({ files }: Manifest): boolean =>
  [...files].some(([path, { bytes, checksum }]) => bytes > 0 && checksum === undefined && !isLog(path));

export const isLog = (path: string): boolean => path.startsWith('pg_wal/');

export const MANIFEST = 'backup_manifest';

/**
 * Reads a manifest and compares it with its own checksum.
 *
 * @param backup for messages
 * @throws {PgrehearseError} `BACKUP_UNREADABLE`
 * @see https://www.postgresql.org/docs/current/backup-manifest-format.html
 */
export async function readManifest(path: string, backup: string): Promise<Manifest> {
  const bytes = await readFile(path);
  // The last line is the checksum of all lines before it.
  const lastLine = bytes.lastIndexOf('\n"Manifest-Checksum"') + 1;
  const [, expected] = /^"Manifest-Checksum": "([0-9a-f]{64})"\}\s*$/.exec(bytes.toString('latin1', lastLine)) ?? [];
  if (lastLine === 0 || expected === undefined) throw damaged(backup, 'its manifest is cut short');
  if (createHash('sha256').update(bytes.subarray(0, lastLine)).digest('hex') !== expected) {
    throw damaged(backup, 'its manifest does not have the checksum that stands in it');
  }
  try {
    return parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw damaged(backup, 'its manifest cannot be understood', 'Is this pgrehearse too old for it?', cause);
  }
}

function parse(value: unknown): Manifest {
  const whole = record(value);
  const files = new Map<string, ManifestFile>();
  for (const one of list(whole['Files'])) {
    const file = record(one);
    const { Path: plain, 'Encoded-Path': encoded } = file;
    const path = typeof plain === 'string' ? plain : Buffer.from(String(encoded), 'hex').toString('utf8');
    const { 'Checksum-Algorithm': algorithm, Checksum: hex, 'Last-Modified': modified } = file;
    files.set(path, {
      bytes: Number(file['Size']),
      ...(typeof modified === 'string' && { modified }),
      ...(typeof algorithm === 'string' && { checksum: { algorithm, hex: String(hex) } }),
    });
  }
  const walRanges = list(whole['WAL-Ranges']).map((one): WalRange => {
    const range = record(one);
    return {
      timeline: Number(range['Timeline']),
      start: walPosition(String(range['Start-LSN'])),
      end: walPosition(String(range['End-LSN'])),
    };
  });
  return { files, walRanges };
}

/** `0/6000028`: two halves of a number in hexadecimal. */
export function walPosition(text: string): bigint {
  const [high = '', low = ''] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return { ...value };
  throw new TypeError(`no object: ${String(value)}`);
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`no list: ${String(value)}`);
}
