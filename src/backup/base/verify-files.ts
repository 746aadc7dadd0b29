import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Crc32c } from '../crc32c.ts';
import { inParallel } from '../in-parallel.ts';
import { isLog, type Manifest, MANIFEST, type ManifestFile } from './manifest.ts';
import { walk } from './walk.ts';

/**
 * Compares a data directory with the manifest of its backup, as `pg_verifybackup --no-parse-wal` does: of `pg_wal` nothing
 * counts, though a manifest may name files in it (`--wal-method=fetch`, pg_combinebackup).
 *
 * @returns what differs, one sentence without full stop each; empty: it is as it was
 */
export async function verifyFiles(
  folder: string,
  { files }: Manifest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const found = new Set<string>();
  await walk(folder, '', async ({ path, entry }) => {
    if (entry.isFile()) found.add(path);
    return entry.isDirectory() && path !== 'pg_wal';
  });
  for (const path of found) if (!files.has(path) && !mayDiffer(path)) problems.push(`${path} is not in its manifest`);
  await inParallel(
    [...files].filter(([path]) => !mayDiffer(path)),
    async ([path, expected]) => {
      const problem = found.has(path) ? await differs(join(folder, path), expected, signal) : 'is missing';
      if (problem !== undefined) problems.push(`${path} ${problem}`);
    },
    signal,
  );
  return problems.toSorted();
}

const mayDiffer = (path: string): boolean => MAY_DIFFER.has(path) || isLog(path);

/** Written anew by `pg_basebackup -R`, and the manifest itself. */
const MAY_DIFFER: ReadonlySet<string> = new Set([
  MANIFEST,
  'postgresql.auto.conf',
  'recovery.signal',
  'standby.signal',
]);

async function differs(path: string, expected: ManifestFile, signal: AbortSignal): Promise<string | undefined> {
  const { size } = await stat(path);
  if (size !== expected.bytes) return `has ${size} bytes instead of ${expected.bytes}`;
  if (!expected.checksum) return undefined;
  const { algorithm, hex } = expected.checksum;
  const sum = checksumOf(algorithm);
  if (!sum) return `has a checksum of an unknown kind (${algorithm})`;
  for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES, signal })) {
    if (Buffer.isBuffer(piece)) sum.update(piece);
  }
  return (sum instanceof Crc32c ? sum.hex() : sum.digest('hex')) === hex ? undefined : 'does not have its checksum';
}

function checksumOf(algorithm: string): Hash | Crc32c | undefined {
  if (algorithm === 'CRC32C') return new Crc32c();
  return /^SHA(?:224|256|384|512)$/.test(algorithm) ? createHash(algorithm.toLowerCase()) : undefined;
}

const PIECE_BYTES = 1 << 20;
