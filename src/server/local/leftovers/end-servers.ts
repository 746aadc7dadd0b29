import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { serversIn } from './servers-in.ts';
import { freeSharedMemory } from './shared-memory.ts';

/** Ends every server process that works inside a run's folder, and frees its shared memory. */
export async function endServersIn(runFolder: string): Promise<void> {
  await stopServersIn(runFolder);
  await freeSharedMemory(runFolder);
}

/** A server that ends by itself leaves nothing; one that was killed leaves its pid file, and sessions that are busy. */
export async function endCrashedServerIn(runFolder: string): Promise<void> {
  if (existsSync(join(runFolder, 'data', 'postmaster.pid'))) await endServersIn(runFolder);
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
