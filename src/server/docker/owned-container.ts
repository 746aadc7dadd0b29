import { setTimeout as delay } from 'node:timers/promises';

import { atExit } from '../../support/exit-hook.ts';
import type { OnNews } from '../provider.ts';
import { orGone, saidBy, statusOf } from './docker-error.ts';
import type { Container, Docker } from './engine.ts';
import { removeAtExit } from './remove-at-exit.ts';
import type { ContainerPlan } from './container-plan.ts';

/** A container that goes with the process that made it. Disposal never rejects: what resists now is swept later. */
export interface OwnedContainer extends AsyncDisposable {
  readonly container: Container;
  /** It is nobody's any more: neither disposal nor the exit removes it. */
  release(): void;
}

/**
 * Makes it, and does not start it. A request that is on its way cannot be taken back, so an abort waits for its end and
 * removes what came of it.
 */
export async function createContainer(
  docker: Docker,
  { name, options }: Pick<ContainerPlan, 'name' | 'options'>,
  signal: AbortSignal,
  onNews: OnNews,
): Promise<OwnedContainer> {
  signal.throwIfAborted();
  const forget = atExit(() => removeAtExit(docker, name));
  try {
    const owned = ownContainer(await docker.createContainer(options), forget, onNews);
    if (!signal.aborted) return owned;
    await owned[Symbol.asyncDispose]();
  } catch (error) {
    // A volume that could not be mounted leaves a container all the same.
    await removeContainer(docker.getContainer(name)).catch(() => {});
    forget();
    throw error;
  }
  throw signal.reason;
}

function ownContainer(container: Container, forget: () => void, onNews: OnNews): OwnedContainer {
  let isOurs = true;
  return {
    container,
    release: () => {
      isOurs = false;
      forget();
    },
    [Symbol.asyncDispose]: async () => {
      if (!isOurs) return;
      await removeContainer(container).catch((error: unknown) =>
        onNews({
          kind: 'said',
          text: `The container ${container.id.slice(0, 12)} could not be removed (${saidBy(error)}); the next start tries again.`,
        }),
      );
      isOurs = false;
      forget();
    },
  };
}

/** With its volumes. Resolves once it is gone, whoever removed it. */
export async function removeContainer(container: Container): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await orGone(container.remove({ force: true, v: true }));
    } catch (error) {
      // 409: another removal is under way. 500: a process or mount that takes a moment.
      if (attempt === ATTEMPTS || ![409, 500].includes(statusOf(error) ?? 0)) throw error;
    }
    if ((await orGone(container.inspect())) === undefined) return;
    if (attempt === ATTEMPTS) throw new Error('the engine keeps it');
    await delay(RETRY_MS * attempt);
  }
}

const ATTEMPTS = 8;
const RETRY_MS = 50;
