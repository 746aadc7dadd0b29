import { setTimeout as delay } from 'node:timers/promises';

import { sqlStateOf } from '../../postgres/sqlstate.ts';
import { isPgrehearseError, PgrehearseError, toError } from '../../support/errors.ts';
import { takeOver } from '../own/take-over.ts';
import type { OnNews } from '../provider.ts';
import { untilAborted } from '../../support/until-aborted.ts';
import { lastContainerLines } from './container-log.ts';
import type { Container } from './engine.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Passwords {
  readonly oldPassword: string;
  readonly newPassword: string;
}

/**
 * Waits for the server itself: while an image fills its data directory it runs one that only its own socket reaches. Gives it its
 * password in the same moment in which it is there.
 */
export async function waitUntilReady(
  container: Container,
  address: Address,
  passwords: Passwords,
  signal: AbortSignal,
  onNews: OnNews,
): Promise<{ readonly version: string }> {
  const startedAtMs = performance.now();
  let nextLookMs = 0;
  for (;;) {
    signal.throwIfAborted();
    const failure = await untilAborted(
      takeOver({ address, ...passwords }).catch((error: unknown) => toError(error)),
      signal,
    );
    if (!(failure instanceof Error)) return failure;
    if (isFinal(failure)) throw refused(failure);
    const waitedMs = performance.now() - startedAtMs;
    if (waitedMs > nextLookMs) {
      await throwIfEnded(container);
      nextLookMs = waitedMs + LOOK_EVERY_MS;
      if (waitedMs > START_TIMEOUT_MS) throw await notReady(container, waitedMs, failure);
      if (waitedMs > PATIENCE_MS) onNews({ kind: 'doing', text: 'Waiting for the server in its container' });
    }
    await delay(POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** Not to be mended by waiting: a server answers, and is not ours. */
const isFinal = (error: Error): boolean => isPgrehearseError(error) || /^(?:28|3D|42)/.test(sqlStateOf(error) ?? '');

const refused = (cause: Error): PgrehearseError =>
  new PgrehearseError('SERVER_UNAVAILABLE', `The server in the container does not let us in: ${cause.message}.`, {
    cause,
    hint: 'The image must take the superuser postgres and its password from POSTGRES_USER and POSTGRES_PASSWORD.',
  });

async function throwIfEnded(container: Container): Promise<void> {
  const { State } = await container.inspect();
  if (State.Running) return;
  const reason = State.OOMKilled ? ' It ran out of memory.' : '';
  const log = await lastContainerLines(container);
  throw new PgrehearseError(
    'SERVER_UNAVAILABLE',
    `The container ended with exit code ${State.ExitCode}.${reason}${log === '' ? '' : ` Its log ends with:\n${log}`}`,
    { hint: hintFor(log, State.OOMKilled) },
  );
}

function hintFor(log: string, isOutOfMemory: boolean): string {
  if (isOutOfMemory) return 'Raise `server.docker.memoryGib`, or lower `server.settings.shared_buffers`.';
  if (/no space left/i.test(log))
    return 'Make room for the engine (`docker system df`), or set `server.docker.tmpfsGib` (in memory; 0: on its disk).';
  return 'The lines of the container above say why; `server.settings` and `server.image` decide what it runs.';
}

async function notReady(container: Container, waitedMs: number, failure: Error): Promise<PgrehearseError> {
  const log = await lastContainerLines(container);
  const waited = `The server in the container did not answer within ${Math.round(waitedMs / 1000)} s`;
  return new PgrehearseError('SERVER_UNAVAILABLE', `${waited}: ${failure.message}. Its log ends with:\n${log}`, {
    cause: failure,
    hint: 'A Docker Engine elsewhere must let us reach the ports of its containers.',
  });
}

const POLL_MS = 25;
const LOOK_EVERY_MS = 250;
const PATIENCE_MS = 10_000;
/** Init scripts of an image may install much. */
const START_TIMEOUT_MS = 300_000;
