import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a server has to know of the one that wrote its files. */
export interface ControlFacts {
  readonly maxPreparedTransactions: number;
  readonly trackCommitTimestamp: boolean;
}

/**
 * Out of `pg_control`, whose fields move from major to major; those around the number that tells how numbers are written
 * stay where they are to it. Undefined: that number is not found, so another kind of machine wrote it.
 */
export async function readControl(dataFolder: string): Promise<ControlFacts | undefined> {
  const bytes = await readFile(join(dataFolder, 'global', 'pg_control'));
  for (let at = FIRST; at + 8 <= Math.min(bytes.length, LAST); at += 8) {
    if (bytes.readDoubleLE(at) !== FLOAT_FORMAT) continue;
    return { maxPreparedTransactions: bytes.readInt32LE(at - 16), trackCommitTimestamp: bytes[at - 8] === 1 };
  }
  return undefined;
}

/** `FLOATFORMAT_VALUE`, behind a dozen of other fields and within the first sector (`ControlFileData`, 14 to 18). */
const FLOAT_FORMAT = 1_234_567;
const [FIRST, LAST] = [128, 512] as const;
