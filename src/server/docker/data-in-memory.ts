import type { ServerSpec } from '../provider.ts';

/**
 * How large a disk in memory for the data is. Without a wish of the user's: a quarter of the memory, where three times what
 * will be restored fits into it, since migrations write tables anew and an unwind restores once more.
 *
 * @param memoryBytes what the container may use
 * @returns bytes; undefined: the data is on the engine's disk
 */
export function dataInMemoryBytes(
  { docker, contentsBytes }: Pick<ServerSpec, 'docker' | 'contentsBytes'>,
  { memoryBytes, startsAsRoot }: { readonly memoryBytes: number; readonly startsAsRoot: boolean },
): number | undefined {
  const wanted = docker?.tmpfsGib;
  if (wanted !== undefined) return wanted === 0 ? undefined : Math.ceil(wanted * GIB);
  // The folder would be root's.
  if (!startsAsRoot) return undefined;
  const bytes = Math.floor(memoryBytes / 4);
  return contentsBytes !== undefined && 3 * contentsBytes + OWN_BYTES <= bytes ? bytes : undefined;
}

/** `max_wal_size` of a server whose disk is that small: the log must leave room for the data. */
export const logSizeOn = (diskBytes: number): string => `${Math.max(64, Math.floor(diskBytes / 4 / MIB))}MB`;

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
/** An empty cluster, and its write-ahead log. */
const OWN_BYTES = GIB;
