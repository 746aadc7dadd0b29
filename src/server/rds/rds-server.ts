import { randomBytes } from 'node:crypto';

import type { Aws, AwsSettings } from '../../preflight/aws/aws.ts';
import { openAws, patienceOf } from '../../preflight/aws/clients.ts';
import { cleanUp } from '../../preflight/aws/drill/clean-up.ts';
import {
  prepareRestore,
  restorePrepared,
  type NotPrepared,
  type PreparedRestore,
} from '../../preflight/aws/drill/prepare-restore.ts';
import { planRestore } from '../../preflight/aws/drill/restore-plan.ts';
import { TeardownLedger, type Ledger } from '../../preflight/aws/drill/teardown-ledger.ts';
import { boundedBy, type Bounds } from '../../preflight/aws/writing/bounds.ts';
import { PgrehearseError } from '../../support/errors.ts';
import { targetOf } from '../account-target.ts';
import type { EphemeralServer, RdsServerSpec, ServerNews, ServerProvider, ServerSpec } from '../provider.ts';
import { enter } from './enter.ts';
import { examineRds } from './examine.ts';
import { notRestored } from './explain.ts';
import { prepareDatabase } from './prepare-database.ts';
import { runOf, type RdsRun } from './rds-run.ts';
import { notRemoved, Removal, withLeft } from './removal.ts';

/** A snapshot, a moment or a clone of a database of RDS, restored to an instance or cluster of its own. */
export const rdsServer: ServerProvider = {
  kind: 'rds',
  async start(spec, signal, onNews = () => {}) {
    signal.throwIfAborted();
    const rds = givenRds(spec);
    const { patienceSeconds, env } = rds;
    const patience = patienceOf(patienceSeconds === undefined ? undefined : patienceSeconds * 1_000);
    const aws = await openAws(settingsOf(rds), env, patience);
    try {
      const run = await runOf(spec, { aws, rds, onNews }, signal);
      return await restoreServer({ aws, rds, run, onNews, settings: spec.settings }, signal);
    } catch (error) {
      aws[Symbol.dispose]();
      throw error;
    }
  },
  async sweep(spec, signal) {
    const rds = givenRds(spec);
    using aws = await openAws(settingsOf(rds), rds.env);
    const cleaned = await cleanUp(aws, rds.stateFolder, signal);
    return cleaned.map(({ kind, id, region, deleted, reason }) => ({
      what: `${kind} ${id} in ${region}`,
      removed: deleted,
      ...(reason !== undefined && { reason }),
    }));
  },
  examine: ({ rds }, signal) => examineRds(rds, rds ? settingsOf(rds) : {}, signal),
};

function givenRds({ rds }: ServerSpec): RdsServerSpec {
  if (rds) return rds;
  throw new PgrehearseError('CONFIG_INVALID', 'server.provider is rds, and there is no server.rds.', {
    hint: 'server: { provider: rds, rds: { identifier: shop-production } }',
  });
}

const settingsOf = ({ region, profile, roleArn, externalId }: RdsServerSpec): AwsSettings => ({
  ...(region !== undefined && { region }),
  ...(profile !== undefined && { profile }),
  ...(roleArn !== undefined && { roleArn }),
  ...(externalId !== undefined && { externalId }),
});

interface Job {
  readonly aws: Aws;
  readonly rds: RdsServerSpec;
  readonly run: RdsRun;
  readonly settings: ServerSpec['settings'];
  readonly onNews: (news: ServerNews) => void;
}

async function restoreServer(job: Job, signal: AbortSignal): Promise<EphemeralServer> {
  const { aws, run, onNews } = job;
  const startedAt = performance.now();
  const bounds = boundedBy(run.clock.remainingMs(), signal);
  const restore = run.ledger ? goOn(job, run.ledger) : await begin(job, bounds);
  signal.throwIfAborted();
  if ('reason' in restore) throw withLeft(notRestored(restore.reason), run.left);
  const removal = new Removal(restore, onNews);
  try {
    const { account, ...prepared } = await restoreAndEnter(job, restore, bounds);
    signal.throwIfAborted();
    const { version, major, database, limits } = prepared;
    return {
      version,
      major,
      settings: job.settings,
      contents: { database, restoreMs: performance.now() - startedAt, origin: run.chosen.origin },
      limits,
      logUnreadable: 'RDS shows the log of a server in its own interface only',
      expiry: run.clock.signal,
      target: (name) => targetOf(account, name),
      [Symbol.asyncDispose]: removalFor(removal, run, aws),
    };
  } catch (error) {
    run.left.push(...(await removal.run()));
    throw withLeft(signal.aborted ? signal.reason : error, run.left);
  }
}

const begin = ({ aws, rds, run }: Job, bounds: Bounds): Promise<PreparedRestore | NotPrepared> =>
  prepareRestore(
    aws,
    run.source.resource,
    run.chosen.what,
    {
      runId: randomBytes(4).toString('hex'),
      stateFolder: rds.stateFolder,
      pace: run.pace,
      iamAuthentication: false,
      rehearsal: ({ id, tags }) => ({
        wish: run.wish,
        id,
        tags,
        entered: false,
        ...(run.chosen.origin.createdAt !== undefined && { dataTime: run.chosen.origin.createdAt }),
      }),
    },
    bounds,
  );

/** Where an earlier run died. What it asked for is asked for again under the same names, unless it is there. */
function goOn({ aws, rds, run }: Job, { format: _format, owner: _owner, things, ...about }: Ledger): PreparedRestore {
  const { id = '', tags = {} } = about.rehearsal ?? {};
  const mark = { id, tags, nonce: about.nonce };
  return {
    aws,
    mark,
    things: planRestore(run.source.resource, run.chosen.what, { mark, iamAuthentication: false }),
    ledger: new TeardownLedger(rds.stateFolder, about, things),
    pace: run.pace,
  };
}

async function restoreAndEnter({ rds, run, settings, onNews }: Job, restore: PreparedRestore, bounds: Bounds) {
  const restored = await restorePrepared(restore, bounds, ({ id, status, percent }) =>
    onNews({ kind: 'doing', text: `RDS: restoring ${id} (${status})`, ...(percent !== undefined && { percent }) }),
  );
  if ('reason' in restored) throw notRestored(restored.reason);
  const { account, session } = await enter(
    { restore, restored: restored.last, spec: rds, addresses: run.source.addresses, database: run.database, onNews },
    bounds,
  );
  return { account, ...(await prepareDatabase(account, session, settings)) };
}

/** When its time is up, what still works on it gets a moment to end by itself; then it is taken away under it. */
function removalFor(removal: Removal, { clock, graceMs, left }: RdsRun, aws: Aws): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expire = (): void => {
    timer = setTimeout(() => void removal.run(), graceMs);
  };
  clock.signal.addEventListener('abort', expire, { once: true });
  let isTold = false;
  return async () => {
    clock.signal.removeEventListener('abort', expire);
    clearTimeout(timer);
    const stays = await removal.run();
    aws[Symbol.dispose]();
    if (!isTold) left.push(...stays);
    isTold = true;
    if (left.length > 0) throw notRemoved(left);
  };
}
