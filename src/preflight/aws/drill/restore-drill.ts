import type { Database } from '../../../postgres/connect.ts';
import { toError } from '../../../support/errors.ts';
import { redact } from '../../../support/redact.ts';
import type { DrillFacts, ResourceFacts } from '../../facts/aws.ts';
import type { Aws } from '../aws.ts';
import { boundedBy, sayEnd, within, type Bounds } from '../writing/bounds.ts';
import { PACE, type Pace } from '../writing/poll.ts';
import { close, logIn, type DrillDoor, type DrillIam } from './log-in.ts';
import { prepareRestore, removeRestored, restorePrepared, type PreparedRestore } from './prepare-restore.ts';
import type { DrillSource } from './restore-plan.ts';
import type { TornDown } from './tear-down.ts';

export interface DrillOptions {
  readonly runId: string;
  /** Where the ledger of what is to be deleted is kept; `cleanUp` reads the same folder. */
  readonly stateFolder: string;
  /** For restoring, connecting and verifying. Deleting has time of its own. */
  readonly limitMs: number;
  /** For deleting each thing. */
  readonly deleteLimitMs?: number;
  /** In place of the source's own. */
  readonly instead?: Partial<
    Pick<ResourceFacts, 'instanceClass' | 'subnetGroup' | 'securityGroups' | 'parameterGroup'>
  >;
  readonly iam?: DrillIam;
  /** The signal also ends the session. */
  readonly connect: (door: DrillDoor, signal: AbortSignal) => Promise<Database>;
  readonly verify: (database: Database, signal: AbortSignal) => Promise<DrillFacts['comparisons']>;
  readonly onProgress?: (progress: DrillProgress) => void;
  readonly pace?: Pace;
  /** For one attempt to connect; there are several. */
  readonly connectLimitMs?: number;
}

interface DrillProgress {
  readonly stage: 'restoring' | 'password' | 'connecting' | 'verifying' | 'deleting';
  readonly id: string;
  readonly status: string;
  readonly percent?: number;
}

/**
 * Restores a backup to a temporary database, looks into it, and deletes it again, also after Ctrl-C. Whatever happens is in
 * the answer, with everything that was made and whether it is gone. Rejects only for bugs.
 */
export async function restoreDrill(
  aws: Aws,
  resource: ResourceFacts,
  what: DrillSource,
  options: DrillOptions,
  signal: AbortSignal,
): Promise<DrillFacts> {
  const began = performance.now();
  const bounds = boundedBy(options.limitMs, signal);
  const target: ResourceFacts = { ...resource, ...options.instead };
  const { runId, stateFolder, iam, pace = PACE, deleteLimitMs, onProgress } = options;
  const asked = { runId, stateFolder, pace, iamAuthentication: iam !== undefined };
  const drill = await prepareRestore(aws, target, what, asked, bounds);
  const trial: Trial = 'reason' in drill ? drill : await attempt(drill, options, bounds);
  const torn =
    'reason' in drill
      ? []
      : await removeRestored(drill, {
          ...(deleteLimitMs !== undefined && { limitMs: deleteLimitMs }),
          onProgress: (progress) => onProgress?.({ stage: 'deleting', ...progress }),
        });
  return {
    source: sourceFacts(resource, what),
    created: torn.map(({ kind, id, deleted }) => ({ kind, id, deleted })),
    ...conclude(trial, torn),
    startedAt: 'reason' in drill ? aws.now().toISOString() : drill.ledger.ledger.startedAt,
    ...(trial.restoreMs !== undefined && { restoreMs: trial.restoreMs }),
    totalMs: Math.round(performance.now() - began),
    comparisons: trial.comparisons ?? [],
  };
}

interface Trial {
  /** What went wrong, a sentence's part without full stop. */
  readonly reason?: string;
  readonly restoreMs?: number;
  readonly comparisons?: DrillFacts['comparisons'];
  /** How the bounds stood when the trial was over: what comes during the deletion does not change it. */
  readonly ended?: 'interrupted' | 'timed-out';
}

/** Restores, connects, verifies. Never rejects, so that the deletion always follows. */
async function attempt(drill: PreparedRestore, options: DrillOptions, bounds: Bounds): Promise<Trial> {
  let restoreMs: number | undefined;
  const end = async (): Promise<Trial> => {
    const began = performance.now();
    const restored = await restorePrepared(drill, bounds, (seen) =>
      options.onProgress?.({ stage: 'restoring', ...seen }),
    );
    if ('reason' in restored) return restored;
    restoreMs = Math.round(performance.now() - began);
    const entered = await enter(drill, restored.last, options, bounds);
    if (entered.state !== 'ready') return { reason: entered.reason };
    return verifyIn(entered.value, drill, options, bounds);
  };
  const trial = await end().catch((error: unknown): Trial => ({ reason: redact(toError(error).message) }));
  const ended = bounds.ended();
  return { ...trial, ...(restoreMs !== undefined && { restoreMs }), ...(ended !== undefined && { ended }) };
}

const enter = (
  { aws, mark, things, pace }: PreparedRestore,
  restored: Parameters<typeof logIn>[0]['restored'],
  { connect, iam, connectLimitMs, onProgress }: DrillOptions,
  bounds: Bounds,
): ReturnType<typeof logIn> =>
  logIn({
    rds: aws.rds,
    owner: { kind: things[0]?.kind ?? 'instance', id: mark.id },
    restored,
    connect,
    ...(iam && { iam }),
    ...(connectLimitMs !== undefined && { attemptLimitMs: connectLimitMs }),
    bounds,
    pace,
    onStage: (stage, status) => onProgress?.({ stage, id: mark.id, status }),
  });

async function verifyIn(
  database: Database,
  { mark }: PreparedRestore,
  { verify, onProgress }: DrillOptions,
  bounds: Bounds,
): Promise<Trial> {
  onProgress?.({ stage: 'verifying', id: mark.id, status: 'available' });
  try {
    return { comparisons: await within(bounds, (signal) => verify(database, signal)) };
  } catch (error) {
    const why = bounds.ended() === undefined ? redact(toError(error).message) : sayEnd(bounds);
    return { reason: `it could not be verified: ${why}` };
  } finally {
    await close(database);
  }
}

/** The first thing that was wrong. A copy of production that nobody deletes is wrong as well. */
function conclude(
  { reason, ended, comparisons = [] }: Trial,
  torn: readonly TornDown[],
): Pick<DrillFacts, 'status' | 'reason'> {
  const wrong = comparisons.find(({ ok }) => !ok);
  const left = torn.filter(({ deleted }) => !deleted);
  const sayLeft = left.map(({ kind, id, reason: why }) => `${kind} ${id} still exists: ${why ?? 'not deleted'}`);
  const problems = [
    ...(reason === undefined ? [] : [reason]),
    ...(wrong === undefined ? [] : [`${wrong.what}: ${wrong.detail}`]),
    ...(reason === undefined && comparisons.length === 0 ? ['nothing was compared'] : []),
    ...sayLeft,
  ];
  if (problems.length === 0) return { status: 'passed' };
  return { status: ended === 'interrupted' ? 'interrupted' : 'failed', reason: `${problems.join('; ')}.` };
}

function sourceFacts({ latestRestorableAt }: ResourceFacts, what: DrillSource): DrillFacts['source'] {
  return 'snapshot' in what ? { snapshotId: what.snapshot.id } : { pointInTime: latestRestorableAt ?? 'latest' };
}
