import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { findConfig } from '../config/find-config.ts';
import { configExists, CONFIG_NAME, proposeConfig, type Proposal, writeConfig } from '../init/init.ts';
import { hintOnOther } from '../migrations/other-tool.ts';
import { oneLine } from '../reports/printable.ts';
import { isPgrehearseError, PgrehearseError } from '../support/errors.ts';
import { EXIT } from './exit-codes.ts';
import { interruptible } from './interruption.ts';
import { jsonDocument } from './json-document.ts';
import { shellWord } from './shell-word.ts';
import { pathFor, type Terminal } from './terminal.ts';

export interface InitFlags {
  readonly print?: boolean;
  readonly json?: boolean;
}

/** Look, write, say what comes next. */
export async function runInit(terminal: Terminal, path: string | undefined, flags: InitFlags): Promise<void> {
  const folder = resolve(terminal.cwd, path ?? '.');
  await assertFolder(folder, path);
  if (flags.print !== true) await assertNoConfig(folder);
  const proposal = await interruptible(terminal, (signal) => proposeConfig(folder, signal));
  const file = flags.print === true ? undefined : await writeConfig(folder, proposal.text);
  if (flags.json === true) terminal.out(jsonDocument(documentOf(proposal, file, next(path))));
  else say(terminal, proposal, file, next(path));
  terminal.setExitCode(EXIT.safe);
}

async function assertFolder(folder: string, path: string | undefined): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  const what = found ? 'is no folder' : 'does not exist';
  throw new PgrehearseError('CONFIG_NOT_FOUND', `${path ?? folder} ${what}.`, {
    hint: 'Pass the folder of the project, where the config shall be.',
  });
}

/** In any of its forms: `run` would not know which one is meant. */
async function assertNoConfig(folder: string): Promise<void> {
  try {
    const file = await findConfig(undefined, folder);
    if (file !== undefined) throw configExists(file);
  } catch (error) {
    // Several of them.
    if (isPgrehearseError(error) && error.code === 'CONFIG_INVALID') throw configExists(folder);
    throw error;
  }
}

function say(
  terminal: Terminal,
  { facts, text, otherTool }: Proposal,
  file: string | undefined,
  command: string,
): void {
  const { outPaint, out, err } = terminal;
  const isWritten = file !== undefined;
  const { tool, backup } = facts;
  const lines = [
    tool
      ? `${outPaint('good', '✓')} migrations: ${tool.id}, ${oneLine(tool.why)}`
      : `${outPaint('warning', '–')} migrations: no tool was recognised. ${otherTool ? hintOnOther(otherTool) : 'Name it with migrations.tool: knex or sql.'}`,
    backup
      ? `${outPaint('good', '✓')} backup: ${oneLine(backup.file)}, ${backup.what}`
      : `${outPaint('warning', '–')} backup: none was found; without one a rehearsal starts from an empty database`,
  ];
  if (!isWritten) {
    // Only the config itself is on stdout, so that it can be sent to a file.
    out(text);
    return err(`${lines.join('\n')}\n`);
  }
  out(`${lines.join('\n')}\n\n${pathFor(terminal, file)} is written. Next: ${outPaint('strong', command)}\n`);
}

const documentOf = (
  { facts: { tool, backup }, text }: Proposal,
  file: string | undefined,
  command: string,
): Readonly<Record<string, unknown>> => ({
  written: file ?? null,
  name: CONFIG_NAME,
  found: { tool: tool ?? null, backup: backup ?? null },
  text,
  next: command,
});

const next = (path: string | undefined): string => `pgrehearse plan${path === undefined ? '' : ` ${shellWord(path)}`}`;
