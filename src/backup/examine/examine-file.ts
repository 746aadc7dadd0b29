import { byteSize } from '../../support/amounts.ts';
import { answerWithin, NoAnswer } from '../../support/answer-within.ts';
import { type Prerequisite, prerequisiteFrom } from '../../support/prerequisite.ts';
import { findPgRestore } from '../archive/find-pg-restore.ts';
import type { BackupDescription } from '../backup.ts';
import { openBackup, type OpenBackupOptions } from '../open-backup.ts';
import type { BackupExamination } from './examination.ts';
import { extensionsOf, type Glance, glanceAt } from './glance.ts';
import { installClient } from './install-client.ts';

/** For each look at the file. */
const PATIENCE_MS = 5_000;

export interface FileOptions extends OpenBackupOptions {
  readonly maxAgeHours?: number;
}

/** What it is, how old, and which program would restore it. */
export async function examineFile(
  path: string,
  { maxAgeHours, ...options }: FileOptions,
  signal: AbortSignal,
): Promise<BackupExamination> {
  let glance: Glance;
  try {
    glance = await answerWithin(PATIENCE_MS, signal, (limited) => glanceAt(path, limited));
  } catch (error) {
    signal.throwIfAborted();
    return { prerequisites: [prerequisiteFrom('backup.file', error)] };
  }
  const { description } = glance;
  const { lines, extensions } = await archiveLines(glance, options, signal);
  return {
    prerequisites: [
      { name: 'backup.file', state: 'found', detail: describe(description) },
      ...ageLines(description, maxAgeHours),
      ...lines,
    ],
    bytes: description.bytes,
    ...(description.serverMajor !== undefined && { serverMajor: description.serverMajor }),
    ...(extensions && { extensions }),
    ...(description.format === 'base' && { isBase: true }),
    ...(glance.dumpVersion !== undefined && { dumpVersion: glance.dumpVersion }),
  };
}

const describe = ({ path, format, bytes, serverMajor, createdAt }: BackupDescription): string =>
  [
    path,
    format,
    byteSize(bytes),
    ...(serverMajor === undefined ? [] : [`PostgreSQL ${serverMajor}`]),
    createdAt === undefined ? 'does not say when it was made' : `made ${createdAt}`,
  ].join(', ');

function ageLines({ createdAt }: BackupDescription, maxAgeHours: number | undefined): readonly Prerequisite[] {
  if (maxAgeHours === undefined) return [];
  const name = 'backup.maxAgeHours';
  if (createdAt === undefined) {
    const mend = 'Make the dump with pg_dump --verbose, or leave maxAgeHours out';
    return [{ name, state: 'unknown', detail: 'the backup does not say when it was made', mend }];
  }
  const ageHours = (Date.now() - Date.parse(createdAt)) / 3_600_000;
  const detail = `${ageHours.toFixed(1)} hours old, the limit is ${maxAgeHours} hours`;
  if (ageHours <= maxAgeHours) return [{ name, state: 'found', detail }];
  return [{ name, state: 'missing', detail, mend: 'Take a new backup, or raise backup.maxAgeHours' }];
}

interface ArchiveExamination {
  readonly lines: readonly Prerequisite[];
  readonly extensions?: readonly string[];
}

async function archiveLines(
  { located, description, dumpVersion }: Glance,
  options: OpenBackupOptions,
  signal: AbortSignal,
): Promise<ArchiveExamination> {
  const { path, format, compression } = located;
  const readable = await wholeLine(path, options, signal);
  if (format === 'plain' || format === 'base') return { lines: [readable] };
  const { serverMajor } = description;
  const wish = {
    ...(dumpVersion !== undefined && { dumpVersion }),
    ...(serverMajor !== undefined && { serverMajor }),
  };
  try {
    const tool = await findPgRestore(wish, signal);
    const found: Prerequisite = { name: 'pg_restore', state: 'found', detail: `${tool.version} in ${tool.folder}` };
    if (readable.state !== 'found' || compression !== 'none') return { lines: [found, readable] };
    const extensions = await answerWithin(PATIENCE_MS, signal, (limited) => extensionsOf(tool, path, limited)).catch(
      () => undefined,
    );
    return { lines: [found, readable], ...(extensions && { extensions }) };
  } catch (error) {
    signal.throwIfAborted();
    const major = dumpVersion === undefined ? undefined : Number.parseInt(dumpVersion, 10);
    const line = prerequisiteFrom('pg_restore', error, await installClient(major));
    if (options.serverBringsClients !== true) return { lines: [line] };
    // Whether that of the server can is seen when it is tried.
    return {
      lines: [{ ...line, detail: `${line.detail}; \`run\` takes that of the server`, optional: true }, readable],
    };
  }
}

/** As `run` opens it: checksum, table of contents, end. Of a large one that takes long, which is no fault. */
async function wholeLine(path: string, options: OpenBackupOptions, signal: AbortSignal): Promise<Prerequisite> {
  const name = 'readable';
  try {
    await answerWithin(PATIENCE_MS, signal, (limited) => openBackup(path, options, limited));
    return { name, state: 'found', detail: 'as far as can be told before it is restored' };
  } catch (error) {
    signal.throwIfAborted();
    const line = prerequisiteFrom(name, error);
    if (!(error instanceof NoAnswer)) return line;
    return { ...line, detail: 'reading it as a whole takes longer than doctor waits', optional: true };
  }
}
