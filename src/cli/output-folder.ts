import { existsSync } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Verdict } from '../findings/verdict.ts';
import type { Recording } from '../recording/recording.ts';
import { REPORTERS } from '../reports/index.ts';
import { PgrehearseError, toError } from '../support/errors.ts';
import { packageVersion } from '../support/package.ts';

/** Where recording and reports of a run go. */
export interface OutputFolder {
  readonly path: string;
  readonly write: (verdict: Verdict, recording: Recording) => Promise<void>;
}

const REPORTS = REPORTERS.flatMap((reporter) =>
  reporter.file === undefined ? [] : [{ file: reporter.file, reporter }],
);

const RECORDING = 'recording.json';

export const OUTPUT_FILES: readonly string[] = [RECORDING, ...REPORTS.map(({ file }) => file)];

/**
 * Makes the folder and tries it out, before a long rehearsal finds that its result cannot be kept. Files of an earlier
 * run are removed, so that whatever is found there afterwards is of this one.
 *
 * @param isOurs the folder is the default one, which git should not see
 * @throws {PgrehearseError} `OUTPUT_UNWRITABLE`
 */
export async function openOutputFolder(path: string, { isOurs }: { readonly isOurs: boolean }): Promise<OutputFolder> {
  await orUnwritable(path, async () => {
    await makeFolder(path);
    const probe = join(path, `.probe-${process.pid}`);
    await writeFile(probe, '');
    await rm(probe);
    if (isOurs) await writeFile(join(path, '.gitignore'), '*\n');
    for (const file of OUTPUT_FILES) await rm(join(path, file), { force: true });
  });
  return {
    path,
    write: (verdict, recording) =>
      orUnwritable(path, async () => {
        await writeWhole(join(path, RECORDING), `${JSON.stringify(recording, undefined, 2)}\n`);
        for (const { file, reporter } of REPORTS) {
          await writeWhole(join(path, file), reporter.render(verdict, recording, { toolVersion: packageVersion }));
        }
      }),
  };
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
async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  await writeFile(unfinished, text);
  await rename(unfinished, path);
}

async function orUnwritable(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw new PgrehearseError('OUTPUT_UNWRITABLE', `${path} cannot be written: ${toError(cause).message}.`, { cause });
  }
}
