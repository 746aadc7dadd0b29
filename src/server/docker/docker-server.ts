import { randomBytes } from 'node:crypto';

import { isPgrehearseError, PgrehearseError, toError } from '../../support/errors.ts';
import { assertSettable } from '../own/server-settings.ts';
import type { EphemeralServer, OnNews, ServerProvider, ServerSpec } from '../provider.ts';
import { untilAborted } from '../../support/until-aborted.ts';
import { assertMajor } from './assert-major.ts';
import { type ContainerPlan, planContainer } from './container-plan.ts';
import { publishedAddress } from './published-address.ts';
import { saidBy } from './docker-error.ts';
import { type Engine, openEngine } from './engine.ts';
import { examineDocker } from './examine.ts';
import { imageFor } from './image-for.ts';
import { provideImage } from './image.ts';
import { attachContainer, keepContainer } from './kept.ts';
import { createContainer, type OwnedContainer } from './owned-container.ts';
import { refuseTheTrusting } from './refuse-the-trusting.ts';
import { serving } from './serving.ts';
import { sweep } from './sweep.ts';
import { waitUntilReady } from './wait-until-ready.ts';

/** Runs Postgres in a container of its own, from an image of the user's choice. */
export const dockerServer: ServerProvider = {
  kind: 'docker',
  bringsClients: true,
  startsSlowly: true,
  async start(spec, signal, onNews = () => {}) {
    signal.throwIfAborted();
    assertSettable(spec.settings);
    refuseDataDirectory(spec);
    try {
      const engine = await untilAborted(openEngine(), signal);
      await sweep(engine, signal);
      return await startOn(engine, spec, signal, onNews);
    } catch (error) {
      if (signal.aborted || isPgrehearseError(error)) throw error;
      throw unexpected(error);
    }
  },
  attach: async (kept, signal, spec) =>
    await attachContainer(await untilAborted(openEngine(), signal), kept, imageFor(spec)),
  sweep: async (_, signal) => await sweep(await untilAborted(openEngine(), signal), signal),
  examine: examineDocker,
};

async function startOn(
  engine: Engine,
  spec: ServerSpec,
  signal: AbortSignal,
  onNews: OnNews,
): Promise<EphemeralServer> {
  const wanted = { ...spec.docker, image: imageFor(spec) };
  const image = await provideImage(engine, wanted, signal, onNews);
  if (image.major !== undefined) assertMajor(spec, image, image.major);
  const plan = planContainer(spec, engine, image);
  const owned = await createContainer(engine.docker, plan, signal, onNews);
  try {
    await owned.container.start();
    const server = await serve(engine, { plan, owned }, signal, onNews);
    assertMajor(spec, image, server.major, onNews);
    return server;
  } catch (error) {
    await owned[Symbol.asyncDispose]();
    throw error;
  }
}

interface Made {
  readonly plan: ContainerPlan;
  readonly owned: OwnedContainer;
}

async function serve(
  engine: Engine,
  { plan, owned }: Made,
  signal: AbortSignal,
  onNews: OnNews,
): Promise<EphemeralServer> {
  const { container } = owned;
  const address = await publishedAddress(container, engine.host);
  const password = randomBytes(24).toString('base64url');
  const passwords = { oldPassword: plan.password, newPassword: password };
  const { version } = await waitUntilReady(container, address, passwords, signal, onNews);
  await untilAborted(refuseTheTrusting(address), signal);
  const identity = { ...plan, password, version };
  return {
    ...serving(engine, container, address, identity),
    ...(Object.keys(engine.labels).length === 0 && {
      keep: async (record) => {
        const kept = await keepContainer(container, identity, record);
        owned.release();
        return kept;
      },
    }),
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

function refuseDataDirectory({ dataDirectory }: ServerSpec): void {
  if (!dataDirectory) return;
  throw new PgrehearseError('CONFIG_INVALID', 'The provider docker does not start a physical backup.', {
    hint: 'Use `server.provider: local`, which does.',
  });
}

function unexpected(error: unknown): PgrehearseError {
  const said = saidBy(error);
  return new PgrehearseError('SERVER_UNAVAILABLE', `The server in Docker could not be started: ${said}`, {
    cause: toError(error),
    hint: /no space left/i.test(said)
      ? 'Make room for the engine: `docker system df` says what it holds.'
      : '`pgrehearse doctor` says what the engine lacks; limits are in `server.docker`.',
  });
}
