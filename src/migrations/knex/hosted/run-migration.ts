import type { Direction, StepFailure } from '../../../recording/recording.ts';
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

export function runMigration(
  loaded: LoadedKnex,
  name: string,
  direction: Direction,
  showValues: boolean,
): Promise<RunOutcome> {
  return outcomeOf(loaded, showValues, async ({ migrate }) => {
    const [, done] = await migrate[direction]({ ...LENIENT, name });
    if (done.some((entry) => entry === name || (typeof entry === 'string' && entry.endsWith(`/${name}`)))) {
      return { status: 'completed' };
    }
    return failed(
      `knex did nothing: for its books, "${name}" is ${direction === 'up' ? 'applied already' : 'not applied'}.`,
    );
  });
}

/** `knex migrate:latest`: all that is pending, in one transaction unless one of them wants none. */
export function runLatest(loaded: LoadedKnex, showValues: boolean): Promise<RunOutcome> {
  return outcomeOf(loaded, showValues, async ({ migrate }) => {
    await migrate.latest(LENIENT);
    return { status: 'completed' };
  });
}

async function outcomeOf(
  { knex, ownPoolMax, closing }: LoadedKnex,
  showValues: boolean,
  work: (knex: KnexLike) => Promise<RunOutcome>,
): Promise<RunOutcome> {
  const endRelief = relievePool(knex, ownPoolMax);
  try {
    const outcome = await Promise.race([work(knex), closing.closed.then(() => closedBy())]);
    if (!closing.isClosed()) await poolIdle(knex);
    return outcome;
  } catch (error) {
    const failure = failureOf(error, { showValues, ...originOf(error) });
    if (closing.isClosed()) return closedBy(failure);
    await poolIdle(knex);
    // knex frees its lock itself, but not when the connection is what failed.
    await clearLock(knex).catch(() => {});
    return { status: 'failed', failure };
  } finally {
    endRelief();
  }
}

const failed = (message: string): RunOutcome => ({ status: 'failed', failure: { message } });

function closedBy(failure: Partial<StepFailure> = {}): RunOutcome {
  const consequence = failure.message === undefined ? '.' : `: ${failure.message}`;
  const message = `It closed knex with knex.destroy(), and knex cannot write its books after that${consequence}`;
  return { status: 'failed', failure: { ...failure, message } };
}

/** Names in the order in which they were applied. Creates the tables of the books, as knex does before anything else. */
export async function appliedMigrations(knex: KnexLike): Promise<string[]> {
  const [completed] = await knex.migrate.list(LENIENT);
  return completed.map((entry) => String(isObject(entry) ? entry['name'] : entry));
}
