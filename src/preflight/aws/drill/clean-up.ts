import { hasEnded } from '../../../support/process-identity.ts';
import type { Aws } from '../aws.ts';
import { boundedBy, within } from '../writing/bounds.ts';
import { sayFault } from '../writing/fault.ts';
import { PACE, type Pace } from '../writing/poll.ts';
import { readLedgers, writeLedger, type FoundLedger, type Ledger } from './teardown-ledger.ts';
import { tearDown } from './tear-down.ts';
import type { TemporaryKind } from './temporary.ts';

/** What became of one thing that an earlier drill left, or of a ledger that cannot be read (`kind: 'ledger'`). */
export interface CleanedUp {
  readonly kind: TemporaryKind | 'ledger';
  readonly id: string;
  readonly region: string;
  readonly deleted: boolean;
  readonly reason?: string;
  /** It was not tried: what is said of it cannot be judged from here, or its run may be at work. */
  readonly leftAlone?: true;
}

export interface CleanUpOptions {
  /** For each thing, until it is gone. */
  readonly limitMs?: number;
  readonly pace?: Pace;
  readonly onProgress?: (progress: { readonly id: string; readonly status: string }) => void;
  /** Nonce of a ledger that is somebody else's business. */
  readonly except?: string;
}

/**
 * Deletes what drills of ended processes left in this account, by the ledgers in `stateFolder`. What cannot be judged from
 * here (another account, another endpoint, a process that may live) is left alone and named. Never rejects but for bugs.
 */
export async function cleanUp(
  aws: Aws,
  stateFolder: string,
  signal: AbortSignal,
  options: CleanUpOptions = {},
): Promise<readonly CleanedUp[]> {
  const all = await readLedgers(stateFolder);
  const found = all.filter(({ ledger }) => ledger === undefined || ledger.nonce !== options.except);
  if (found.length === 0) return [];
  const account = await accountOf(aws, signal);
  const cleaned: CleanedUp[] = [];
  for (const { file } of found) {
    // As it stands now: deleting takes minutes, in which another run may have gone on with one.
    const each = (await readLedgers(stateFolder)).find((one) => one.file === file);
    if (each) cleaned.push(...(await cleanOne(aws, stateFolder, each, account, signal, options)));
  }
  return cleaned;
}

async function cleanOne(
  aws: Aws,
  folder: string,
  { file, ledger }: FoundLedger,
  account: Account,
  signal: AbortSignal,
  { limitMs = LIMIT_MS, pace = PACE, onProgress }: CleanUpOptions,
): Promise<readonly CleanedUp[]> {
  if (ledger === undefined)
    return [
      { kind: 'ledger', id: file, region: aws.region, deleted: false, reason: 'it cannot be read', leftAlone: true },
    ];
  const reason = reasonToLeave(ledger, aws, account);
  const { region, things } = ledger;
  if (reason !== undefined)
    return things.map(({ kind, id }) => ({ kind, id, region, deleted: false, reason, leftAlone: true }));
  const rds = region === aws.region ? aws.rds : await aws.rdsIn(region);
  const torn = await tearDown(rds, ledger, {
    pace,
    limitMs,
    now: () => aws.now(),
    signal,
    ...(onProgress && { onProgress }),
  });
  const left = things.filter(({ id }) => !isGone(torn, id));
  // A ledger that names what is gone does no harm: the next clean-up finds nothing and tries again.
  await writeLedger(folder, { ...ledger, things: left }).catch(() => {});
  return torn;
}

export type Account = { readonly id: string } | { readonly unknown: string };

/** `undefined`: its run is dead, and these credentials see what it made. */
export function reasonToLeave(
  { owner, account: ofLedger, endpoint, region }: Ledger,
  aws: Aws,
  account: Account,
): string | undefined {
  if (!hasEnded(owner)) return `its run (process ${owner.pid} on ${owner.hostName}) may still be at work`;
  // With other credentials nothing of it would be found, which must not look as if it were gone.
  if ('unknown' in account) return `the account of these credentials is not known (${account.unknown})`;
  if (account.id !== ofLedger) return `it is in account ${ofLedger}, these credentials are of ${account.id}`;
  if (region === aws.region ? endpoint !== aws.endpoint : !aws.isAwsEndpoint)
    return `it was made through ${endpoint}, this run goes to ${aws.endpoint}`;
  return undefined;
}

export async function accountOf(aws: Aws, signal: AbortSignal): Promise<Account> {
  try {
    const { Account: id } = await within(boundedBy(IDENTITY_LIMIT_MS, signal), async (abortSignal) => {
      const sts = await aws.sts();
      return sts.getCallerIdentity({}, { abortSignal });
    });
    return id === undefined ? { unknown: 'AWS does not say' } : { id };
  } catch (error) {
    return { unknown: signal.aborted ? 'interrupted' : sayFault(error) };
  }
}

const isGone = (torn: readonly { readonly id: string; readonly deleted: boolean }[], id: string): boolean =>
  torn.some((it) => it.id === id && it.deleted);

const LIMIT_MS = 45 * 60_000;
const IDENTITY_LIMIT_MS = 60_000;
