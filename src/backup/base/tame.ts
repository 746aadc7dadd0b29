import { chmod, lchown, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataDirectoryOwner, LaidOutFacts } from '../../postgres/data-directory.ts';
import { inParallel } from '../in-parallel.ts';
import { MANIFEST } from './manifest.ts';
import { walk } from './walk.ts';

/**
 * Removes from a laid out backup whatever leads out of it, and gives it the rights that a server insists on. What is left
 * to recover is the write-ahead log in it; `backup_label` stays, which says from where.
 */
export async function tame(
  folder: string,
  owner: DataDirectoryOwner | undefined,
  signal: AbortSignal,
): Promise<LaidOutFacts> {
  const preloadLibraries = await preloaded(folder);
  for (const name of LEADS_OUT) await rm(join(folder, name), { force: true });
  await linkTablespaces(folder);
  const files: string[] = [];
  const folders: string[] = [folder];
  const links: string[] = [];
  await walk(folder, '', async ({ from, entry }) => {
    if (entry.isSymbolicLink()) links.push(from);
    else if (entry.isDirectory()) folders.push(from);
    else files.push(from);
    return entry.isDirectory();
  });
  const give = async (path: string): Promise<void> => {
    if (owner) await lchown(path, owner.uid, owner.gid);
  };
  const modes = [
    { paths: files, mode: 0o600 },
    { paths: folders, mode: 0o700 },
  ];
  for (const { paths, mode } of modes) {
    await inParallel(
      paths,
      async (path) => {
        await chmod(path, mode);
        await give(path);
      },
      signal,
    );
  }
  for (const link of links) await give(link);
  return { preloadLibraries };
}

/** The last word is that of `ALTER SYSTEM`. Files that they include are not read. */
async function preloaded(folder: string): Promise<readonly string[]> {
  let list = '';
  for (const name of ['postgresql.conf', 'postgresql.auto.conf']) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    for (const [, value = ''] of text.matchAll(/^\s*shared_preload_libraries\s*=?\s*'([^'\n]*)'/gim)) list = value;
  }
  return list
    .split(',')
    .map((library) => library.trim().replaceAll('"', ''))
    .filter((library) => library !== '');
}

/**
 * A recovery refuses folders in the place of links to tablespaces. The links are relative, so that the folder may be
 * mounted elsewhere.
 */
async function linkTablespaces(folder: string): Promise<void> {
  const places = join(folder, 'pg_tblspc');
  await mkdir(places, { recursive: true });
  const oids = (await readdir(places)).filter((name) => /^\d+$/.test(name));
  if (oids.length === 0) return;
  await mkdir(join(folder, TABLESPACES));
  for (const oid of oids) {
    await rename(join(places, oid), join(folder, TABLESPACES, oid));
    await symlink(join('..', TABLESPACES, oid), join(places, oid), 'dir');
  }
}

const TABLESPACES = 'pgrehearse_tablespaces';

/** Settings name programs, hosts and files of production; signals ask for a standby, or for an archive. */
const LEADS_OUT = [
  'postgresql.conf',
  'postgresql.auto.conf',
  'pg_hba.conf',
  'pg_ident.conf',
  'recovery.conf',
  'recovery.signal',
  'standby.signal',
  'tablespace_map',
  'postmaster.pid',
  'postmaster.opts',
  MANIFEST,
] as const;
