import { spawn } from 'node:child_process';

import { atExit } from '../../support/exit-hook.ts';
import { killGroup } from '../../support/kill-group.ts';
import { serverEnvironment } from './server-environment.ts';
import type { ServerUser } from './server-user.ts';

export interface CommandResult {
  readonly exitCode: number;
  readonly output: string;
  readonly errorOutput: string;
}

export interface CommandOptions {
  readonly user: ServerUser | undefined;
  readonly workingFolder: string;
  /** For its standard input. */
  readonly input?: string;
}

/** Runs a program to its end. An abort kills it with all its children, and rejects once they are gone. */
export async function runCommand(
  program: string,
  args: readonly string[],
  { user, workingFolder, input }: CommandOptions,
  signal: AbortSignal,
): Promise<CommandResult> {
  signal.throwIfAborted();
  const child = spawn(program, args, {
    ...user,
    cwd: workingFolder,
    env: serverEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe'],
    // A process group of its own, so that its children can be killed with it and Ctrl-C is ours to handle.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  // Whether it reads that to its end is its own affair.
  child.stdin.on('error', () => {}).end(input);
  const kill = (): void => killGroup(child.pid, 'SIGKILL');
  const forget = atExit(kill);
  signal.addEventListener('abort', kill, { once: true });
  try {
    const result = await new Promise<CommandResult>((resolve, reject) => {
      let output = '';
      let errorOutput = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (errorOutput += text));
      child.once('error', reject);
      child.once('close', (code) => resolve({ exitCode: code ?? -1, output, errorOutput }));
    });
    signal.throwIfAborted();
    return result;
  } finally {
    forget();
    signal.removeEventListener('abort', kill);
  }
}
