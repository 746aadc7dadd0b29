import { constants } from 'node:fs';
import { cp } from 'node:fs/promises';

import { runCommand } from './run-command.ts';

/** Copies an initialised data directory, with owner and modes. */
export async function copyData(source: string, target: string, signal: AbortSignal): Promise<void> {
  if (process.platform === 'win32') {
    await cp(source, target, { recursive: true, mode: constants.COPYFILE_FICLONE });
    return signal.throwIfAborted();
  }
  // A thousand small files: 32 ms this way, 400 ms with node's own `cp` (fs/promises, Node 20).
  const flags = process.platform === 'darwin' ? '-ac' : '-a';
  const copied = await runCommand('cp', [flags, source, target], { user: undefined, workingFolder: '/' }, signal);
  if (copied.exitCode !== 0)
    throw new Error(`The data directory could not be copied: ${copied.errorOutput.trim().split('\n')[0]}`);
}
