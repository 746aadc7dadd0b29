import type { RDS } from '@aws-sdk/client-rds';

import { boundedBy } from '../writing/bounds.ts';
import { faultOf } from '../writing/fault.ts';
import { NONCE_TAG } from '../writing/mark.ts';
import { poll, type Look, type Pace } from '../writing/poll.ts';
import { deletionRefusal } from './deletion-guard.ts';
import type { Ledger, LedgerThing } from './teardown-ledger.ts';
import { deleteDatabase, describeDatabase, type TemporaryKind } from './temporary.ts';

/** What became of one thing that a drill made. */
export interface TornDown {
  readonly kind: TemporaryKind;
  readonly id: string;
  readonly region: string;
  /** It is gone, or was never made. */
  readonly deleted: boolean;
  /** Why it is still there, or that it was never made. */
  readonly reason?: string;
}

export interface TearDownOptions {
  readonly pace: Pace;
  readonly limitMs: number;
  readonly now: () => Date;
  readonly onProgress?: (progress: { readonly id: string; readonly status: string }) => void;
  readonly signal?: AbortSignal;
}

/** Deletes what the ledger names and only that, instances before their cluster, and waits until each is gone. Never rejects. */
export async function tearDown(rds: RDS, ledger: Ledger, options: TearDownOptions): Promise<readonly TornDown[]> {
  const done: TornDown[] = [];
  for (const thing of ledger.things.toReversed()) {
    const member = done.find(({ deleted, id }) => !deleted && isMember(ledger, id, thing));
    done.push(
      member === undefined
        ? await removeThing(rds, ledger, thing, options)
        : toTornDown(ledger, thing, false, `its instance ${member.id} is still there`),
    );
  }
  return done;
}

async function removeThing(
  rds: RDS,
  ledger: Ledger,
  thing: LedgerThing,
  { pace, limitMs, now, signal, onProgress }: TearDownOptions,
): Promise<TornDown> {
  let wasSeen = false;
  const isNew = (): boolean => now().getTime() - Date.parse(thing.askedAt) < pace.unseenMs;
  const look = async (abortSignal: AbortSignal): Promise<Look<true>> => {
    const found = await describe(rds, thing, abortSignal);
    if (found === undefined)
      return wasSeen || !isNew() ? { state: 'ready', value: true } : { state: 'waiting', status: 'not seen yet' };
    wasSeen = true;
    if (found.status === 'deleting') return { state: 'waiting', status: found.status };
    const refusal = deletionRefusal(found, thing, ledger);
    if (refusal !== undefined)
      // Tags may show later than what they are on.
      return isNew() && found.tags[NONCE_TAG] === undefined
        ? { state: 'waiting', status: 'without tags yet' }
        : { state: 'stopped', reason: refusal };
    return { state: 'waiting', status: await requestDeletion(rds, thing, found.status, abortSignal) };
  };
  const waited = await poll(look, boundedBy(limitMs, signal), {
    pace,
    onWaiting: ({ status }) => onProgress?.({ id: thing.id, status }),
  });
  if (waited.state !== 'ready') return toTornDown(ledger, thing, false, waited.reason);
  return wasSeen ? toTornDown(ledger, thing, true) : toTornDown(ledger, thing, true, 'it was never made');
}

const describe = (rds: RDS, { kind, id }: LedgerThing, signal: AbortSignal): ReturnType<typeof describeDatabase> =>
  describeDatabase(rds, kind, id, signal).catch((error: unknown) => {
    if (faultOf(error) === 'absent') return undefined;
    throw error;
  });

/** One that is still being made or changed cannot be deleted yet. */
async function requestDeletion(rds: RDS, thing: LedgerThing, status: string, signal: AbortSignal): Promise<string> {
  try {
    await deleteDatabase(rds, thing, signal);
    return 'deleting';
  } catch (error) {
    const fault = faultOf(error);
    if (fault === 'absent') return 'deleting';
    if (fault === 'state') return `${status}, cannot be deleted yet`;
    throw error;
  }
}

const isMember = ({ things }: Ledger, id: string, cluster: LedgerThing): boolean =>
  things.some((thing) => thing.id === id && thing.ofCluster === cluster.id && cluster.kind === 'cluster');

const toTornDown = ({ region }: Ledger, { kind, id }: LedgerThing, deleted: boolean, reason?: string): TornDown => ({
  kind,
  id,
  region,
  deleted,
  ...(reason !== undefined && { reason }),
});
