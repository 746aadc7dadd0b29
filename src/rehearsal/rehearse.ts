import { dataObserver } from '../observers/data/index.ts';
import { invariantsObserver } from '../observers/invariants.ts';
import type { Observer } from '../observers/observer.ts';
import { schemaObserver } from '../observers/schema/index.ts';
import { resourcesObserver } from '../observers/resources.ts';
import { statementsObserver } from '../observers/statements/index.ts';
import type { Recording } from '../recording/recording.ts';
import { Disposals } from '../support/disposals.ts';
import { isPgrehearseError, PgrehearseError } from '../support/errors.ts';
import { applyTogether } from './apply-together.ts';
import { booksFor, castFor, type Cast, sourceFor } from './cast.ts';
import type { OnEvent } from './events.ts';
import { makePlan, planSteps, type Plan, type PlannedStep } from './plan.ts';
import { backupRecord, baselineOf, serverRecord, toolRecord } from './records.ts';
import type { RehearsalRequest } from './request.ts';
import { roundTrip } from './round-trip.ts';
import type { Run } from './run.ts';
import { setStage, withinExpiry } from './stage.ts';
import { takeBackApplied, unwindAll } from './unwind.ts';
import { openWatching } from './watching.ts';

/**
 * The main path. A migration that fails is in the recording; a rejection means that pgrehearse could not work. When the
 * signal is aborted after the first step, the recording of what was done is returned, marked `interrupted`.
 *
 * @throws {PgrehearseError} see docs/errors.md; nothing is left running
 */
export async function rehearse(request: RehearsalRequest, onEvent: OnEvent, signal: AbortSignal): Promise<Recording> {
  const startedAt = new Date();
  const { cast, run } = await startRun(request, onEvent, signal);
  let recording: Recording;
  try {
    const { start } = run.watching;
    const { server, role } = run.stage;
    const backup = backupRecord(cast, request, run.stage, start);
    const stopped = await performAll(run);
    const failures = [...run.brokenObservers, ...run.watching.failures];
    onEvent({ kind: 'finished' });
    if (!stopped) cast.starts?.done();
    recording = {
      format: 1,
      tool: toolRecord,
      startedAt: startedAt.toISOString(),
      durationMs: Date.now() - startedAt.getTime(),
      server: serverRecord(request.server.provider, server, role),
      backup,
      plan: run.plan.record,
      observed: run.observers.map(({ id }) => id).filter((id) => !failures.some(({ observer }) => observer === id)),
      observerFailures: failures,
      start,
      steps: run.steps,
      ...(run.together && { together: run.together }),
      ...(run.baseline && { baseline: run.baseline }),
      // A database that could not be built anew ends it as well; a waiver for what made that due is none for the rest.
      ...((stopped || run.stuck !== undefined) && { interrupted: true }),
    };
  } catch (error) {
    await takeDown(cast, run);
    throw error;
  }
  await takeDown(cast, run).catch((error: unknown) => {
    // What was found out took hours, and stands.
    if (!isPgrehearseError(error) || error.code !== 'SERVER_NOT_REMOVED') throw error;
    onEvent({ kind: 'server-stays', text: `${error.code}: ${error.message}\n  hint: ${error.hint}\n` });
  });
  return recording;
}

/** Stage and observers are read late: they may have been replaced when the database was built anew. */
async function takeDown(cast: Cast, { stage, watching }: Run): Promise<void> {
  const disposals = new Disposals();
  disposals.use(cast);
  disposals.use(stage);
  disposals.use(watching);
  await disposals[Symbol.asyncDispose]();
}

async function startRun(
  request: RehearsalRequest,
  onEvent: OnEvent,
  signal: AbortSignal,
): Promise<{ readonly cast: Cast; readonly run: Run }> {
  try {
    const cast = await castFor(request, onEvent, signal);
    try {
      return { cast, run: await begin(request, cast, onEvent, signal) };
    } catch (error) {
      await cast[Symbol.asyncDispose]();
      throw error;
    }
  } catch (error) {
    throw signal.aborted && !saysInterrupted(error) ? interrupted(error) : error;
  }
}

const interrupted = (cause: unknown): PgrehearseError =>
  new PgrehearseError('INTERRUPTED', 'Interrupted before the first step.', { cause });

/** Who was interrupted may know better what stays behind. */
const saysInterrupted = (error: unknown): boolean => isPgrehearseError(error) && error.code === 'INTERRUPTED';

/** Server, backup, tool and observers up to the moment before the first step. */
async function begin(request: RehearsalRequest, cast: Cast, onEvent: OnEvent, signal: AbortSignal): Promise<Run> {
  const set = await cast.source.list(signal);
  const stage = await setStage(cast, set.bookkeeping, onEvent, signal);
  try {
    const plan = makePlan(request, cast.source.tool, set, await stage.session.applied());
    const observers = observersFor(request);
    const watching = await openWatching(observers, { ...stage, bookkeeping: set.bookkeeping });
    const total = planSteps(plan).length;
    const { tables, rows, restoreMs } = backupRecord(cast, request, stage, watching.start);
    const { branched } = stage;
    onEvent({ kind: 'restored', ms: restoreMs, tables, rows, ...(branched && { branched }) });
    onEvent({ kind: 'planned', plan: plan.record, steps: total });
    return {
      request,
      cast,
      plan,
      onEvent,
      signal: withinExpiry(stage.server, signal),
      bookkeeping: set.bookkeeping,
      ...(request.baseline && { baseline: baselineOf(request.baseline) }),
      stage,
      watching,
      restoredState: watching.state(),
      observers,
      brokenObservers: [],
      steps: [],
      applied: new Set(plan.record.applied.map(({ id }) => id)),
      appliedHere: [],
      path: [],
      total,
    };
  } catch (error) {
    await stage[Symbol.asyncDispose]();
    throw error;
  }
}

function observersFor({ invariants }: RehearsalRequest): Observer[] {
  return [statementsObserver, schemaObserver, dataObserver, invariantsObserver(invariants), resourcesObserver];
}

/** @returns true when the signal stopped it before its end */
async function performAll(run: Run): Promise<boolean> {
  const steps = planSteps(run.plan);
  const firstApply = steps.findIndex(({ purpose }) => purpose === 'apply');
  const lastTrip = steps.findLastIndex(({ purpose }) => purpose !== 'unwind');
  try {
    await takeBackApplied(run, steps.slice(0, firstApply === -1 ? 0 : firstApply));
    for (const { migration } of steps.filter(({ purpose }) => purpose === 'apply')) {
      await roundTrip(run, migration, hasWayBack(steps, migration.id));
    }
    await unwindAll(run, steps.slice(lastTrip + 1));
    await run.watching.verify();
    run.together = await applyTogether(run);
    return false;
  } catch (error) {
    if (!run.signal.aborted) throw error;
    const { expiry } = run.stage.server;
    // Its reason says what time was up.
    if (expiry?.aborted === true && isPgrehearseError(expiry.reason)) sayExpired(run, expiry.reason);
    else if (run.steps.length === 0) throw interrupted(error);
    return true;
  }
}

/** @throws the reason, when there is nothing to judge yet */
function sayExpired({ steps, onEvent }: Run, reason: PgrehearseError): void {
  if (steps.length === 0) throw reason;
  onEvent({ kind: 'output', text: `${reason.message} The rehearsal ends here.\n` });
}

const hasWayBack = (steps: readonly PlannedStep[], id: string): boolean =>
  steps.some(({ purpose, migration }) => purpose === 'revert' && migration.id === id);

/**
 * The plan alone: what is applied is read out of the backup, no server is started.
 *
 * @throws {PgrehearseError} as `rehearse` does for backup and migrations
 */
export async function planRehearsal(
  request: RehearsalRequest,
  onEvent: OnEvent,
  signal: AbortSignal,
): Promise<{ readonly plan: Plan['record']; readonly steps: readonly PlannedStep[] }> {
  const source = await sourceFor(request, onEvent);
  const set = await source.list(signal);
  const tables = set.bookkeeping.map(({ name }) => name);
  const books = await booksFor(request, tables, onEvent, signal);
  const plan = makePlan(request, source.tool, set, source.readApplied(books));
  return { plan: plan.record, steps: planSteps(plan) };
}
