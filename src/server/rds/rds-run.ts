import type { Aws } from '../../preflight/aws/aws.ts';
import { sayHours, sayThings } from '../../preflight/aws/drill/cost-note.ts';
import type { Ledger } from '../../preflight/aws/drill/teardown-ledger.ts';
import { PACE, paceOf, type Pace } from '../../preflight/aws/writing/poll.ts';
import { PgrehearseError } from '../../support/errors.ts';
import type { RdsServerSpec, ServerNews, ServerSpec } from '../provider.ts';
import { chooseWhat, type Chosen } from './choose-what.ts';
import { startClock, type Clock } from './clock.ts';
import { findSource, type RdsSource } from './find-source.ts';
import type { Left } from './removal.ts';
import { takeUp } from './take-up.ts';

/** What is decided at the first start and holds for every further one of the same rehearsal. */
export interface RdsRun {
  readonly source: RdsSource;
  readonly database: string;
  readonly chosen: Chosen;
  readonly wish: string;
  readonly clock: Clock;
  /** Between the end of its time and the deletion. */
  readonly graceMs: number;
  readonly pace: Pace;
  /** To go on with at the first start. */
  readonly ledger?: Ledger;
  /** What is still there and costs, of all starts. */
  readonly left: Left[];
}

/** A run asks for its server with one and the same spec. */
const RUNS = new WeakMap<ServerSpec, RdsRun>();

interface Asking {
  readonly aws: Aws;
  readonly rds: RdsServerSpec;
  readonly onNews: (news: ServerNews) => void;
}

/**
 * Makes nothing, but deletes what dead runs left.
 *
 * @throws {PgrehearseError} `CONFIG_INVALID`, `AWS_UNAVAILABLE`, `BACKUP_NOT_FOUND`, `BACKUP_UNREADABLE`
 */
export async function runOf(spec: ServerSpec, asking: Asking, signal: AbortSignal): Promise<RdsRun> {
  const known = RUNS.get(spec);
  if (known) {
    asking.onNews({ kind: 'doing', text: `RDS: restoring ${known.chosen.text} once more` });
    const { ledger: _used, ...again } = known;
    return again;
  }
  const run = await beginRun(asking, signal);
  RUNS.set(spec, run);
  return run;
}

async function beginRun({ aws, rds, onNews }: Asking, signal: AbortSignal): Promise<RdsRun> {
  const { from = 'latest-snapshot', maxHours, pollSeconds, stateFolder } = rds;
  onNews({ kind: 'doing', text: `RDS: looking for ${rds.identifier} in ${aws.region}` });
  const source = await findSource(aws, rds, signal);
  signal.throwIfAborted();
  refuseStranger(aws, rds);
  const database = databaseOf(rds, source);
  const chosen = await chooseWhat(aws, source.resource, from, signal);
  if (chosen.doubt !== undefined) onNews({ kind: 'said', text: `RDS: ${chosen.text}: ${chosen.doubt}.` });
  const limitMs = maxHours * 3_600_000;
  const pace = pollSeconds === undefined ? PACE : paceOf(pollSeconds * 1_000);
  const wish = wishOf(rds, source, chosen);
  const { ledger, left } = await takeUp(aws, { stateFolder, wish, limitMs, pace, onNews }, signal);
  const run = { source, database, wish, pace, left: [...left], graceMs: Math.min(60_000, limitMs / 10) };
  if (!ledger) {
    onNews({ kind: 'said', text: costNote(aws, source, chosen, limitMs) });
    return { ...run, chosen, clock: startClock(limitMs) };
  }
  const { id, dataTime } = ledger.rehearsal ?? {};
  onNews({
    kind: 'said',
    text: `RDS: going on with ${id ?? ''}, which an earlier run had asked for at ${ledger.startedAt}.`,
  });
  const spentMs = aws.now().getTime() - Date.parse(ledger.startedAt);
  return { ...run, chosen: asOf(chosen, dataTime), clock: startClock(limitMs, spentMs), ledger };
}

/** Only after a first question it is known where requests go. */
function refuseStranger({ isAwsEndpoint, endpoint }: Aws, { allowCustomEndpoint }: RdsServerSpec): void {
  if (isAwsEndpoint || allowCustomEndpoint === true) return;
  throw new PgrehearseError('AWS_UNAVAILABLE', `Requests go to ${endpoint}, which is not AWS. Nothing was made.`, {
    hint: 'Look at AWS_ENDPOINT_URL; `--allow-custom-endpoint` allows it.',
  });
}

function databaseOf({ database, identifier }: RdsServerSpec, { firstDatabase }: RdsSource): string {
  const name = database ?? firstDatabase;
  if (name !== undefined) return name;
  throw new PgrehearseError('CONFIG_INVALID', `Nothing says which database of ${identifier} is rehearsed on.`, {
    hint: 'Set `server.rds.database`.',
  });
}

/** The moment of the latest time and of a clone is that of whoever asked first. */
function wishOf(rds: RdsServerSpec, { resource }: RdsSource, { what, text }: Chosen): string {
  const { instanceClass, subnetGroup, securityGroups, parameterGroup, port, resourceId } = resource;
  const which = 'snapshot' in what ? text : rds.from;
  return JSON.stringify([resourceId, which, instanceClass, subnetGroup, securityGroups, parameterGroup, port]);
}

function asOf(chosen: Chosen, dataTime: string | undefined): Chosen {
  if ('snapshot' in chosen.what || dataTime === undefined) return chosen;
  const what = 'clone' in chosen.what ? chosen.what : { pointInTime: dataTime };
  return { ...chosen, what, origin: { ...chosen.origin, createdAt: dataTime } };
}

const costNote = (aws: Aws, { resource }: RdsSource, { what, text }: Chosen, limitMs: number): string =>
  `RDS: ${text} is restored as ${sayThings(resource, what)} in ${aws.region}, for at most ${sayHours(limitMs)} and the time ` +
  `that deletion takes; once more, beside or after it, when lost rows are to be counted or the database is to be built anew. ` +
  `It is billed while it exists.`;
