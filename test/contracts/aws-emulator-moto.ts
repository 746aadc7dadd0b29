import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { fillOnce } from '../helpers/fill-once.ts';

/** moto's server, an emulator of AWS in Python that others wrote: a second opinion on our test server. */
export interface Moto extends AsyncDisposable {
  readonly url: string;
}

/**
 * Brings moto with pip the first time, and starts it on loopback. Says why not where there is no Python or the registry
 * cannot be reached; that is no failure, in CI neither. One that was brought and does not start is.
 */
export async function startMoto(): Promise<Moto | Missing> {
  try {
    await promisify(execFile)('python3', ['--version']);
    await bringMoto();
  } catch (error) {
    const missing = `moto cannot be brought: ${String(error).split('\n', 1)[0]}`;
    process.stderr.write(`Skipped: ${missing}\n`);
    return { missing };
  }
  return launch();
}

export interface Missing {
  readonly missing: string;
}

export const isMissing = (moto: Moto | Missing): moto is Missing => 'missing' in moto;

async function launch(): Promise<Moto> {
  const server = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], {
    env: { PATH: process.env['PATH'], PYTHONPATH: FOLDER, PYTHONUNBUFFERED: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const stop = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  };
  try {
    return { url: await addressOf(server), [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** It says where it listens; the port is its own choice. */
async function addressOf(server: ChildProcess): Promise<string> {
  const timeout = AbortSignal.timeout(60_000);
  const output = [];
  if (server.stderr === null) throw new Error('moto has no output.');
  const lines = createInterface(server.stderr);
  timeout.addEventListener('abort', () => lines.close());
  for await (const line of lines) {
    output.push(line);
    const url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (url === undefined) continue;
    server.stderr.resume();
    return url;
  }
  throw new Error(`moto did not start: ${output.join('\n')}`);
}

async function bringMoto(): Promise<void> {
  await fillOnce(FOLDER, async (unfinished) => {
    const options = ['--quiet', '--disable-pip-version-check', '--no-input', '--retries', '1', '--timeout', '10'];
    await promisify(execFile)('python3', ['-m', 'pip', 'install', ...options, '--target', unfinished, ...PACKAGES]);
  });
}

const VERSION = '5.2.5';

/** Its `server` extra brings fifty packages for services that are not asked here. */
const PACKAGES = [`moto==${VERSION}`, 'flask==3.1.3', 'flask-cors==6.0.5'];

const FOLDER = join(
  dirname(fileURLToPath(import.meta.url)),
  `../../node_modules/.cache/pgrehearse-tests/moto-${VERSION}`,
);
