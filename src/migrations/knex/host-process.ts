import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PgrehearseError } from '../../support/errors.ts';
import { killGroup } from '../../support/kill-group.ts';
import { redact } from '../../support/redact.ts';
import { type HostRefusal, type HostReply, type HostRequest, isEnvelope, isHostReply, MARK } from './messages.ts';

export interface HostOptions {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** The user's code is TypeScript, which Node 20 cannot read. */
  readonly typescript: boolean;
  readonly onOutput: (text: string) => void;
}

/** What came back: an answer, or the news that the process ended, and how. */
type Answered<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | {
      readonly kind: 'gone';
      readonly how: string;
      /** False: it had ended before it looked at the request. */
      readonly begun: boolean;
    };

/** A process of its own for the user's code: it may crash, exit, hang or print without touching ours. */
export interface Host extends AsyncDisposable {
  /** Says nothing more than that the process has not ended yet. */
  isAlive(): boolean;
  /**
   * One request at a time. On abort the process is killed and the promise rejects with the signal's reason.
   *
   * @throws {PgrehearseError} what the host refused with
   */
  ask<Answer>(
    request: HostRequest,
    isAnswer: (value: unknown) => value is Answer,
    signal: AbortSignal,
  ): Promise<Answered<Answer>>;
}

export function startHost(options: HostOptions): Host {
  const child = forkHost(options);
  const ended = endOf(child);
  let requests = 0;
  return {
    isAlive: () => child.exitCode === null && child.signalCode === null && child.connected,
    async ask(request, isAnswer, signal) {
      signal.throwIfAborted();
      requests += 1;
      let begun = false;
      const onBegun = (): void => {
        begun = true;
      };
      const kill = (): void => void endProcess(child, ended);
      signal.addEventListener('abort', kill, { once: true });
      const reply = await Promise.race([exchange(child, requests, request, onBegun), ended]);
      if (typeof reply !== 'string' && reply.kind === 'answer' && reply.leaving) await ended;
      signal.removeEventListener('abort', kill);
      signal.throwIfAborted();
      if (typeof reply === 'string') return { kind: 'gone', how: reply, begun };
      if (reply.kind === 'refusal') throw refusalError(reply.refusal);
      if (!isAnswer(reply.answer)) throw strangeAnswer(request);
      return { kind: 'answer', answer: reply.answer };
    },
    [Symbol.asyncDispose]: () => endProcess(child, ended),
  };
}

const GRACE_MS = 1_000;

function forkHost({ folder, environment, typescript, onOutput }: HostOptions): ChildProcess {
  const extension = extname(fileURLToPath(import.meta.url));
  const script = fileURLToPath(new URL(`./host${extension}`, import.meta.url));
  // Our own sources are TypeScript too, when they are run without a build.
  const needsTsx = typescript || extension === '.ts';
  const child = fork(script, [], {
    cwd: folder,
    env: environment,
    execArgv: needsTsx ? ['--import', tsxLoader()] : [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A process group of its own, so that programs which the user's code starts can be ended with it.
    detached: process.platform !== 'win32',
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => onOutput(redact(text)));
  }
  return child;
}

const tsxLoader = (): string => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

type LastReply = Exclude<HostReply, { kind: 'begun' }>;

async function exchange(
  child: ChildProcess,
  number: number,
  content: HostRequest,
  onBegun: () => void,
): Promise<LastReply> {
  return new Promise((resolve) => {
    const listen = (message: unknown): void => {
      if (!isEnvelope(message) || message.number !== number || !isHostReply(message.content)) return;
      if (message.content.kind === 'begun') return onBegun();
      child.off('message', listen);
      resolve(message.content);
    };
    child.on('message', listen);
    // A failing send means that the process is ending, which the race sees by itself.
    child.send({ mark: MARK, number, content }, () => {});
  });
}

/**
 * Resolves when nothing more can come: the process is gone, its last message read and its output passed on. Programs that
 * the user's code left behind go with it; one that left the group may keep the output open for ever, so that is waited
 * for but briefly.
 */
async function endOf(child: ChildProcess): Promise<string> {
  const closed = new Promise((resolve) => child.once('close', resolve));
  const disconnected = new Promise((resolve) => child.once('disconnect', resolve));
  const failure = await new Promise<Error | undefined>((resolve) => {
    child.once('exit', () => resolve(undefined));
    // Stays: a message that can no longer be delivered also comes as an error.
    child.on('error', (error) => child.pid === undefined && resolve(error));
  });
  if (failure) return failure.message;
  killGroup(child.pid, 'SIGKILL');
  await disconnected;
  await Promise.race([closed, setTimeout(GRACE_MS, undefined, { ref: false })]);
  return child.signalCode ?? `exit code ${child.exitCode ?? 'unknown'}`;
}

/** User code may ignore SIGTERM, or be in a loop that never looks. */
async function endProcess(child: ChildProcess, ended: Promise<string>): Promise<void> {
  // Of a process that has ended the number may be another's by now.
  if (child.exitCode !== null || child.signalCode !== null) return void (await ended);
  killGroup(child.pid, 'SIGTERM');
  const patience = new AbortController();
  const impatience = setTimeout(GRACE_MS, undefined, { signal: patience.signal }).then(() =>
    killGroup(child.pid, 'SIGKILL'),
  );
  await ended;
  patience.abort();
  await impatience.catch(() => {});
}

const refusalError = ({ code, message, hint }: HostRefusal): PgrehearseError =>
  new PgrehearseError(code, message, hint === undefined ? {} : { hint });

const strangeAnswer = ({ kind }: HostRequest): PgrehearseError =>
  new PgrehearseError('MIGRATION_TOOL_FAILED', `The process that runs knex gave no proper answer to "${kind}".`, {
    hint: 'This is a fault of pgrehearse; please report it.',
  });
