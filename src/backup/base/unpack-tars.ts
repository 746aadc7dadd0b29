import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from '../../support/errors.ts';
import { membersOf } from './contents.ts';
import { damaged } from './damaged.ts';
import type { TarPart, TarParts } from './parts.ts';
import type { TarMember } from './tar-members.ts';

/**
 * Unpacks the archives into one data directory. Only files and folders are made, each one new.
 *
 * @throws {PgrehearseError} `BACKUP_UNREADABLE`
 */
export async function unpackTars(
  parts: TarParts,
  folder: string,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const part of parts.tars) {
    for await (const member of membersOf(part, signal)) {
      signal.throwIfAborted();
      await unpack(member, join(folder, part.into, member.path), part);
    }
    onBytes(part.bytes);
  }
  await assertTablespaces(parts, folder);
}

async function unpack({ path, kind, content }: TarMember, into: string, part: TarPart): Promise<void> {
  // Links to tablespaces lead to where these were; their contents are in archives of their own.
  if (kind === 'link') return;
  if (kind === 'folder') {
    await mkdir(into, { recursive: true, mode: 0o700 });
    return;
  }
  await mkdir(dirname(into), { recursive: true, mode: 0o700 });
  const file = await open(into, 'wx', 0o600).catch((cause: unknown) => {
    throw codeOf(cause) === 'EEXIST' ? damaged(part.path, `it holds ${path} twice`) : cause;
  });
  try {
    for await (const piece of content) await file.writeFile(piece);
  } finally {
    await file.close();
  }
}

async function assertTablespaces({ path, tars }: TarParts, folder: string): Promise<void> {
  const map = await readFile(join(folder, 'tablespace_map'), 'utf8').catch(() => '');
  for (const [, oid] of map.matchAll(/^(\d+) /gm)) {
    if (!tars.some(({ into }) => into === `pg_tblspc/${oid}/`)) {
      throw damaged(path, `${oid}.tar, which holds a tablespace, is not there`);
    }
    await mkdir(join(folder, 'pg_tblspc', String(oid)), { recursive: true, mode: 0o700 });
  }
}
