import { statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';

import type { Machine } from '../own/server-settings.ts';

export const readMachine = async (): Promise<Machine> => ({
  memoryBytes: memoryBytes(),
  sharedMemoryBytes: await sharedMemoryBytes(),
});

/** A container's limit counts, not the machine's memory. */
function memoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

async function sharedMemoryBytes(): Promise<number | undefined> {
  const found = await statfs('/dev/shm').catch(() => undefined);
  return found && found.bavail * found.bsize;
}
