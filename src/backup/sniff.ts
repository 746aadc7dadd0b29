import type { Compression } from './plain/open-text.ts';
import { paddedBytes, TAR_BLOCK_BYTES, tarHeader } from './tar-header.ts';

/** What a file is, told from its first bytes. */
export type Content =
  | { readonly kind: 'custom' | 'tar' | 'plain' | 'base' }
  | { readonly kind: 'compressed'; readonly by: Exclude<Compression, 'none'> }
  /** Not a backup that can be restored; the text goes after "it is". */
  | { readonly kind: 'other'; readonly what: string; readonly hint?: string };

/** `head`: the first bytes, decompressed; at least 512 of them unless the file is shorter. */
export function sniff(head: Buffer): Content {
  const known = SIGNATURES.find(({ at = 0, bytes }) => head.subarray(at, at + bytes.length).equals(bytes));
  if (known) return known.content;
  const first = head.toString('latin1').trimStart().slice(0, 1000);
  const other = OTHER_TEXTS.find(({ looks }) => looks.test(first));
  if (other) return { kind: 'other', what: other.what, ...(other.hint !== undefined && { hint: other.hint }) };
  if (isTar(head)) return tar(head);
  if (head.includes(0)) return { kind: 'other', what: 'binary data of no known format' };
  if (first === '') return { kind: 'other', what: 'empty' };
  return SQL_BEGINS.test(first) ? { kind: 'plain' } : { kind: 'other', what: 'no SQL' };
}

const UNPACK = 'Decompress it first.';
const other = (what: string, hint?: string): Content => ({ kind: 'other', what, ...(hint !== undefined && { hint }) });

const SIGNATURES: readonly { readonly at?: number; readonly bytes: Buffer; readonly content: Content }[] = [
  { bytes: Buffer.from('PGDMP'), content: { kind: 'custom' } },
  { bytes: Buffer.from([0x1f, 0x8b]), content: { kind: 'compressed', by: 'gzip' } },
  { bytes: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), content: { kind: 'compressed', by: 'zstd' } },
  { bytes: Buffer.from([0x04, 0x22, 0x4d, 0x18]), content: other('lz4-compressed', UNPACK) },
  { bytes: Buffer.from('BZh'), content: other('bzip2-compressed', UNPACK) },
  { bytes: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a]), content: other('xz-compressed', UNPACK) },
  { bytes: Buffer.from('7z\u00bc\u00af', 'latin1'), content: other('a 7-Zip archive', UNPACK) },
  { bytes: Buffer.from([0x50, 0x4b, 0x03, 0x04]), content: other('a zip archive', UNPACK) },
  { bytes: Buffer.from('SQLite format 3'), content: other('an SQLite database') },
  {
    bytes: Buffer.from('PAR1'),
    content: other('a Parquet file, as an RDS snapshot export has them', 'Make a backup with pg_dump.'),
  },
  {
    bytes: Buffer.from([0xff, 0xfe]),
    content: other('UTF-16 text', 'PowerShell writes that on `>`; use `pg_dump --file`.'),
  },
  {
    bytes: Buffer.from([0xfe, 0xff]),
    content: other('UTF-16 text', 'PowerShell writes that on `>`; use `pg_dump --file`.'),
  },
  { bytes: Buffer.from('-----BEGIN PGP'), content: other('encrypted', 'Decrypt it first.') },
  { bytes: Buffer.from('age-encryption.org'), content: other('encrypted', 'Decrypt it first.') },
  { bytes: Buffer.from('version https://git-lfs'), content: other('a Git LFS pointer', 'Run `git lfs pull`.') },
];

const OTHER_TEXTS: readonly { readonly looks: RegExp; readonly what: string; readonly hint?: string }[] = [
  {
    looks: /^(<!doctype html|<html|<\?xml|<error)/i,
    what: 'an HTML or XML page',
    hint: 'The download gave an error page instead of the backup.',
  },
  { looks: /^-- (MySQL|MariaDB) dump|^-- phpMyAdmin|^\/\*M?!\d/i, what: 'a MySQL dump' },
  { looks: /^PRAGMA foreign_keys/i, what: 'an SQLite dump' },
  { looks: /^\s*[{[]\s*["{\]}]/, what: 'JSON' },
  {
    looks: /^pg_dump(all)?: /,
    what: 'the error output of pg_dump',
    hint: 'pg_dump failed; its message is in the file.',
  },
];

/** A comment, a psql command, or one of the words that a statement begins with. */
const SQL_BEGINS =
  /^(?:\u00ef\u00bb\u00bf)?\s*(?:--|\/\*|\\[a-z]|;|(?:abort|alter|analyze|begin|call|cluster|comment|commit|copy|create|delete|discard|do|drop|grant|import|insert|lock|merge|refresh|reindex|reset|revoke|rollback|security|select|set|start|table|truncate|update|vacuum|with)\b)/i;

const isTar = (head: Buffer): boolean =>
  head.length >= TAR_BLOCK_BYTES && head.toString('latin1', TAR_MAGIC_AT, TAR_MAGIC_AT + 5) === 'ustar';

function tar(head: Buffer): Content {
  const members = membersIn(head);
  if (members[0] === 'toc.dat') return { kind: 'tar' };
  if (members.some((member) => OF_BASE.test(member))) return { kind: 'base' };
  if (members.some((member) => OF_BASE_PART.test(member))) {
    return other('a part of a base backup of pg_basebackup', 'Name the folder with base.tar in it.');
  }
  return other(
    `a tar archive that begins with ${JSON.stringify(members[0] ?? '')}, not one of pg_dump`,
    'Unpack it and name what is inside.',
  );
}

/** Those whose header is within the head. */
function membersIn(head: Buffer): string[] {
  const members: string[] = [];
  for (let at = 0; at + TAR_BLOCK_BYTES <= head.length;) {
    const header = tarHeader(head.subarray(at, at + TAR_BLOCK_BYTES));
    if (header === undefined) break;
    members.push(header.name.replace(/^(?:\.\/)+/, ''));
    at += TAR_BLOCK_BYTES + paddedBytes(header);
  }
  return members;
}

const OF_BASE = /^(?:PG_VERSION|backup_label|backup_manifest|tablespace_map|base\/\d+\/PG_VERSION|global\/pg_control)$/;
const OF_BASE_PART = /^(?:PG_\d+_\d+\/|[0-9A-F]{24}$)/;

const TAR_MAGIC_AT = 257;
