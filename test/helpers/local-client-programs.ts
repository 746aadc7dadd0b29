import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import type { ClientCall, ClientPrograms } from '../../src/postgres/client-programs.ts';
import type { DatabaseTarget } from '../../src/server/provider.ts';

export interface LocalClientPrograms extends ClientPrograms, Disposable {
  readonly calls: readonly ClientCall[];
  readonly brought: readonly string[];
}

/**
 * Programs of a folder of this machine as a container has them: they see copies in a place of their own, and no
 * environment but what they are given.
 */
export function clientProgramsOf(
  folder: string,
  { host, port }: DatabaseTarget,
  version?: string,
): LocalClientPrograms {
  const place = mkdtempSync(join(tmpdir(), 'client-programs-'));
  const calls: ClientCall[] = [];
  const brought: string[] = [];
  const run = (call: ClientCall, signal: AbortSignal): Promise<number | undefined> => {
    const child = spawn(join(folder, call.program), call.args, {
      env: { ...call.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
      killSignal: 'SIGTERM',
    });
    child.stdout.on('data', (piece: Buffer) => call.onStdout?.(piece));
    child.stderr.setEncoding('utf8').on('data', (text: string) => call.onStderr?.(text));
    return new Promise((resolve, reject) => {
      child.once('error', (error) => (signal.aborted ? undefined : reject(error)));
      child.once('close', (code) => (signal.aborted ? reject(signal.reason) : resolve(code ?? undefined)));
    });
  };
  return {
    host,
    port,
    calls,
    brought,
    version: async (program, signal) => {
      if (version !== undefined) return version === '' ? undefined : version;
      let said = '';
      const onStdout = (piece: Buffer): void => void (said += piece.toString());
      await run({ program, args: ['--version'], environment: {}, onStdout }, signal);
      return /\d+(?:\.\d+)*/.exec(said)?.[0];
    },
    bring: async (path) => {
      const there = join(place, String(brought.length));
      mkdirSync(there);
      cpSync(path, join(there, basename(path)), { recursive: true });
      brought.push(join(there, basename(path)));
      return join(there, basename(path));
    },
    run: (call, signal) => {
      calls.push(call);
      return run(call, signal);
    },
    [Symbol.dispose]: () => {
      chmodSync(place, 0o700);
      rmSync(place, { recursive: true });
    },
  };
}
