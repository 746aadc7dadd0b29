import type { ResourceFacts } from '../../facts/aws.ts';
import type { Aws } from '../aws.ts';
import { sayEnd, within, type Bounds } from '../writing/bounds.ts';
import { faultOf, sayFault } from '../writing/fault.ts';
import { DRILL_PREFIX, newMark, type Mark } from '../writing/mark.ts';
import type { Pace } from '../writing/poll.ts';
import { missingForRestore, planRestore, type PlannedThing, type RestoreSource } from './restore-plan.ts';
import { restoreThings, type Restored } from './restore-things.ts';
import { tearDown, type TornDown } from './tear-down.ts';
import { TeardownLedger, type Ledger } from './teardown-ledger.ts';
import { describeDatabase } from './temporary.ts';

/** A restore that nothing is in the way of; nothing is made yet. */
export interface PreparedRestore {
  readonly aws: Aws;
  readonly mark: Mark;
  readonly things: readonly PlannedThing[];
  readonly ledger: TeardownLedger;
  readonly pace: Pace;
}

export interface PrepareOptions {
  readonly runId: string;
  /** Where the ledger of what is to be deleted is kept; `cleanUp` reads the same folder. */
  readonly stateFolder: string;
  readonly pace: Pace;
  readonly iamAuthentication: boolean;
  /** For a rehearsal: what the ledger says of it besides. */
  readonly rehearsal?: (mark: Mark) => NonNullable<Ledger['rehearsal']>;
}

/** Why it was not begun, a sentence's part without full stop. */
export interface NotPrepared {
  readonly reason: string;
  readonly ended?: 'interrupted' | 'timed-out';
}

/** Everything that can be found out before something is made that costs. */
export async function prepareRestore(
  aws: Aws,
  resource: ResourceFacts,
  what: RestoreSource,
  options: PrepareOptions,
  bounds: Bounds,
): Promise<PreparedRestore | NotPrepared> {
  const impossible = obstacle(resource, what);
  if (impossible !== undefined) return { reason: impossible };
  const blind = await cannotSee(aws, resource, bounds);
  const ended = bounds.ended();
  if (ended !== undefined) return { reason: `${sayEnd(bounds)} before anything was made`, ended };
  if (blind !== undefined) return { reason: blind };
  const now = aws.now();
  const { runId, stateFolder, iamAuthentication, pace, rehearsal } = options;
  const { identifier, resourceId, arn } = resource;
  const mark = newMark({ prefix: DRILL_PREFIX, source: identifier, sourceResourceId: resourceId, runId, now });
  return {
    aws,
    mark,
    things: planRestore(resource, what, { mark, iamAuthentication }),
    ledger: new TeardownLedger(stateFolder, {
      runId,
      account: arn.split(':')[4] ?? '',
      region: aws.region,
      endpoint: aws.endpoint,
      startedAt: now.toISOString(),
      nonce: mark.nonce,
      never: resourceIdsOf(resource),
      ...(rehearsal && { rehearsal: rehearsal(mark) }),
    }),
    pace,
  };
}

/** Of the source and its members; nothing that has one is ever deleted or logged in to. */
const resourceIdsOf = ({ resourceId, members }: ResourceFacts): readonly string[] => [
  resourceId,
  ...members.flatMap((member) => member.resourceId ?? []),
];

function obstacle(resource: ResourceFacts, what: RestoreSource): string | undefined {
  const missing = missingForRestore(resource);
  if (missing.length > 0) return `of ${resource.identifier} it is not known: ${missing.join(', ')}`;
  if (!('snapshot' in what)) return undefined;
  const { id, status, resourceId } = what.snapshot;
  if (status !== 'available') return `snapshot ${id} is ${status}`;
  return resourceId === resource.resourceId ? undefined : `snapshot ${id} is not of ${resource.identifier}`;
}

/** A database that we could make but not see could not be deleted either. */
async function cannotSee({ rds }: Aws, { kind }: ResourceFacts, bounds: Bounds): Promise<string | undefined> {
  const kinds = kind === 'instance' ? (['instance'] as const) : (['cluster', 'instance'] as const);
  for (const each of kinds) {
    try {
      await within(bounds, (signal) => describeDatabase(rds, each, `${DRILL_PREFIX}none`, signal));
    } catch (error) {
      if (faultOf(error) !== 'absent') return `AWS would not show what is made: ${sayFault(error)}`;
    }
  }
  return undefined;
}

/** Makes all of it and waits until it can be connected to. */
export const restorePrepared = (
  { aws, mark, things, ledger, pace }: PreparedRestore,
  bounds: Bounds,
  onWaiting: Parameters<typeof restoreThings>[1]['onWaiting'],
): Promise<Restored> =>
  restoreThings(things, { rds: aws.rds, mark, ledger, bounds, pace, now: () => aws.now(), onWaiting });

export interface RemoveOptions {
  /** For each thing. */
  readonly limitMs?: number;
  readonly onProgress?: (progress: { readonly id: string; readonly status: string }) => void;
}

/** Deletes what was made, and takes it off the ledger. Not stopped by the signal that ended the rest. Never rejects. */
export async function removeRestored(
  { aws, ledger, pace }: Pick<PreparedRestore, 'aws' | 'ledger' | 'pace'>,
  { limitMs = DELETE_LIMIT_MS, onProgress }: RemoveOptions,
): Promise<readonly TornDown[]> {
  const { things } = ledger.ledger;
  const torn = await tearDown(aws.rds, ledger.ledger, {
    pace,
    limitMs,
    now: () => aws.now(),
    ...(onProgress && { onProgress }),
  });
  const left = things.filter(({ id }) => !torn.some((it) => it.id === id && it.deleted));
  // A ledger that names too much does no harm.
  await ledger.keep(left).catch(() => {});
  return torn;
}

const DELETE_LIMIT_MS = 45 * 60_000;
