import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { PgrehearseError } from '../../support/errors.ts';
import { atExit } from '../../support/exit-hook.ts';
import { endCrashedServerIn } from './leftovers/end-servers.ts';
import { noteSharedMemory } from './leftovers/shared-memory.ts';
import { serverEnvironment } from './server-environment.ts';
import { lastLogLines, STARTUP_LOG } from './server-log.ts';
import type { ServerUser } from './server-user.ts';

/** A running server; disposal stops it at once and never rejects. */
export interface Postmaster extends AsyncDisposable {
  /** It goes on when our process ends. */
  release(): void;
}

export interface PostmasterOptions {
  readonly program: string;
  readonly dataFolder: string;
  readonly logFolder: string;
  readonly port: number;
  readonly user: ServerUser | undefined;
}

/** Resolves once the server accepts connections; `undefined` when someone else was faster to take the port. */
export async function startPostmaster(
  options: PostmasterOptions,
  signal: AbortSignal,
): Promise<Postmaster | undefined> {
  const startupLog = await open(join(options.logFolder, STARTUP_LOG), 'w', 0o600);
  const { child, failure } = launch(options, startupLog.fd);
  const forget = atExit(() => stopNow(child, options.dataFolder));
  const postmaster: Postmaster = {
    release: forget,
    [Symbol.asyncDispose]: async () => {
      await stop(child);
      await endCrashedServerIn(dirname(options.dataFolder));
      forget();
    },
  };
  try {
    await startupLog.close();
    if (child.pid === undefined) throw notLaunched(options.program, await failure);
    if (await isReady(child, options, signal)) {
      await noteSharedMemory(dirname(options.dataFolder), child.pid);
      return postmaster;
    }
    const log = await lastWords(options.logFolder);
    if (!PORT_TAKEN.test(log)) throw unavailable('The server did not start.', log);
    forget();
    return undefined;
  } catch (error) {
    await postmaster[Symbol.asyncDispose]();
    throw error;
  }
}

interface Launch {
  readonly child: ChildProcess;
  /** Resolves when there is no such program, or it may not be run; a child without a listener would end us. */
  readonly failure: Promise<Error>;
}

function launch({ program, dataFolder, port, user }: PostmasterOptions, outputFd: number): Launch {
  const child = spawn(program, ['-D', dataFolder, '-p', String(port)], {
    ...user,
    cwd: dataFolder,
    env: serverEnvironment(),
    stdio: ['ignore', outputFd, outputFd],
    // Ctrl-C in a terminal goes to the whole process group; the server must outlive it until we have tidied up.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  child.unref();
  return { child, failure: new Promise((resolve) => child.on('error', resolve)) };
}

const notLaunched = (program: string, cause: Error): PgrehearseError =>
  new PgrehearseError('SERVER_UNAVAILABLE', `${program} could not be started: ${cause.message}.`, {
    cause,
    hint: 'The user that the server runs as must be able to run it.',
  });

/** Asks our own data directory, not the port: on the port another run's server may answer. `false`: the server ended. */
async function isReady(
  child: ChildProcess,
  { dataFolder, logFolder }: PostmasterOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  while (!hasEnded(child)) {
    signal.throwIfAborted();
    const [pid, , , , , , , status] = (await readFile(join(dataFolder, PID_FILE), 'utf8').catch(() => '')).split('\n');
    if (Number(pid) === child.pid && status?.trim() === 'ready') return true;
    if (performance.now() > deadlineMs) {
      throw unavailable(`The server was not ready after ${START_TIMEOUT_MS} ms.`, await lastLogLines(logFolder));
    }
    await delay(POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  return false;
}

/** The logging collector outlives the server that ended, and may still be writing what that said last. */
async function lastWords(logFolder: string): Promise<string> {
  const deadlineMs = performance.now() + LOG_TIMEOUT_MS;
  let log = await lastLogLines(logFolder);
  while (!/^(?:FATAL|PANIC):|is shut down/m.test(log) && performance.now() < deadlineMs) {
    await delay(POLL_MS);
    log = await lastLogLines(logFolder);
  }
  return log;
}

/** Immediately, as `pg_ctl stop -m immediate`: nobody needs the data any more. */
async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.ref();
  child.kill('SIGQUIT');
  const patience = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(patience);
}

/** In the middle of `process.exit` nothing asynchronous happens any more; the pid file goes with the server. */
function stopNow(child: ChildProcess, dataFolder: string): void {
  if (hasEnded(child)) return;
  child.kill('SIGQUIT');
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (let round = 0; round < 200 && existsSync(join(dataFolder, PID_FILE)); round++) Atomics.wait(clock, 0, 0, 10);
  child.kill('SIGKILL');
}

const hasEnded = ({ pid, exitCode, signalCode }: ChildProcess): boolean =>
  pid === undefined || exitCode !== null || signalCode !== null;

const unavailable = (what: string, log: string): PgrehearseError =>
  new PgrehearseError('SERVER_UNAVAILABLE', log === '' ? what : `${what} Its log ends with:\n${log}`);

const PID_FILE = 'postmaster.pid';
const PORT_TAKEN = /could not create any TCP\/IP sockets/;
const POLL_MS = 4;
const START_TIMEOUT_MS = 60_000;
const LOG_TIMEOUT_MS = 3_000;
/** A backend that hangs in the kernel keeps the postmaster waiting for 5 s before it kills it. */
const STOP_TIMEOUT_MS = 8_000;
