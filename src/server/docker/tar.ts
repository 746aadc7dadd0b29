import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A tar of one file or folder, piece by piece: a backup may be larger than memory. Links are followed.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 */
export async function* tarOf(path: string, name: string): AsyncGenerator<Buffer> {
  yield* entriesOf(path, name);
  yield Buffer.alloc(2 * BLOCK);
}

/** A folder that only its owner, root, may enter. */
export const privateFolder = (name: string): Buffer =>
  Buffer.concat(headers({ name: `${name}/`, mode: 0o700, bytes: 0, type: FOLDER }));

/** A tar of one short file. */
export const tarOfText = (name: string, text: string): Buffer => {
  const content = Buffer.from(text);
  const entry = headers({ name, mode: 0o600, bytes: content.length, type: FILE });
  return Buffer.concat([...entry, content, padding(content.length), Buffer.alloc(2 * BLOCK)]);
};

/** The content of the first file of a tar. */
export const firstTextOf = (tar: Buffer): string => {
  const bytes = Number.parseInt(tar.toString('latin1', 124, 136), 8);
  return tar.toString('utf8', BLOCK, BLOCK + bytes);
};

async function* entriesOf(path: string, name: string): AsyncGenerator<Buffer> {
  const { mode, size, isFolder } = await look(path);
  if (isFolder) {
    yield* headers({ name: `${name}/`, mode, bytes: 0, type: FOLDER });
    for (const entry of (await readdir(path)).toSorted()) yield* entriesOf(join(path, entry), `${name}/${entry}`);
    return;
  }
  yield* headers({ name, mode, bytes: size, type: FILE });
  let bytes = 0;
  // One that grows meanwhile is cut at the size that the header promised.
  const pieces: AsyncIterable<Buffer> = createReadStream(path, { end: Math.max(0, size - 1) });
  for await (const piece of pieces) {
    if (size === 0) break;
    bytes += piece.length;
    yield piece;
  }
  if (bytes !== size) throw new Error(`${path} has become shorter while it was read`);
  yield padding(size);
}

async function look(
  path: string,
): Promise<{ readonly mode: number; readonly size: number; readonly isFolder: boolean }> {
  const found = await stat(path);
  if (!found.isFile() && !found.isDirectory()) throw new Error(`${path} is neither a file nor a folder`);
  return { mode: found.mode & 0o777, size: found.size, isFolder: found.isDirectory() };
}

interface Entry {
  readonly name: string;
  readonly mode: number;
  readonly bytes: number;
  readonly type: string;
}

/** What a plain header has no room for stands in an extended one before it. */
function headers(entry: Entry): Buffer[] {
  const { name, bytes } = entry;
  if (Buffer.byteLength(name) <= NAME_BYTES && isAscii(name) && bytes <= MOST_OCTAL_BYTES) return [header(entry)];
  const text = Buffer.from(record('path', name) + record('size', String(bytes)));
  const extended = header({ name: 'pax', mode: 0o600, bytes: text.length, type: EXTENDED });
  const short = { ...entry, name: 'x', bytes: Math.min(entry.bytes, MOST_OCTAL_BYTES) };
  return [extended, text, padding(text.length), header(short)];
}

// oxlint-disable-next-line no-control-regex -- what ASCII is
const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);

/** `LENGTH KEY=VALUE\n`, where the length counts its own digits. */
function record(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function header({ name, mode, bytes, type }: Entry): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, NAME_BYTES);
  octal(block, mode, 100, 8);
  octal(block, 0, 108, 8);
  octal(block, 0, 116, 8);
  octal(block, bytes, 124, 12);
  octal(block, 0, 136, 12);
  block.fill(' ', 148, 156);
  block.write(type, 156);
  block.write('ustar\u000000', 257);
  octal(
    block,
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return block;
}

const octal = (block: Buffer, value: number, at: number, bytes: number): number =>
  block.write(`${value.toString(8).padStart(bytes - 1, '0')}\0`, at);

const padding = (bytes: number): Buffer => Buffer.alloc((BLOCK - (bytes % BLOCK)) % BLOCK);

const BLOCK = 512;
const NAME_BYTES = 100;
const MOST_OCTAL_BYTES = 8 * 1024 ** 3 - 1;
const FILE = '0';
const FOLDER = '5';
const EXTENDED = 'x';
