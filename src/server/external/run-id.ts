import { createHash, randomBytes } from 'node:crypto';

/**
 * Names what a rehearsal makes on a server of others: 16 hexadecimal digits, of which the last six are a checksum of the
 * others, so that a database whose maker died before it could write a comment is still told from a stranger's.
 */
export function newRunId(): string {
  const random = randomBytes(5).toString('hex');
  return random + checksum(random);
}

export const databaseOf = (runId: string): string => `pgrehearse_${runId}`;

/** For sessions that must be in nobody's way. */
export const upkeepOf = (runId: string): string => `${databaseOf(runId)}_upkeep`;

/** A copy of the restored state, when the databases are to be kept. */
export const pristineOf = (runId: string): string => `${databaseOf(runId)}_pristine`;

/** All that a run may have made. */
export const databasesOf = (runId: string): readonly string[] => [
  databaseOf(runId),
  pristineOf(runId),
  upkeepOf(runId),
];

/** The run that made a database, told by its name; undefined: not one of ours. */
export function runIdIn(database: string): string | undefined {
  const [, runId] = /^pgrehearse_([0-9a-f]{16})(?:_upkeep|_pristine)?$/.exec(database) ?? [];
  return runId !== undefined && checksum(runId.slice(0, RANDOM_DIGITS)) === runId.slice(RANDOM_DIGITS)
    ? runId
    : undefined;
}

/** Comment on everything that a run makes. */
export const markerOf = (runId: string): string => `pgrehearse run ${runId}; removed by it, or by the next run`;

/** Comment on it once it is kept: no sweep touches it. */
export const keptMarkerOf = (runId: string): string =>
  `pgrehearse kept ${runId}; removed by \`pgrehearse run --clean-up\``;

/** Second key of the run's advisory lock, unsigned as `pg_locks.objid` shows it. */
export const lockKeyOf = (runId: string): number => Number.parseInt(runId.slice(0, 8), 16);

const RANDOM_DIGITS = 10;

const checksum = (digits: string): string => createHash('sha256').update(digits).digest('hex').slice(0, 6);
