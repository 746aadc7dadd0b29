import type { Database } from '../../postgres/connect.ts';
import { toError } from '../../support/errors.ts';
import { redact } from '../../support/redact.ts';
import { readRole, restoreRole } from './altered-roles.ts';
import { branch, makePristine, markOf, upkeepOf } from './branch.ts';
import { readProperties } from './database-properties.ts';
import { firstDifference } from './facts.ts';
import { filledBy, type FilledServer, type SharedServer } from './filled-server.ts';
import type { StartState } from './kept-state.ts';
import { oursOf, readSurroundings } from './surroundings.ts';

/** Where the stages of a run take the state from that they start from. `dispose`: the run has ended. */
export interface StartStates extends AsyncDisposable {
  /** The start state once more: a branch where that is sound, else what `restore` makes. */
  filled(restore: () => Promise<FilledServer>, signal: AbortSignal): Promise<FilledServer>;
  /** To be called before a role is changed for the migration tool; the next branch takes that back. */
  rememberRole(upkeep: Database, role: string): Promise<void>;
  /** The rehearsal came to its end. */
  done(): void;
}

/** Makes the pristine copy of what has just been restored, and notes how everything around it is. */
export async function startStateOf(
  { server, database, restored }: Omit<FilledServer, 'branched'>,
  startedMs: number,
): Promise<StartState> {
  await using upkeep = await upkeepOf(server);
  const state = {
    restoredAt: new Date().toISOString(),
    database,
    pristine: await makePristine(upkeep, server, database),
    properties: await readProperties(upkeep, database),
    ...(restored && { restored }),
    altered: [],
  };
  const surroundings = await readSurroundings(upkeep, server, oursOf(state));
  return { ...state, restoreMs: performance.now() - startedMs, surroundings };
}

/**
 * The start state once more, on the same server.
 *
 * @param save called before a stage works on it
 * @returns why not, where that would not be the same as restoring anew
 */
export async function branchOf(
  current: SharedServer,
  save: () => Promise<void>,
  signal: AbortSignal,
): Promise<FilledServer | string> {
  const { state, server } = current;
  if (state.properties.uncopied > 0) return NOT_COPIED;
  const startedMs = performance.now();
  try {
    await using upkeep = await upkeepOf(server);
    for (const role of state.altered) await restoreRole(upkeep, role);
    const now = await readSurroundings(upkeep, server, oursOf(state));
    const difference = firstDifference(state.surroundings, now);
    if (difference !== undefined) return `${difference} on the kept server`;
    if ((await markOf(upkeep, state.pristine.name)) !== state.pristine.mark) return 'the pristine copy was touched';
    await branch(upkeep, server, state);
    current.state = { ...state, altered: [] };
    await save();
  } catch (error) {
    signal.throwIfAborted();
    return `the kept server could not be branched: ${redact(toError(error).message)}`;
  }
  const { restoredAt, restoreMs } = state;
  return { ...filledBy(current), branched: { ms: performance.now() - startedMs, restoredAt, restoreMs } };
}

/** Notes how a role is, before it is changed for the migration tool. */
export async function noteRole(current: SharedServer, upkeep: Database, role: string): Promise<void> {
  const { state } = current;
  current.state = { ...state, altered: [...state.altered, await readRole(upkeep, role)] };
}

const NOT_COPIED = 'the backup holds subscriptions or labels, which a copy of a database does not have';
