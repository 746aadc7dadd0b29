import { existsSync } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PgrehearseError, toError } from '../support/errors.ts';

/**
 * Makes the folder and tries it out, before long work finds that its result cannot be kept.
 *
 * @param isOurs the folder is the default one, which git should not see
 * @param remove files of an earlier run: whatever is found there afterwards is of this one
 */
export async function prepareFolder(
  path: string,
  { isOurs, remove }: { readonly isOurs: boolean; readonly remove: readonly string[] },
): Promise<void> {
  await makeFolder(path);
  const probe = join(path, `.probe-${process.pid}`);
  await writeFile(probe, '');
  await rm(probe);
  for (const file of remove) await rm(join(path, file), { force: true });
  if (isOurs) await writeFile(join(path, '.gitignore'), '*\n');
}

/** With its parents. Node's own way of doing so never ends where a parent is there but takes no folder, as `/proc` does. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (existsSync(path) && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    if (existsSync(parent) || parent === path) throw error;
    await makeFolder(parent);
    await mkdir(path);
  }
}

/** Whoever reads the folder meanwhile sees the whole file or none. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  await writeFile(unfinished, text);
  await rename(unfinished, path);
}

/** @throws {PgrehearseError} `OUTPUT_UNWRITABLE` */
export async function orUnwritable(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw new PgrehearseError('OUTPUT_UNWRITABLE', `${path} cannot be written: ${toError(cause).message}.`, { cause });
  }
}
