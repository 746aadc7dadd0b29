import { constants, type Dirent } from 'node:fs';
import { copyFile, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { damaged } from './damaged.ts';
import { inParallel } from '../in-parallel.ts';
import { walk, type Walked } from './walk.ts';

interface SourceFile {
  /** In the backup, absolute. */
  readonly from: string;
  /** In the data directory, with `/`. */
  readonly path: string;
  readonly bytes: number;
}

export interface SourceFolder {
  readonly folders: readonly string[];
  readonly files: readonly SourceFile[];
}

/**
 * Everything in a plain backup. Links are followed where PostgreSQL makes them, to tablespaces and to the write-ahead log,
 * and refused elsewhere: what they lead to is no part of the backup.
 *
 * @throws {PgrehearseError} `BACKUP_UNREADABLE`
 */
export async function listFolder(backup: string): Promise<SourceFolder> {
  const folders: string[] = [];
  const files: SourceFile[] = [];
  const note = async ({ path, entry, from }: Walked): Promise<boolean> => {
    const kind = await kindOf(entry, { path, from, backup });
    if (kind === 'file') files.push({ from, path, bytes: (await stat(from)).size });
    else folders.push(path);
    return kind === 'folder';
  };
  await walk(backup, '', note);
  return { folders, files };
}

async function kindOf(
  entry: Dirent,
  { path, from, backup }: { readonly path: string; readonly from: string; readonly backup: string },
): Promise<'file' | 'folder'> {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (!entry.isSymbolicLink() || !MAY_BE_LINK.test(path))
    throw damaged(backup, `${path} is neither a file nor a folder`);
  // A tablespace's folder may hold those of other servers or anything else; only what PostgreSQL names so is taken.
  const inside = await readdir(from).catch((cause: unknown) => {
    throw damaged(backup, `${path} is a link to what is not there`, undefined, cause);
  });
  const strange = path === 'pg_wal' ? undefined : inside.find((name) => !/^PG_\d+_\d+$/.test(name));
  if (strange !== undefined)
    throw damaged(backup, `${path} leads to a folder that is no tablespace: it holds ${strange}`);
  return 'folder';
}

const MAY_BE_LINK = /^(?:pg_wal|pg_tblspc\/\d+)$/;

/** Shares the blocks where the file system can. */
export async function copyFolder(
  { folders, files }: SourceFolder,
  folder: string,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const path of folders) await mkdir(join(folder, path), { mode: 0o700 });
  await inParallel(
    files,
    async ({ from, path, bytes }) => {
      await copyFile(from, join(folder, path), constants.COPYFILE_FICLONE);
      onBytes(bytes);
    },
    signal,
  );
}
