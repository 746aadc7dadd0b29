import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

import type { ClientCall } from '../../postgres/client-programs.ts';
import { untilAborted } from '../../support/until-aborted.ts';
import { BROUGHT } from './container-plan.ts';
import type { Container, Docker } from './engine.ts';

export interface Place {
  readonly docker: Docker;
  readonly container: Container;
}

type Call = Omit<ClientCall, 'program'> & { readonly program: string };

/** Runs a program as root to its end. The engine cannot end one, so the program leaves its pid, by which an abort does. */
export async function runInContainer(place: Place, call: Call, signal: AbortSignal): Promise<number | undefined> {
  signal.throwIfAborted();
  const pidFile = `${BROUGHT}/${randomBytes(6).toString('hex')}.pid`;
  const exec = await place.container.exec({
    Cmd: ['sh', '-c', 'echo $$ > "$0" && exec "$@"', pidFile, call.program, ...call.args],
    Env: Object.entries(call.environment).map(([name, value]) => `${name}=${value}`),
    User: '0',
    AttachStdout: true,
    AttachStderr: true,
  });
  const output = await exec.start({});
  const ended = once(output, 'end');
  // Nobody may be waiting when the connection breaks.
  ended.catch(() => {});
  place.docker.modem.demuxStream(output, sink(call.onStdout), sink(asText(call.onStderr)));
  try {
    await untilAborted(ended, signal);
    signal.throwIfAborted();
  } catch (error) {
    if (!signal.aborted) throw error;
    await end(place, pidFile, ended);
    output.destroy();
    throw signal.reason;
  }
  const { ExitCode } = await exec.inspect();
  // The shell's way to say that a signal ended it.
  return ExitCode === null || ExitCode > 128 ? undefined : ExitCode;
}

/** The program with its children: it leads a session of its own. What resists is killed with the container. */
async function end({ container }: Place, pidFile: string, ended: Promise<unknown>): Promise<void> {
  const over = ended.then(
    () => true,
    () => true,
  );
  for (let round = 0; round < ROUNDS; round++) {
    const name = round < GENTLE_ROUNDS ? 'TERM' : 'KILL';
    const Cmd = ['sh', '-c', `kill -${name} -- "-$(cat "$0")"`, pidFile];
    await container
      .exec({ Cmd, User: '0' })
      .then((exec) => exec.start({ Detach: true }))
      .catch(() => {});
    if (await Promise.race([over, delay(ROUND_MS, false)])) return;
  }
}

/** Must not reject: the stream of the engine would never end. */
const sink = (onPiece: ((piece: Buffer) => void) | undefined): Writable =>
  new Writable({
    write: (piece: Buffer, _, done) => {
      onPiece?.(piece);
      done();
    },
  });

/** A character may lie across two pieces. */
function asText(onText: ((text: string) => void) | undefined): ((piece: Buffer) => void) | undefined {
  if (onText === undefined) return undefined;
  const decoder = new TextDecoder();
  return (piece) => onText(decoder.decode(piece, { stream: true }));
}

const ROUND_MS = 300;
const GENTLE_ROUNDS = 10;
const ROUNDS = 30;
