import { setTimeout as delay } from 'node:timers/promises';

import { findAbandoned, removeFolder } from './owned-folder.ts';
import { serversIn } from './servers-in.ts';

/** Stops and removes what a run left that was killed before it could tidy up. Runs of a living process stay. */
export async function sweepLeftovers(parent: string, signal: AbortSignal): Promise<void> {
  for (const folder of await findAbandoned(parent)) {
    signal.throwIfAborted();
    await stopServersIn(folder);
    await removeFolder(folder);
  }
}

async function stopServersIn(folder: string): Promise<void> {
  for (const [killSignal, rounds] of [
    ['SIGQUIT', 150],
    ['SIGKILL', 50],
  ] as const) {
    for (const pid of serversIn(folder)) kill(pid, killSignal);
    for (let round = 0; round < rounds; round++) {
      if (serversIn(folder).length === 0) return;
      await delay(20);
    }
  }
}

function kill(pid: number, killSignal: NodeJS.Signals): void {
  try {
    process.kill(pid, killSignal);
  } catch {
    // It ended by itself.
  }
}
