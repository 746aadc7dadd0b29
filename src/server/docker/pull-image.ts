import { PgrehearseError, toError } from '../../support/errors.ts';
import type { OnNews } from '../provider.ts';
import { untilAborted } from '../../support/until-aborted.ts';
import { saidBy, statusOf } from './docker-error.ts';
import type { Docker, Engine } from './engine.ts';

/**
 * testcontainers pulls, with the user's logins, but says nothing while it does and takes a pull that broke off for a whole one;
 * so the engine's answer is read along.
 */
export async function pullImage(engine: Engine, name: string, signal: AbortSignal, onNews: OnNews): Promise<void> {
  onNews({ kind: 'doing', text: `Pulling ${name}` });
  const layers = new Map<string, Layer>();
  let failure: string | undefined;
  const watched = watchPull(engine.docker, name, (line) => {
    failure ??= line.error;
    if (line.id === undefined || line.progressDetail?.total === undefined) return;
    layers.set(line.id, { current: line.progressDetail.current ?? 0, total: line.progressDetail.total });
    onNews({ kind: 'doing', text: `Pulling ${name}`, percent: percentOf(layers) });
  });
  try {
    await untilAborted(engine.pull(name), signal);
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw notPulled(name, saidBy(cause), toError(cause));
  } finally {
    watched.end();
  }
  if (failure !== undefined) throw notPulled(name, failure);
}

interface Layer {
  readonly current: number;
  readonly total: number;
}

function percentOf(layers: ReadonlyMap<string, Layer>): number {
  const [current, total] = [...layers.values()].reduce(([a, b], layer) => [a + layer.current, b + layer.total], [0, 0]);
  return total === 0 ? 0 : Math.min(100, (100 * current) / total);
}

interface PullLine {
  readonly id?: string;
  readonly error?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

type Answer = NodeJS.ReadableStream & { destroy?(): void };

/** Listens to the answer of the next pull of `name` through this client. `end` breaks it off where it still runs. */
function watchPull(docker: Docker, name: string, onLine: (line: PullLine) => void): { end(): void } {
  const pull: unknown = Reflect.get(docker, 'pull');
  if (typeof pull !== 'function') return { end: () => {} };
  let [answer, isOver]: [Answer | undefined, boolean] = [undefined, false];
  const watching = async (...args: unknown[]): Promise<Answer> => {
    const stream: Answer = await Reflect.apply(pull, docker, args);
    if (args[0] === name) {
      answer = stream;
      forEachLine(stream, (text) => onLine(parseLine(text)));
      if (isOver) stream.destroy?.();
    }
    return stream;
  };
  Object.assign(docker, { pull: watching });
  return {
    end: () => {
      isOver = true;
      // A later one may stand before us; then ours stays in the row and does no harm.
      if (docker.pull === (watching as unknown)) Object.assign(docker, { pull });
      answer?.destroy?.();
    },
  };
}

function forEachLine(stream: NodeJS.ReadableStream, onLine: (text: string) => void): void {
  let rest = '';
  stream.on('data', (piece: Buffer) => {
    const lines = `${rest}${piece.toString('utf8')}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') onLine(line);
  });
}

function parseLine(text: string): PullLine {
  try {
    const line: PullLine = JSON.parse(text);
    return line;
  } catch {
    return {};
  }
}

function notPulled(name: string, reason: string, cause?: Error): PgrehearseError {
  return new PgrehearseError('SERVER_UNAVAILABLE', `The image ${name} could not be pulled: ${reason}`, {
    ...(cause && { cause }),
    hint: hintFor(reason, statusOf(cause)),
  });
}

function hintFor(reason: string, status: number | undefined): string {
  if (/no space left/i.test(reason)) return 'Make room for the engine: `docker system df` says what it holds.';
  if (/denied|unauthorized|authentication|credentials/i.test(reason) || status === 401 || status === 403) {
    return 'Check the name; for a private registry log in with `docker login`.';
  }
  if (/manifest|not found|does not exist|invalid reference/i.test(reason) || status === 404) {
    return 'Check name and tag of `server.image`.';
  }
  return 'Without a way to the registry, bring the image with `docker load`, name one that is there with `server.image`, or use `server.provider: local`.';
}
