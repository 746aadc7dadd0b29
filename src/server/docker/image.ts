import { PgrehearseError } from '../../support/errors.ts';
import type { DockerServerSpec, OnNews } from '../provider.ts';
import { orGone, saidBy, statusOf } from './docker-error.ts';
import type { Engine } from './engine.ts';
import { pullImage } from './pull-image.ts';

/** What an image says of itself. */
export interface ServerImage {
  readonly name: string;
  readonly command: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  readonly volumes: readonly string[];
  /** It runs as root, which gives a folder in memory to the server's user. */
  readonly startsAsRoot: boolean;
  /** Of the data directory; undefined where the image does not say. */
  readonly dataFolder: string | undefined;
  /** As official images and those made from them say it; undefined: known once the server runs. */
  readonly major: number | undefined;
}

/** @throws {PgrehearseError} `SERVER_UNAVAILABLE`: it is not there and cannot be had */
export async function provideImage(
  engine: Engine,
  { image, pull = 'missing' }: Pick<DockerServerSpec, 'pull'> & { readonly image: string },
  signal: AbortSignal,
  onNews: OnNews,
): Promise<ServerImage> {
  const name = engine.nameOf(image);
  if (pull === 'always') await pullImage(engine, name, signal, onNews);
  let found = await inspectImage(engine, name);
  if (found === undefined && pull === 'missing') {
    await pullImage(engine, name, signal, onNews);
    found = await inspectImage(engine, name);
  }
  signal.throwIfAborted();
  if (found !== undefined) return found;
  throw new PgrehearseError('SERVER_UNAVAILABLE', `The engine has no image ${name}.`, {
    hint: pull === 'never' ? `docker pull ${name}, or leave out \`server.docker.pull: never\`.` : 'Pull it by hand.',
  });
}

/**
 * Asks the engine only.
 *
 * @throws {PgrehearseError} `CONFIG_INVALID`: no image can have that name
 */
export async function inspectImage({ docker }: Engine, name: string): Promise<ServerImage | undefined> {
  const inspected = await orGone(docker.getImage(name).inspect()).catch((error: unknown) => {
    throw statusOf(error) === 400 || /\s/.test(name) ? noSuchName(name, error) : error;
  });
  if (inspected === undefined) return undefined;
  const { Cmd, Env, User, Volumes } = inspected.Config;
  const environment = new Map(
    (Env ?? []).map((line): [string, string] => {
      const end = line.indexOf('=');
      return end === -1 ? [line, ''] : [line.slice(0, end), line.slice(end + 1)];
    }),
  );
  const major = Number.parseInt(environment.get('PG_MAJOR') ?? '', 10);
  const dataFolder = environment.get('PGDATA');
  return {
    name,
    command: typeof Cmd === 'string' ? [Cmd] : (Cmd ?? []),
    environment,
    volumes: Object.keys(Volumes ?? {}),
    startsAsRoot: /^(?:root|0)?(?::|$)/.test(User ?? ''),
    dataFolder: dataFolder?.startsWith('/') === true ? dataFolder.replace(/\/+$/, '') : undefined,
    major: Number.isNaN(major) ? undefined : major,
  };
}

const noSuchName = (name: string, cause: unknown): PgrehearseError =>
  new PgrehearseError('CONFIG_INVALID', `${name} cannot be the name of an image: ${saidBy(cause)}.`, {
    cause,
    hint: 'Check name and tag of `server.image`.',
  });
