import type { RDS } from '@aws-sdk/client-rds';

import { askFor } from '../writing/ask-for.ts';
import type { Bounds } from '../writing/bounds.ts';
import { faultOf } from '../writing/fault.ts';
import { NONCE_TAG, type Mark } from '../writing/mark.ts';
import { poll, type Look, type Pace } from '../writing/poll.ts';
import type { PlannedThing } from './restore-plan.ts';
import type { TeardownLedger } from './teardown-ledger.ts';
import { describeDatabase, type SeenDatabase } from './temporary.ts';

export interface RestoreOptions {
  readonly rds: RDS;
  readonly mark: Mark;
  readonly ledger: TeardownLedger;
  readonly bounds: Bounds;
  readonly pace: Pace;
  readonly now: () => Date;
  readonly onWaiting: (seen: { readonly id: string; readonly status: string; readonly percent?: number }) => void;
}

export type Restored = { readonly last: SeenDatabase } | { readonly reason: string };

/** Makes one after the other, each on the ledger before it is asked for, and waits until it is available. */
export async function restoreThings(things: readonly PlannedThing[], options: RestoreOptions): Promise<Restored> {
  let restored: Restored = { reason: 'nothing was planned' };
  for (const thing of things) {
    restored = await restoreThing(thing, options);
    if ('reason' in restored) return restored;
  }
  return restored;
}

async function restoreThing(thing: PlannedThing, options: RestoreOptions): Promise<Restored> {
  const { rds, mark, ledger, bounds, pace, now, onWaiting } = options;
  const { kind, id, ofCluster } = thing;
  const before = ledger.ledger.things;
  if (!before.some((listed) => listed.id === id))
    await ledger.add({ kind, id, askedAt: now().toISOString(), ...(ofCluster !== undefined && { ofCluster }) });
  const asked = await askFor((signal) => createUnlessThere(thing, before, { rds, signal }), bounds, pace);
  if (asked.sent === 'refused') {
    await ledger.keep(before);
    return { reason: `${kind} ${id} was not made: ${asked.reason}` };
  }
  const waited = await poll(
    async (signal) => judgeRestored(await describeDatabase(rds, kind, id, signal), mark),
    bounds,
    { pace, onWaiting: (seen) => onWaiting({ id, ...seen }) },
  );
  if (waited.state === 'ready') return { last: waited.value };
  const unclear = asked.sent === 'unclear' ? `; the request for it ended with ${asked.reason}` : '';
  return { reason: `${kind} ${id} did not become available: ${waited.reason}${unclear}` };
}

/** One that an earlier run asked for, which died, may be there. */
async function createUnlessThere(
  thing: PlannedThing,
  listed: readonly { readonly id: string }[],
  { rds, signal }: { readonly rds: RDS; readonly signal: AbortSignal },
): Promise<unknown> {
  const { kind, id } = thing;
  if (listed.some((it) => it.id === id) && (await isThere(rds, kind, id, signal))) return undefined;
  return thing.create(rds, signal);
}

async function isThere(rds: RDS, kind: PlannedThing['kind'], id: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await describeDatabase(rds, kind, id, signal)) !== undefined;
  } catch (error) {
    if (faultOf(error) === 'absent') return false;
    throw error;
  }
}

/** Whether it is ours and can be connected to. */
function judgeRestored(found: SeenDatabase | undefined, { nonce }: Mark): Look<SeenDatabase> {
  if (found === undefined) return { state: 'absent' };
  const { status, tags, percent, address } = found;
  const tag = tags[NONCE_TAG];
  if (Object.keys(tags).length > 0 && tag !== nonce) return { state: 'stopped', reason: 'it belongs to somebody else' };
  if (FAILED.test(status)) return { state: 'stopped', reason: `its status is ${status}` };
  if (status !== 'available') return { state: 'waiting', status, ...(percent !== undefined && { percent }) };
  if (tag === undefined) return { state: 'waiting', status: 'available, without its tags yet' };
  return address === undefined
    ? { state: 'waiting', status: 'available, without an address yet' }
    : { state: 'ready', value: found };
}

const FAILED = /^(?:fail|delet|incompatible|inaccessible|insufficient|restore-error|storage-full|stop)/;
