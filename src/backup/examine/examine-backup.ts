import { type Prerequisite, prerequisiteFrom } from '../../support/prerequisite.ts';
import { findClientTools } from '../client-tools.ts';
import { readMasking } from '../masking.ts';
import type { BackupSource } from '../source/backup-source.ts';
import type { BackupExamination } from './examination.ts';
import { isS3Address } from '../source/s3/s3-address.ts';
import { examineCommand } from './examine-command.ts';
import { examineFile } from './examine-file.ts';
import { examineS3 } from './examine-s3.ts';
import { examineUrl } from './examine-url.ts';
import { installClient } from './install-client.ts';

export interface ExaminedSource extends BackupSource {
  readonly maxAgeHours?: number;
  readonly masking?: string;
  /** Client programs come with the server as well. */
  readonly serverBringsClients: boolean;
}

/** What a backup needs to be restored. Takes none, restores none; a question to a server or a disk has its limit. */
export async function examineBackup(
  source: ExaminedSource,
  projectFolder: string,
  signal: AbortSignal,
): Promise<BackupExamination> {
  const examination = await examineSource(source, projectFolder, signal);
  if (source.masking === undefined) return examination;
  return { ...examination, prerequisites: [...examination.prerequisites, await maskingLine(source.masking)] };
}

/** Programs of the client, for whoever has named no backup yet. */
export async function examineClients(signal: AbortSignal): Promise<readonly Prerequisite[]> {
  const tools = await findClientTools('pg_restore', signal);
  if (tools.length > 0) {
    return tools.toReversed().map(({ version, folder }) => ({
      name: 'pg_restore',
      state: 'found',
      detail: `${version} in ${folder}`,
    }));
  }
  const detail = 'there is none on this machine; only plain SQL dumps can be restored';
  return [{ name: 'pg_restore', state: 'missing', detail, mend: await installClient(undefined), optional: true }];
}

async function examineSource(
  { s3 = {}, command, url, ...source }: ExaminedSource,
  projectFolder: string,
  signal: AbortSignal,
): Promise<BackupExamination> {
  const { file } = source;
  if (file !== undefined && isS3Address(file)) return { prerequisites: [await examineS3(file, s3, signal)] };
  if (file !== undefined) return examineFile(file, source, signal);
  if (url !== undefined) return { prerequisites: await examineUrl(url, signal) };
  if (command !== undefined) return { prerequisites: [await examineCommand(command, projectFolder)] };
  return { prerequisites: [] };
}

async function maskingLine(path: string): Promise<Prerequisite> {
  const name = 'backup.masking';
  try {
    await readMasking(path);
    return { name, state: 'found', detail: path };
  } catch (error) {
    return prerequisiteFrom(name, error);
  }
}
