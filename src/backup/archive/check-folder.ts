import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PgrehearseError } from '../../support/errors.ts';
import { type FrameEnd, lz4FrameEnd, type ReadAt, zstdFrameEnd } from './whole-frames.ts';

/**
 * Looks at the beginning and the end of each file of a dump in directory format. pg_restore takes an empty one, one whose first
 * bytes are damaged so that it does not look compressed, and one that is cut short and not compressed by gzip, without a
 * word: the table has no rows, or too few (seen with 17 and 18).
 *
 * @throws {PgrehearseError} `BACKUP_UNREADABLE`
 */
export async function checkFolder(path: string, signal: AbortSignal): Promise<void> {
  const names = (await readdir(path)).toSorted();
  for (const name of names) {
    signal.throwIfAborted();
    if (!/\.(dat|toc|gz|lz4|zst)$/.test(name)) continue;
    const wrong = await faultOf(path, name);
    if (wrong !== undefined) throw damaged(path, `${name} ${wrong}`);
  }
  const unlisted = await unlistedObject(path, names);
  if (unlisted !== undefined) throw damaged(path, `${unlisted} is in no list of large objects`);
}

const damaged = (path: string, how: string): PgrehearseError =>
  new PgrehearseError('BACKUP_UNREADABLE', `The backup ${path} cannot be restored: ${how}.`, {
    hint: 'The files are damaged or not complete. Make or copy the backup again.',
  });

/** pg_restore makes an empty object of it: a list lost lines. */
async function unlistedObject(folder: string, names: readonly string[]): Promise<string | undefined> {
  const lists = names.filter((name) => /^blobs(?:_\d+)?\.toc$/.test(name));
  const listed = new Set<string>();
  for (const name of lists) {
    const text = await readFile(join(folder, name), 'utf8');
    for (const [, object = ''] of text.matchAll(/^\d+ (blob_\d+\.dat)$/gm)) listed.add(object);
  }
  const objects = lists.length === 0 ? [] : names.filter((name) => /^blob_\d+\.dat/.test(name));
  return objects.find((name) => !listed.has(name.replace(/\.(?:gz|lz4|zst)$/, '')));
}

async function faultOf(folder: string, name: string): Promise<string | undefined> {
  await using file = await openFile(join(folder, name));
  // A large object may be empty, and then only gzip writes something. A table's file never is: it ends with empty lines.
  if (file.size === 0 && name.startsWith('blob_') && !name.endsWith('.gz')) return undefined;
  const compression = COMPRESSIONS.find(({ suffix }) => name.endsWith(suffix));
  if (!compression) {
    if (file.size === 0) return 'is empty';
    if (!/^\d+\.dat$/.test(name)) return undefined;
    const end = await file.read(Math.max(0, file.size - 2), 2);
    return end.toString('latin1') === '\n\n' ? undefined : 'is cut short';
  }
  const { magic, frameEnd } = compression;
  if (!(await file.read(0, magic.length)).equals(magic)) return 'is not what its name says';
  return frameEnd && (await framesFault(file, frameEnd));
}

async function framesFault({ read, size }: OpenFile, frameEnd: FrameEnd): Promise<string | undefined> {
  for (let at = 0; at < size;) {
    const end = await frameEnd(read, at);
    if (end === undefined) return `is damaged at byte ${at} or behind it`;
    if (end > size) return 'is cut short';
    at = end;
  }
  return undefined;
}

interface Compression {
  readonly suffix: string;
  readonly magic: Buffer;
  /** Absent: pg_restore looks itself. */
  readonly frameEnd?: FrameEnd;
}

const COMPRESSIONS: readonly Compression[] = [
  { suffix: '.gz', magic: Buffer.from([0x1f, 0x8b, 0x08]) },
  { suffix: '.lz4', magic: Buffer.from([0x04, 0x22, 0x4d, 0x18]), frameEnd: lz4FrameEnd },
  { suffix: '.zst', magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), frameEnd: zstdFrameEnd },
];

interface OpenFile extends AsyncDisposable {
  readonly size: number;
  readonly read: ReadAt;
}

async function openFile(path: string): Promise<OpenFile> {
  const file = await open(path);
  return {
    size: (await file.stat()).size,
    read: async (position, bytes) => {
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(bytes), position });
      return buffer.subarray(0, bytesRead);
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}
