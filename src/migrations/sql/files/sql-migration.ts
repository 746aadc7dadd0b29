import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** One SQL file as it was when the migrations were listed. */
export interface SqlFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: Buffer;
  /** With its byte order mark, since the tools send it. Absent: the file is not UTF-8. */
  readonly text?: string;
}

/** One migration of any of the layouts. At least one of `up` and `down` is there. */
export interface SqlMigration {
  /** What users see: `0001_create_users`. */
  readonly id: string;
  /** As the bookkeeping table holds it: `1`, `20240101`. */
  readonly version: string;
  /** What follows the version in the name of the file or folder. */
  readonly title: string;
  readonly up?: SqlFile;
  readonly down?: SqlFile;
  /** Only diesel decides this beside the file. */
  readonly transactional?: boolean;
}

export function readSqlFile(path: string): SqlFile {
  const bytes = readFileSync(path);
  const text = decode(bytes);
  return { path, bytes, ...(text !== undefined && { text }) };
}

export const filesOf = ({ up, down }: SqlMigration): readonly SqlFile[] =>
  [up, down].filter((file) => file !== undefined);

/** sha256 over its files, hex; up first. */
export function checksumOf(migration: SqlMigration): string {
  const hash = createHash('sha256');
  for (const { bytes } of filesOf(migration)) hash.update(bytes);
  return hash.digest('hex');
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
