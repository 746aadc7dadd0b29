import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '../findings/verdict.ts';
import type { Recording } from '../recording/recording.ts';
import { REPORTERS } from '../reports/index.ts';
import { packageVersion } from '../support/package.ts';
import { orUnwritable, prepareFolder, writeWhole } from './write-files.ts';

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
    await prepareFolder(path, { isOurs });
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
