import type { Room } from '../../support/disk-full.ts';
import { type Place, runInContainer } from './run-in-container.ts';

/** Of the disk that holds the data; undefined where the container does not run any more, or has no `df`. */
export async function roomIn(place: Place, folder: string): Promise<Room | undefined> {
  let said = '';
  const call = {
    program: 'df',
    args: ['-Pk', folder],
    environment: {},
    onStdout: (piece: Buffer) => (said += String(piece)),
  };
  const exitCode = await runInContainer(place, call, AbortSignal.timeout(PATIENCE_MS)).catch(() => undefined);
  // Name of the device, then kilobytes: all, used, free.
  const [, total, free] = /^\S+\s+(\d+)\s+\d+\s+(\d+)\s/m.exec(said.split('\n').slice(1).join('\n')) ?? [];
  if (exitCode !== 0 || total === undefined || free === undefined) return undefined;
  return {
    where: `${folder} of the container`,
    freeBytes: Number(free) * 1024,
    totalBytes: Number(total) * 1024,
    hint: HINT,
  };
}

const PATIENCE_MS = 10_000;
const HINT =
  'Make room for the engine (`docker system df` says what it holds), or set `server.docker.tmpfsGib` (in memory; 0: on its disk).';
