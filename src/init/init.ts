import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { detectTool } from '../migrations/index.ts';
import { type OtherTool, recogniseOther } from '../migrations/other-tool.ts';
import { byteSize } from '../support/amounts.ts';
import { codeOf, PgrehearseError, toError } from '../support/errors.ts';
import { type ConfigFacts, configText } from './config-text.ts';
import { type FoundBackup, findBackups } from './find-backup.ts';

export const CONFIG_NAME = 'pgrehearse.config.yaml';

/** A config that fits a project. */
export interface Proposal {
  readonly facts: ConfigFacts;
  readonly text: string;
  /** In use here, where no tool of ours is. */
  readonly otherTool?: OtherTool;
}

/** Looks for the migration tool and a backup; reads only. */
export async function proposeConfig(projectFolder: string, signal: AbortSignal): Promise<Proposal> {
  const detected = await detectTool(projectFolder);
  const [newest, ...others] = await findBackups(projectFolder, signal);
  const directory = detected?.tool.directory?.(projectFolder);
  const facts: ConfigFacts = {
    ...(detected && {
      tool: {
        id: detected.tool.id,
        why: detected.why.replaceAll(/\s+/g, ' '),
        ...(directory !== undefined && { directory }),
      },
    }),
    ...(newest && { backup: { file: newest.file, what: describe(newest), others: others.map(({ file }) => file) } }),
  };
  const otherTool = detected ? undefined : await recogniseOther(projectFolder);
  return { facts, text: configText(facts), ...(otherTool && { otherTool }) };
}

const describe = ({ description: { format, bytes, serverMajor, createdAt } }: FoundBackup): string =>
  [
    `${format}, ${byteSize(bytes)}`,
    ...(serverMajor === undefined ? [] : [`PostgreSQL ${serverMajor}`]),
    ...(createdAt === undefined ? [] : [`made ${createdAt.slice(0, 10)}`]),
  ].join(', ');

/**
 * Never in the place of anything.
 *
 * @throws {PgrehearseError} `CONFIG_EXISTS`, `OUTPUT_UNWRITABLE`
 */
export async function writeConfig(projectFolder: string, text: string): Promise<string> {
  const path = join(projectFolder, CONFIG_NAME);
  try {
    await using file = await open(path, 'wx');
    await file.writeFile(text);
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') throw configExists(path);
    throw new PgrehearseError('OUTPUT_UNWRITABLE', `${path} cannot be written: ${toError(cause).message}.`, {
      cause,
      hint: '`pgrehearse init --print` prints it instead.',
    });
  }
  return path;
}

export const configExists = (path: string): PgrehearseError =>
  new PgrehearseError('CONFIG_EXISTS', `There is a config already: ${path}.`);
