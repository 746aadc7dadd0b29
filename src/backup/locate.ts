import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, PgrehearseError, toError } from '../support/errors.ts';
import type { BackupDescription } from './backup.ts';
import { looksLikeBase } from './base/parts.ts';
import { openText, type Compression } from './plain/open-text.ts';
import { sniff, type Content } from './sniff.ts';

/** A file or folder that holds a backup, and which kind. */
export interface LocatedBackup {
  readonly path: string;
  /** Of a base backup: 0, since it is not known without looking at all of it. */
  readonly bytes: number;
  readonly format: BackupDescription['format'];
  /** Of the file as a whole; archives have a compression of their own inside. */
  readonly compression: Compression;
  /** The beginning, decompressed. Of a folder and of a tar file: that of its table of contents. */
  readonly head: Buffer;
}

/** @throws {PgrehearseError} `BACKUP_NOT_FOUND`, `BACKUP_UNREADABLE` */
export async function locate(path: string, signal: AbortSignal): Promise<LocatedBackup> {
  const found = await stat(path).catch((cause: unknown) => {
    throw notThere(path, cause);
  });
  if (found.isDirectory()) return folder(path, signal);
  if (!found.isFile()) throw unreadable(path, 'neither a file nor a folder');
  if (found.size === 0) throw unreadable(path, 'empty');
  const raw = await firstBytes(path, 'none', signal);
  const outside = sniff(raw);
  const compression = outside.kind === 'compressed' ? outside.by : 'none';
  const head = compression === 'none' ? raw : await firstBytes(path, compression, signal);
  const content = compression === 'none' ? outside : sniff(head);
  return { path, bytes: found.size, compression, ...kindOf(path, content, head) };
}

function kindOf(path: string, content: Content, head: Buffer): Pick<LocatedBackup, 'format' | 'head'> {
  if (content.kind === 'other') throw unreadable(path, content.what, content.hint);
  if (content.kind === 'compressed') throw unreadable(path, 'compressed twice', 'Decompress it once.');
  return { format: content.kind, head: content.kind === 'tar' ? head.subarray(TAR_HEADER_BYTES) : head };
}

async function folder(path: string, signal: AbortSignal): Promise<LocatedBackup> {
  const entries = await readdir(path).catch((cause: unknown) => {
    throw notThere(path, cause);
  });
  if (!entries.includes('toc.dat')) {
    if (looksLikeBase(entries)) return { path, bytes: 0, format: 'base', compression: 'none', head: Buffer.alloc(0) };
    throw unreadable(path, 'a folder without toc.dat, so no dump in directory format, and no base backup either');
  }
  const sizes = await Promise.all(entries.map(async (name) => (await stat(join(path, name))).size));
  const head = await firstBytes(join(path, 'toc.dat'), 'none', signal);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return { path, bytes, format: 'directory', compression: 'none', head };
}

async function firstBytes(path: string, compression: Compression, signal: AbortSignal): Promise<Buffer> {
  const file = await open(path).catch((cause: unknown) => {
    throw notThere(path, cause);
  });
  await file.close();
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of openText(path, compression, signal).chunks) {
    pieces.push(chunk);
    bytes += chunk.length;
    if (bytes >= HEAD_BYTES) break;
  }
  return Buffer.concat(pieces).subarray(0, HEAD_BYTES);
}

const HEAD_BYTES = 65_536;
const TAR_HEADER_BYTES = 512;

function notThere(path: string, cause: unknown): PgrehearseError {
  const code = codeOf(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new PgrehearseError('BACKUP_NOT_FOUND', `There is no backup at ${path}.`, { cause });
  }
  return new PgrehearseError(
    'BACKUP_UNREADABLE',
    `The backup ${path} cannot be opened: ${code ?? toError(cause).message}.`,
    {
      cause,
      hint: 'Is this user allowed to read it?',
    },
  );
}

const unreadable = (path: string, what: string, hint?: string): PgrehearseError =>
  new PgrehearseError('BACKUP_UNREADABLE', `The backup ${path} cannot be restored: it is ${what}.`, {
    hint: hint ?? 'Give a file or folder that pg_dump or pg_basebackup made, or a plain SQL file.',
  });
