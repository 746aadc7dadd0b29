import type { Direction } from '../../../recording/recording.ts';
import { failureOf } from '../../failure.ts';
import type { RunOutcome } from '../../source.ts';
import { isObject } from '../messages.ts';
import { clearLock } from './clear-lock.ts';
import type { KnexLike } from './knex-like.ts';
import type { LoadedKnex } from './load-knex.ts';
import { originOf } from './error-origin.ts';
import { poolIdle } from './pool-idle.ts';
import { relievePool } from './relieve-pool.ts';

/**
 * knex itself refuses to run anything when the file of an applied migration is gone. That is a finding of its own, and
 * no reason to leave the others unrehearsed.
 */
export const LENIENT = { disableMigrationsListValidation: true };

export async function runMigration(
  { knex, ownPoolMax }: LoadedKnex,
  name: string,
  direction: Direction,
  showValues: boolean,
): Promise<RunOutcome> {
  const endRelief = relievePool(knex, ownPoolMax);
  try {
    const [, done] = await knex.migrate[direction]({ ...LENIENT, name });
    await poolIdle(knex);
    if (done.some((entry) => entry === name || (typeof entry === 'string' && entry.endsWith(`/${name}`)))) {
      return { status: 'completed' };
    }
    return failed(
      `knex did nothing: for its books, "${name}" is ${direction === 'up' ? 'applied already' : 'not applied'}.`,
    );
  } catch (error) {
    await poolIdle(knex);
    // knex frees its lock itself, but not when the connection is what failed.
    await clearLock(knex).catch(() => {});
    return { status: 'failed', failure: failureOf(error, { showValues, ...originOf(error) }) };
  } finally {
    endRelief();
  }
}

const failed = (message: string): RunOutcome => ({ status: 'failed', failure: { message } });

/** Names in the order in which they were applied. Creates the tables of the books, as knex does before anything else. */
export async function appliedMigrations(knex: KnexLike): Promise<string[]> {
  const [completed] = await knex.migrate.list(LENIENT);
  return completed.map((entry) => String(isObject(entry) ? entry['name'] : entry));
}
