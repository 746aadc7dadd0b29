import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Names in one folder, sorted, without hidden ones. */
export interface MigrationFolder {
  /** Absolute. */
  readonly path: string;
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** `undefined` when there is no such folder. Reads at once, since the port reads a backup's books synchronously. */
export function readFolder(path: string): MigrationFolder | undefined {
  if (!isFolder(path)) return undefined;
  const names = readdirSync(path)
    .filter((name) => !name.startsWith('.'))
    .toSorted();
  const folders = names.filter((name) => isFolder(join(path, name)));
  return { path, folders, files: names.filter((name) => !folders.includes(name)) };
}

/** A link that points nowhere is neither. */
const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
