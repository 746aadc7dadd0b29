import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PgrehearseError } from '../../support/errors.ts';

/**
 * Looks at the beginning of each file of a dump in directory format. An empty one, or one whose first bytes are damaged so
 * that it does not look compressed, is taken by pg_restore as it is, without a word: its table comes out empty.
 *
 * @throws {PgrehearseError} `BACKUP_UNREADABLE`
 */
export async function checkFolder(path: string): Promise<void> {
  for (const name of (await readdir(path)).toSorted()) {
    if (!/\.(dat|toc|gz|lz4|zst)$/.test(name)) continue;
    const head = await firstBytes(join(path, name));
    const wrong = faultOf(name, head);
    if (wrong !== undefined) {
      throw new PgrehearseError('BACKUP_UNREADABLE', `The backup ${path} cannot be restored: ${name} ${wrong}.`, {
        hint: 'The files are damaged or not complete. Make or copy the backup again.',
      });
    }
  }
}

function faultOf(name: string, head: Buffer): string | undefined {
  // A large object may be empty, and then only gzip writes something. A table's file never is: it ends with empty lines.
  if (head.length === 0 && name.startsWith('blob_') && !name.endsWith('.gz')) return undefined;
  const compression = COMPRESSIONS.find(({ suffix }) => name.endsWith(suffix));
  if (compression) return head.indexOf(compression.magic) === 0 ? undefined : 'is not what its name says';
  return head.length === 0 ? 'is empty' : undefined;
}

const COMPRESSIONS: readonly { readonly suffix: string; readonly magic: Buffer }[] = [
  { suffix: '.gz', magic: Buffer.from([0x1f, 0x8b, 0x08]) },
  { suffix: '.lz4', magic: Buffer.from([0x04, 0x22, 0x4d, 0x18]) },
  { suffix: '.zst', magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]) },
];

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(4) });
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
