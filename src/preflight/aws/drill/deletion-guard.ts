import { DRILL_PREFIX, NONCE_TAG } from '../writing/mark.ts';
import type { Ledger, LedgerThing } from './teardown-ledger.ts';
import type { SeenDatabase } from './temporary.ts';

/**
 * Why it must not be deleted; `undefined` when it is certainly ours: name, nonce, identity and age all say so. The nonce
 * decides, a random number that only this ledger and the tag of what we made know; the others guard against a mistake in it.
 */
export function deletionRefusal(
  found: SeenDatabase,
  thing: LedgerThing,
  { nonce, never, startedAt }: Ledger,
): string | undefined {
  if (found.id !== thing.id || !found.id.startsWith(DRILL_PREFIX)) return `its name is not one of ours`;
  if (found.tags[NONCE_TAG] !== nonce) return `it does not carry the tag ${NONCE_TAG} of this drill`;
  if (found.resourceId === undefined) return 'AWS does not say its resource id';
  if (never.includes(found.resourceId)) return 'it is the source of the drill';
  // AWS says no time while it is being created.
  if (found.createdAt !== undefined && Date.parse(found.createdAt) < Date.parse(startedAt) - CLOCK_TOLERANCE_MS)
    return `it was created at ${found.createdAt}, before the drill began at ${startedAt}`;
  return undefined;
}

/** The `Date` by which our clock is corrected has a resolution of a second, and requests take time. */
const CLOCK_TOLERANCE_MS = 60_000;
