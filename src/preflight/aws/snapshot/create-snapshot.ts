import type { CreatedSnapshot, ResourceFacts } from '../../facts/aws.ts';
import type { Aws } from '../aws.ts';
import { askFor } from '../writing/ask-for.ts';
import { boundedBy, type Bounds } from '../writing/bounds.ts';
import { newMark, SNAPSHOT_PREFIX, type Mark } from '../writing/mark.ts';
import { PACE, poll, type Look, type Pace, type Waited } from '../writing/poll.ts';
import { judgeSnapshot, ownership } from './judge-snapshot.ts';
import { snapshotCalls, type SeenSnapshot, type SnapshotCalls } from './snapshot-of.ts';

export interface CreateSnapshotOptions {
  readonly runId: string;
  /** For everything: until the database is ready for it, and until it is available. */
  readonly maxWaitMs: number;
  readonly onProgress?: (progress: SnapshotProgress) => void;
  readonly pace?: Pace;
}

/** `percent` may stay 0 for long and then jump. */
interface SnapshotProgress {
  readonly id: string;
  readonly status: string;
  readonly percent?: number;
}

/**
 * Takes a snapshot and waits until it can be restored. Whatever happens is in the answer, and so is its identifier: the
 * snapshot is never deleted by us. Rejects only for bugs.
 */
export async function createSnapshot(
  aws: Aws,
  resource: ResourceFacts,
  options: CreateSnapshotOptions,
  signal: AbortSignal,
): Promise<CreatedSnapshot> {
  const began = performance.now();
  const bounds = boundedBy(options.maxWaitMs, signal);
  const calls = snapshotCalls(resource);
  const ready = await waitForSource(aws, resource, calls, bounds, options);
  // Only now: the first answer of AWS has corrected the clock.
  const now = aws.now();
  const mark = newMark({
    prefix: SNAPSHOT_PREFIX,
    source: resource.identifier,
    sourceResourceId: resource.resourceId,
    runId: options.runId,
    now,
  });
  const end =
    ready.state === 'ready'
      ? await take({ aws, resource, calls, mark, bounds, options })
      : notCreated(ready.state === 'interrupted', ready.reason);
  return { id: mark.id, startedAt: now.toISOString(), waitedMs: Math.round(performance.now() - began), ...end };
}

interface Taking {
  readonly aws: Aws;
  readonly resource: ResourceFacts;
  readonly calls: SnapshotCalls;
  readonly mark: Mark;
  readonly bounds: Bounds;
  readonly options: CreateSnapshotOptions;
}

type End = Pick<CreatedSnapshot, 'arn' | 'status' | 'reason' | 'mayExist'>;

/** RDS refuses while a backup or a modification is going on, which is over soon. Also proves that the name still leads to it. */
async function waitForSource(
  { rds }: Aws,
  resource: ResourceFacts,
  calls: SnapshotCalls,
  bounds: Bounds,
  { pace = PACE }: CreateSnapshotOptions,
): Promise<Waited<true>> {
  const { identifier, resourceId } = resource;
  const waited = await poll(
    async (signal): Promise<Look<true>> => {
      const source = await calls.source(rds, signal);
      if (source === undefined) return { state: 'absent' };
      if (source.resourceId !== resourceId)
        return { state: 'stopped', reason: `${identifier} is now another database (${source.resourceId ?? 'no id'})` };
      if (SNAPSHOT_TAKEN_IN.has(source.status)) return { state: 'ready', value: true };
      const reason = `${identifier} is ${source.status}, in which no snapshot can be taken`;
      return HOPELESS.test(source.status)
        ? { state: 'stopped', reason }
        : { state: 'waiting', status: `${identifier} is ${source.status}` };
    },
    bounds,
    // A database that we know of does not appear late.
    { pace: { ...pace, unseenMs: 0 } },
  );
  return waited.state === 'absent' ? { state: 'absent', reason: `there is no database ${identifier}` } : waited;
}

async function take(taking: Taking): Promise<End> {
  const { aws, calls, mark, bounds, options } = taking;
  const asked = await askFor((signal) => calls.create(aws.rds, mark, signal), bounds, options.pace ?? PACE);
  if (asked.sent === 'refused') return notCreated(bounds.ended() === 'interrupted', asked.reason);
  const lost = asked.sent === 'unclear' ? await findAfterAll(taking, asked.reason) : undefined;
  return lost ?? toEnd(mark.id, await waitForSnapshot(taking));
}

/**
 * The request went out and no yes came back. `undefined`: it is there and ours. Looks for a shorter time than for one that
 * was promised: perhaps nothing ever left this machine.
 */
async function findAfterAll({ aws, calls, mark, bounds, options }: Taking, reason: string): Promise<End | undefined> {
  const { pace = PACE } = options;
  const found = await poll(
    async (signal): Promise<Look<'ours' | 'foreign'>> => {
      const snapshot = await calls.describe(aws.rds, mark.id, signal);
      const whose = snapshot === undefined ? 'unsaid' : ownership(snapshot, mark);
      return whose === 'unsaid' ? { state: 'absent' } : { state: 'ready', value: whose };
    },
    boundedBy(SEARCHES * pace.unseenMs, bounds.signal),
    { pace },
  );
  if (found.state === 'ready' && found.value === 'ours') return undefined;
  if (found.state === 'ready')
    return {
      status: 'not-created',
      mayExist: false,
      reason: `A snapshot ${mark.id} of somebody else is there already.`,
    };
  const ended = bounds.ended();
  if (ended !== undefined) return toEnd(mark.id, { state: ended, reason });
  return {
    status: 'not-created',
    mayExist: true,
    reason: `The request for ${mark.id} ended with: ${reason}. Whether it was made could not be seen: ${found.reason}.`,
  };
}

const waitForSnapshot = ({ aws, resource, calls, mark, bounds, options }: Taking): Promise<Waited<SeenSnapshot>> =>
  poll(async (signal) => judgeSnapshot(await calls.describe(aws.rds, mark.id, signal), { resource, mark }), bounds, {
    pace: options.pace ?? PACE,
    onWaiting: (seen) => options.onProgress?.({ id: mark.id, ...seen }),
  });

const notCreated = (interrupted: boolean, reason: string): End => ({
  status: interrupted ? 'interrupted' : 'not-created',
  reason: interrupted ? 'Interrupted before a snapshot was asked for.' : `No snapshot was made: ${reason}.`,
  mayExist: false,
});

function toEnd(id: string, waited: Waited<SeenSnapshot>): End {
  if (waited.state === 'ready') {
    const { arn } = waited.value;
    return { status: 'available', mayExist: true, ...(arn !== undefined && { arn }) };
  }
  const [status, what] = ENDS[waited.state];
  return { status, mayExist: true, reason: `Snapshot ${id} ${what}: ${waited.reason}.` };
}

const ENDS = {
  interrupted: ['interrupted', 'was asked for and stays'],
  'timed-out': ['timed-out', 'is not available yet and stays'],
  absent: ['failed', 'was promised by AWS and is not there'],
  stopped: ['failed', 'was not seen to become available'],
} as const;

const SNAPSHOT_TAKEN_IN: ReadonlySet<string> = new Set(['available', 'storage-optimization']);
/** States that do not end by themselves soon, or not well. */
const HOPELESS = /^(?:delet|fail|inaccessible|incompatible|insufficient|restore-error|stop|storage-full|unknown)/;
/** An answer that never came is asked after for so many times the time in which something new may be unseen. */
const SEARCHES = 5;
