import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf, PgrehearseError, toError } from '../support/errors.ts';
import { isRunning } from '../support/process-identity.ts';

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
  await removeUnfinished(path, remove);
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
export const writeWhole = (path: string, text: string): Promise<void> =>
  writeTogether(dirname(path), { [basename(path)]: text });

/**
 * Files of one run, which belong together: another that writes to the same folder comes before or after it, so that a
 * report is never beside the recording of somebody else.
 */
export async function writeTogether(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  const paths = Object.keys(files).map((name) => ({
    path: join(folder, name),
    unfinished: unfinishedIn(folder, name),
  }));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(unfinishedIn(folder, name), text);
    await alone(folder, () => {
      for (const { path, unfinished } of paths) renameSync(unfinished, path);
    });
  } catch (error) {
    for (const { unfinished } of paths) await rm(unfinished, { force: true }).catch(() => {});
    throw error;
  }
}

const unfinishedIn = (folder: string, name: string): string => join(folder, `${name}.${process.pid}.tmp`);

/** Takes turns with other processes; a file that one left which was killed in the middle is in nobody's way. */
async function alone(folder: string, work: () => void): Promise<void> {
  const lock = join(folder, LOCK);
  const deadlineMs = performance.now() + LOCK_TIMEOUT_MS;
  for (;;) {
    try {
      writeFileSync(lock, '', { flag: 'wx' });
      break;
    } catch (error) {
      if (!isTaken(error)) throw error;
      if (performance.now() > deadlineMs) await rm(lock, { force: true });
      else await delay(LOCK_POLL_MS);
    }
  }
  try {
    work();
  } finally {
    await rm(lock, { force: true });
  }
}

const isTaken = (error: unknown): boolean => codeOf(error) === 'EEXIST';

/** What a killed run left in the middle of writing. The folder may be the user's, so only names of ours count. */
async function removeUnfinished(folder: string, files: readonly string[]): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, file, pid] = /^(.*?)[.-](\d+)(?:\.tmp)?$/.exec(name) ?? [];
    const isOurs = file !== undefined && (name === `.probe-${pid}` || (files.includes(file) && name.endsWith('.tmp')));
    if (isOurs && !isRunning(Number(pid))) await rm(join(folder, name), { force: true });
  }
}

const LOCK = '.writing';
/** It is held for a few renames; a process that takes so long has been stopped. */
const LOCK_TIMEOUT_MS = 5_000;
const LOCK_POLL_MS = 5;

/** @throws {PgrehearseError} `OUTPUT_UNWRITABLE` */
export async function orUnwritable(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw new PgrehearseError('OUTPUT_UNWRITABLE', `${path} cannot be written: ${toError(cause).message}.`, { cause });
  }
}
