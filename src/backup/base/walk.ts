import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface Walked {
  /** Relative to where the walk began, with `/`. */
  readonly path: string;
  readonly from: string;
  readonly entry: Dirent;
}

/** Every entry below a folder; into those that `visit` says yes to. */
export async function walk(root: string, below: string, visit: (found: Walked) => Promise<boolean>): Promise<void> {
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (await visit({ path, from: join(root, path), entry })) await walk(root, path, visit);
  }
}
