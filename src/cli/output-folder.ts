import type { KeyObject } from 'node:crypto';
import type { Verdict } from '../findings/verdict.ts';
import { buildCertificate } from '../preflight/certificate/build-certificate.ts';
import { certificateText } from '../preflight/certificate/certificate-text.ts';
import type { Recording } from '../recording/recording.ts';
import { REPORTERS } from '../reports/index.ts';
import { packageVersion } from '../support/package.ts';
import { orUnwritable, prepareFolder, writeTogether } from './write-files.ts';

/** Where recording and reports of a run go. */
export interface OutputFolder {
  readonly path: string;
  readonly write: (verdict: Verdict, recording: Recording) => Promise<void>;
}

const REPORTS = REPORTERS.flatMap((reporter) =>
  reporter.file === undefined ? [] : [{ file: reporter.file, reporter }],
);

const RECORDING = 'recording.json';

const CERTIFICATE = 'certificate.json';

export const OUTPUT_FILES: readonly string[] = [RECORDING, CERTIFICATE, ...REPORTS.map(({ file }) => file)];

export interface OutputOptions {
  /** The folder is the default one, which git should not see. */
  readonly isOurs: boolean;
  /** Ed25519; signs the certificate. */
  readonly signingKey?: KeyObject;
}

/**
 * Makes the folder and tries it out, before a long rehearsal finds that its result cannot be kept. Files of an earlier
 * run are removed, so that whatever is found there afterwards is of this one.
 *
 * @throws {PgrehearseError} `OUTPUT_UNWRITABLE`
 */
export async function openOutputFolder(path: string, { isOurs, signingKey }: OutputOptions): Promise<OutputFolder> {
  await orUnwritable(path, () => prepareFolder(path, { isOurs, remove: OUTPUT_FILES }));
  return {
    path,
    write: (verdict, recording) =>
      orUnwritable(path, async () => {
        const reports = REPORTS.map(
          ({ file, reporter }) => [file, reporter.render(verdict, recording, { toolVersion: packageVersion })] as const,
        );
        await writeTogether(path, {
          [RECORDING]: `${JSON.stringify(recording, undefined, 2)}\n`,
          [CERTIFICATE]: certificateText(buildCertificate(recording, verdict), signingKey),
          ...Object.fromEntries(reports),
        });
      }),
  };
}
