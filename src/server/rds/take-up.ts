import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Aws } from '../../preflight/aws/aws.ts';
import { accountOf, cleanUp, reasonToLeave, type CleanedUp } from '../../preflight/aws/drill/clean-up.ts';
import { readLedgers, TeardownLedger, type Ledger } from '../../preflight/aws/drill/teardown-ledger.ts';
import type { Pace } from '../../preflight/aws/writing/poll.ts';
import { hasEnded, ownIdentity, parseIdentity } from '../../support/process-identity.ts';
import type { ServerNews } from '../provider.ts';
import type { Left } from './removal.ts';

export interface TakeUpOptions {
  readonly stateFolder: string;
  /** Of what, as what; see `Ledger.rehearsal`. */
  readonly wish: string;
  readonly limitMs: number;
  readonly pace: Pace;
  readonly onNews: (news: ServerNews) => void;
}

export interface TakenUp {
  /** Of a dead run that waited for the same, and to which nobody has logged in; it is ours now. */
  readonly ledger?: Ledger;
  /** What dead runs left and could not be deleted. */
  readonly left: readonly Left[];
}

/** Goes on with what a dead run was waiting for, where there is such a thing, and deletes what else dead runs left. */
export async function takeUp(aws: Aws, options: TakeUpOptions, signal: AbortSignal): Promise<TakenUp> {
  const { stateFolder, pace, onNews } = options;
  const ledger = await adopt(aws, options, signal);
  const cleaned = await cleanUp(aws, stateFolder, signal, {
    pace,
    limitMs: LIMIT_MS,
    ...(ledger && { except: ledger.nonce }),
    onProgress: ({ id, status }) =>
      onNews({ kind: 'doing', text: `RDS: deleting ${id} of an earlier run (${status})` }),
  });
  signal.throwIfAborted();
  for (const each of cleaned) {
    const { kind, id, region, deleted, reason } = each;
    if (deleted) onNews({ kind: 'said', text: `RDS: ${kind} ${id} of an earlier run is deleted.` });
    // That another run is at work is no news.
    else if (each.leftAlone && kind === 'ledger')
      onNews({ kind: 'said', text: `RDS: ${id} in ${region}: ${reason ?? ''}.` });
  }
  return { ...(ledger && { ledger }), left: cleaned.flatMap(leftOf) };
}

const leftOf = ({ kind, id, region, deleted, reason, leftAlone }: CleanedUp): readonly Left[] =>
  deleted || leftAlone || kind === 'ledger' ? [] : [{ kind, id, region, ...(reason !== undefined && { reason }) }];

async function adopt(aws: Aws, options: TakeUpOptions, signal: AbortSignal): Promise<Ledger | undefined> {
  const { stateFolder, wish, limitMs } = options;
  const isWanted = (ledger: Ledger | undefined): ledger is Ledger =>
    ledger?.rehearsal?.wish === wish &&
    !ledger.rehearsal.entered &&
    ledger.region === aws.region &&
    // What is left of its time must be worth it.
    aws.now().getTime() - Date.parse(ledger.startedAt) < limitMs / 2;
  const candidates = (await readLedgers(stateFolder)).flatMap(({ ledger }) => (isWanted(ledger) ? [ledger] : []));
  if (candidates.length === 0) return undefined;
  const account = await accountOf(aws, signal);
  for (const { nonce } of candidates) {
    await using claimed = await claim(stateFolder, nonce);
    if (!claimed) continue;
    // As it stands now: another run may have been faster.
    const { ledger } = (await readLedgers(stateFolder)).find((one) => one.ledger?.nonce === nonce) ?? {};
    if (!isWanted(ledger) || reasonToLeave(ledger, aws, account) !== undefined) continue;
    const { format: _format, owner: _owner, things, ...about } = ledger;
    const ours = new TeardownLedger(stateFolder, about, things);
    await ours.keep(things);
    return ours.ledger;
  }
  return undefined;
}

/** So that of two runs that start at once only one goes on with it. Undefined: the other one has it. */
async function claim(folder: string, nonce: string): Promise<AsyncDisposable | undefined> {
  const file = join(folder, `drill-${nonce}.claim`);
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, JSON.stringify(ownIdentity()), { mode: 0o600 });
  try {
    for (const isLast of [false, true]) {
      // Never there without its owner, however a run ends.
      if (await isPut(draft, file)) return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
      const owner = parseIdentity(await readFile(file, 'utf8').catch(() => ''));
      if (isLast || owner === undefined || !hasEnded(owner)) return undefined;
      await rm(file, { force: true });
    }
    return undefined;
  } finally {
    await rm(draft, { force: true });
  }
}

const isPut = (draft: string, file: string): Promise<boolean> =>
  link(draft, file).then(
    () => true,
    () => false,
  );

const LIMIT_MS = 20 * 60_000;
