import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PgrehearseError } from '../support/errors.ts';

/**
 * Compares a backup with the `sha256sum` that stands beside it as `<file>.sha256`, where there is one. Nothing else can
 * tell a changed byte in a plain dump, in a tar archive, or in the table of contents of any archive.
 *
 * @returns whether there was a checksum to compare with
 * @throws {PgrehearseError} `BACKUP_UNREADABLE`
 */
export async function matchesChecksum(path: string, signal: AbortSignal): Promise<boolean> {
  const noted = await readFile(`${path}.sha256`, 'utf8').catch(() => undefined);
  if (noted === undefined) return false;
  const expected = /^[0-9a-f]{64}(?=\s|$)/i.exec(noted.trim())?.[0].toLowerCase();
  if (expected === undefined) {
    throw new PgrehearseError('BACKUP_UNREADABLE', `${basename(path)}.sha256 holds no SHA-256 checksum.`, {
      hint: `Write it with \`sha256sum ${basename(path)} > ${basename(path)}.sha256\`, or remove it.`,
    });
  }
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, { signal });
  if (hash.digest('hex') === expected) return true;
  throw new PgrehearseError('BACKUP_UNREADABLE', `The backup ${path} is not the one that its .sha256 file describes.`, {
    hint: 'It was damaged on its way, or made anew without its checksum. Fetch it again.',
  });
}
