import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openText } from '../plain/open-text.ts';
import { BACKUP_LABEL } from './backup-label.ts';
import { damaged } from './damaged.ts';
import type { BaseParts, TarPart } from './parts.ts';
import { type TarMember, tarMembers } from './tar-members.ts';

/** The texts that say what a base backup is. */
export interface BaseHead {
  readonly label: string;
  readonly major: number;
}

/**
 * Of a tar archive so much is read as is needed: `backup_label` comes first, PG_VERSION is in every database's folder.
 *
 * @throws {PgrehearseError} `BACKUP_UNREADABLE`
 */
export async function readHead(parts: BaseParts, signal: AbortSignal): Promise<BaseHead> {
  const [label, version] =
    parts.kind === 'plain' ? await headOfFolder(parts.path) : await headOfTar(parts.tars[0], signal);
  if (label === undefined) throw damaged(parts.path, 'it has no backup_label', NOT_A_BACKUP);
  const major = Number.parseInt(version ?? '', 10);
  if (!(major > 0)) throw damaged(parts.path, 'it does not say of which PostgreSQL it is (PG_VERSION)');
  return { label, major };
}

const NOT_A_BACKUP = 'A copy of the files of a server is no backup. Take one with pg_basebackup.';

type Head = readonly [label: string | undefined, version: string | undefined];

async function headOfFolder(path: string): Promise<Head> {
  const read = (name: string): Promise<string | undefined> => readFile(join(path, name), 'utf8').catch(() => undefined);
  return [await read(BACKUP_LABEL), await read('PG_VERSION')];
}

async function headOfTar(part: TarPart, signal: AbortSignal): Promise<Head> {
  let label: string | undefined;
  let version: string | undefined;
  for await (const member of membersOf(part, signal)) {
    if (member.path === BACKUP_LABEL) label = await textOf(member);
    else if (/^(?:base\/\d+\/)?PG_VERSION$/.test(member.path)) version ??= await textOf(member);
    if (label !== undefined && version !== undefined) break;
  }
  return [label, version];
}

async function textOf({ content }: TarMember): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

/** @throws {PgrehearseError} `BACKUP_UNREADABLE` where it is damaged */
export function membersOf({ path, compression }: TarPart, signal: AbortSignal): AsyncGenerator<TarMember> {
  // Tar archives are large: bigger pieces than those of a text.
  const chunks = compression === 'none' ? plainChunks(path, signal) : openText(path, compression, signal).chunks;
  return tarMembers(chunks, (how) => damaged(path, `it ${how}`));
}

async function* plainChunks(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) {
    if (Buffer.isBuffer(chunk)) yield chunk;
  }
}
