import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { toError } from '../../support/errors.ts';
import { atExit } from '../../support/exit-hook.ts';
import { killGroup } from '../../support/kill-group.ts';
import { noteProgram, unkept } from '../temporary-folder.ts';

export interface DumpRun {
  readonly program: string;
  readonly args: readonly string[];
  /** `program` is a text for the shell. */
  readonly shell?: boolean;
  readonly workingFolder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** A file that is not there yet, in a temporary folder of ours. What the program writes to its standard output goes there. */
  readonly into: string;
  readonly onBytes: (doneBytes: number) => void;
}

export interface DumpEnd {
  /** Undefined: ended by a signal. */
  readonly code: number | undefined;
  readonly endedBy?: string;
  readonly bytes: number;
  /** The end of what it wrote to its standard error. */
  readonly stderr: string;
}

/**
 * Runs a program that writes a dump, to its end. An abort ends it with all its children.
 *
 * @throws the error of `spawn` when there is no such program
 * @throws {PgrehearseError} `BACKUP_UNREADABLE` when what it writes cannot be kept
 */
export async function runDump(run: DumpRun, signal: AbortSignal): Promise<DumpEnd> {
  signal.throwIfAborted();
  const child = spawn(run.program, run.args, {
    cwd: run.workingFolder,
    env: run.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: run.shell === true,
    // A process group of its own, so that its children can be ended with it and Ctrl-C is ours to handle.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const forget = atExit(() => killGroup(child.pid, 'SIGKILL'));
  if (child.pid !== undefined) noteProgram(dirname(run.into), child.pid);
  const stop = stopper(child);
  signal.addEventListener('abort', stop.now, { once: true });
  try {
    const [end, bytes] = await Promise.all([ended(child), kept(child, run, stop.now)]);
    signal.throwIfAborted();
    if (bytes instanceof Error) throw await unkept(bytes);
    return { ...end, bytes };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop.now);
    stop.done();
    forget();
  }
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** Asks first, so that pg_dump can cancel what it has running on the server, and then no longer. */
function stopper(child: Child): { readonly now: () => void; readonly done: () => void } {
  let killer: NodeJS.Timeout | undefined;
  const finish = (): void => {
    killGroup(child.pid, 'SIGKILL');
    // Who left the group may hold the pipes for ever.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  return {
    now: () => {
      if (killer) return;
      killGroup(child.pid, 'SIGTERM');
      killer = setTimeout(finish, GRACE_MS);
      if (child.exitCode !== null || child.signalCode !== null) finish();
      else child.once('exit', finish);
    },
    done: () => clearTimeout(killer),
  };
}

const GRACE_MS = 3_000;

function ended(child: Child): Promise<Omit<DumpEnd, 'bytes'>> {
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = `${stderr}${text}`.slice(-STDERR_KEPT);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code, endedBy) => {
      resolve({ code: code ?? undefined, ...(endedBy !== null && { endedBy }), stderr });
    });
  });
}

const STDERR_KEPT = 16_384;

/** The bytes that came, or why they could not be kept; then the program is ended, since nobody takes what it writes. */
async function kept(child: Child, { into, onBytes }: DumpRun, stop: () => void): Promise<number | Error> {
  let bytes = 0;
  let toldMs = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    const nowMs = performance.now();
    if (nowMs - toldMs < BETWEEN_NEWS_MS) return;
    toldMs = nowMs;
    onBytes(bytes);
  });
  try {
    await pipeline(child.stdout, createWriteStream(into, { flags: 'wx', mode: 0o600 }));
    return bytes;
  } catch (thrown) {
    stop();
    return toError(thrown);
  }
}

const BETWEEN_NEWS_MS = 250;
