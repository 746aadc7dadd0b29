import type { RunOutcome } from '../migrations/source.ts';
import { connect } from '../postgres/connect.ts';
import type { StepRecord } from '../recording/recording.ts';
import type { EphemeralServer } from '../server/provider.ts';
import { endHopelessWaits } from './end-hopeless-waits.ts';
import { hintAtWaits } from './hint-at-waits.ts';
import { lostServer, refuseFullDisk, saysLost } from './lost-server.ts';
import { milliseconds } from './milliseconds.ts';
import { rebuild } from './rebuild.ts';
import type { Run, StepRequest } from './run.ts';

/** A migration that fails is a result, so this resolves either way. It rejects only when the tool cannot be driven. */
export async function performStep(run: Run, request: StepRequest): Promise<StepRecord> {
  const { migration, direction, purpose } = request;
  run.signal.throwIfAborted();
  run.onEvent({
    kind: 'step-started',
    index: run.steps.length,
    total: run.total,
    migration: migration.id,
    direction,
    purpose,
  });
  const rebuilt = run.rebuildDue === undefined ? undefined : await rebuild(run, run.rebuildDue);
  if (run.stuck !== undefined) return skipStep(run, request, run.stuck);

  const startedAt = performance.now();
  const { server, session } = run.stage;
  const say = (text: string): void =>
    run.onEvent({ kind: 'output', text: `${direction} of ${migration.id}: ${text}\n` });
  const step = (): Promise<RunOutcome> => session.run(migration, direction, run.signal);
  const outcome = await endHopelessWaits(server, () => hintAtWaits(server, step, say));
  const durationMs = milliseconds(performance.now() - startedAt);
  // What was cut off has not failed, whatever its tool says of it.
  if (outcome.status === 'failed') run.signal.throwIfAborted();
  const observations = await run.watching.afterStep();
  await mustGoOn(run, request, outcome);
  await keepBooks(run, request, outcome);
  return record(run, {
    migration: migration.id,
    direction,
    purpose,
    status: outcome.status,
    durationMs,
    ...(outcome.status === 'failed' && { failure: outcome.failure }),
    observations,
    ...(rebuilt && { rebuilt }),
  });
}

/** Says that a step did not run, and why. */
export function skipStep(run: Run, { migration, direction, purpose }: StepRequest, reason: string): StepRecord {
  return record(run, {
    migration: migration.id,
    direction,
    purpose,
    status: 'not-run',
    durationMs: 0,
    reason,
    observations: {},
  });
}

function record(run: Run, step: StepRecord): StepRecord {
  run.steps.push(step);
  run.onEvent({ kind: 'step-finished', index: run.steps.length - 1, total: run.total, step });
  return step;
}

async function keepBooks(run: Run, { migration: { id }, direction }: StepRequest, outcome: RunOutcome): Promise<void> {
  if (outcome.status === 'failed') {
    // A failure may leave the books either way, depending on tool and transaction: only they can tell.
    const books = await run.stage.session.applied();
    run.applied = new Set(books.filter(({ unfinished }) => unfinished !== true).map((applied) => applied.id));
    run.unfinished = books.some(({ unfinished }) => unfinished === true);
  } else if (direction === 'up') run.applied.add(id);
  else run.applied.delete(id);
  if (direction === 'down' && outcome.status === 'failed') return;
  run.appliedHere = run.appliedHere.filter((other) => other !== id);
  if (direction === 'up' && run.applied.has(id)) run.appliedHere.push(id);
}

/**
 * Observers that break one by one are dropped; a server that is gone, or has no room, is not a result of the migration.
 *
 * @throws {PgrehearseError} `SERVER_UNAVAILABLE`, `DISK_FULL`
 */
async function mustGoOn(run: Run, { migration, direction }: StepRequest, outcome: RunOutcome): Promise<void> {
  const { server } = run.stage;
  const during = `${direction} of ${migration.id}`;
  const failure = outcome.status === 'failed' ? [outcome.failure.message] : [];
  const broken = run.watching.failures.map(({ message }) => message);
  await refuseFullDisk(server, during, [...failure, ...broken]);
  if (broken.length === 0) return;
  try {
    // After a crash a server may answer again before anybody has asked.
    if (failure.some(saysLost) && broken.some(saysLost)) throw new Error(failure[0]);
    await pulse(server);
  } catch (cause) {
    run.signal.throwIfAborted();
    throw await lostServer(server, during, cause);
  }
}

async function pulse(server: EphemeralServer): Promise<void> {
  await using session = await connect(server.target('postgres').connectionString, {
    applicationName: 'pgrehearse observer pulse',
  });
  await session.query('select 1');
}
