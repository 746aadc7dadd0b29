import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Compression } from '../plain/open-text.ts';
import { sniff } from '../sniff.ts';
import { TAR_BLOCK_BYTES } from '../tar-header.ts';
import { damaged } from './damaged.ts';
import { MANIFEST } from './manifest.ts';

/** Of which files a base backup consists. */
export type BaseParts = PlainParts | TarParts;

/** As `pg_basebackup -Fp` writes it. */
export interface PlainParts {
  readonly kind: 'plain';
  readonly path: string;
  /** Absent where there is none. */
  readonly manifest?: string;
}

/** As `pg_basebackup -Ft` writes it, or one archive alone, which may have the manifest inside. */
export interface TarParts {
  readonly kind: 'tar';
  readonly path: string;
  readonly tars: readonly [TarPart, ...TarPart[]];
  readonly manifest?: string;
  readonly isAlone: boolean;
}

export interface TarPart {
  readonly path: string;
  readonly bytes: number;
  readonly compression: Compression;
  /** Where its members belong, relative to the data directory; `''` or ending in `/`. */
  readonly into: string;
}

/** Whether a folder with these entries is a base backup, or a data directory. */
export const looksLikeBase = (entries: readonly string[]): boolean =>
  entries.includes('PG_VERSION') || entries.some((name) => BASE_TAR.test(name));

/** @throws {PgrehearseError} `BACKUP_UNREADABLE` */
export async function partsOf(path: string): Promise<BaseParts> {
  if ((await stat(path)).isDirectory()) {
    const entries = await readdir(path);
    if (!entries.includes('PG_VERSION')) return await tarParts(path, path, entries);
    if (entries.includes('postmaster.pid')) {
      throw damaged(
        path,
        'a server runs in it, or was not shut down',
        'Take a backup of that server with pg_basebackup.',
      );
    }
    return { kind: 'plain', path, ...(entries.includes(MANIFEST) && { manifest: join(path, MANIFEST) }) };
  }
  if (!BASE_TAR.test(basename(path))) return { kind: 'tar', path, tars: [await tarPart(path, '')], isAlone: true };
  return await tarParts(path, dirname(path), await readdir(dirname(path)));
}

async function tarParts(path: string, folder: string, entries: readonly string[]): Promise<TarParts> {
  const named = entries.includes(basename(path)) ? basename(path) : undefined;
  const [base, other] = named === undefined ? entries.filter((name) => BASE_TAR.test(name)) : [named];
  if (base === undefined) throw damaged(path, 'it has no base.tar');
  if (other !== undefined) throw damaged(path, `it has both ${base} and ${other}`, 'Name one of the two files.');
  const others = entries.flatMap((name): { readonly name: string; readonly into: string }[] => {
    const [, what] = OTHER_TAR.exec(name) ?? [];
    if (what === undefined) return [];
    return [{ name, into: what === 'pg_wal' ? 'pg_wal/' : `pg_tblspc/${what}/` }];
  });
  return {
    kind: 'tar',
    path,
    tars: [
      await tarPart(join(folder, base), ''),
      ...(await Promise.all(others.map(({ name, into }) => tarPart(join(folder, name), into)))),
    ],
    isAlone: others.length === 0,
    ...(entries.includes(MANIFEST) && { manifest: join(folder, MANIFEST) }),
  };
}

async function tarPart(path: string, into: string): Promise<TarPart> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(TAR_BLOCK_BYTES), position: 0 });
    const content = sniff(buffer.subarray(0, bytesRead));
    if (content.kind === 'other' && content.hint !== undefined && /compressed|encrypted/.test(content.what)) {
      throw damaged(path, `it is ${content.what}`, content.hint);
    }
    const compression = content.kind === 'compressed' ? content.by : 'none';
    return { path, into, compression, bytes: (await file.stat()).size };
  } finally {
    await file.close();
  }
}

const ENDING = String.raw`\.tar(?:\.(?:gz|zst|lz4))?$`;
const BASE_TAR = new RegExp(`^base${ENDING}`);
const OTHER_TAR = new RegExp(String.raw`^(pg_wal|\d+)${ENDING}`);
