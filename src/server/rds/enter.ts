import { sqlStateOf } from '../../postgres/sqlstate.ts';
import { deletionRefusal } from '../../preflight/aws/drill/deletion-guard.ts';
import { logIn, type DrillDoor } from '../../preflight/aws/drill/log-in.ts';
import type { PreparedRestore } from '../../preflight/aws/drill/prepare-restore.ts';
import { describeDatabase, type SeenDatabase } from '../../preflight/aws/drill/temporary.ts';
import type { Bounds } from '../../preflight/aws/writing/bounds.ts';
import { poll, type Look } from '../../preflight/aws/writing/poll.ts';
import { connect, type Database } from '../../postgres/connect.ts';
import { PgrehearseError, toError } from '../../support/errors.ts';
import { type Account, targetOf } from '../account-target.ts';
import type { RdsServerSpec, ServerNews } from '../provider.ts';
import { refuseProductionHost } from '../refuse-production.ts';
import { notRestored } from './explain.ts';

export interface Entering {
  readonly restore: PreparedRestore;
  readonly restored: SeenDatabase;
  readonly spec: RdsServerSpec;
  /** Endpoints of the source. */
  readonly addresses: readonly string[];
  readonly database: string;
  readonly onNews: (news: ServerNews) => void;
}

/**
 * Logs in to what was restored, with a password of its own, once it is certain that it is that and nothing else.
 *
 * @returns who we are there, and a session: in the database, or in `template1` where there is none of that name
 * @throws {PgrehearseError} `SERVER_REFUSED`, `SERVER_UNAVAILABLE`
 */
export async function enter(
  entering: Entering,
  bounds: Bounds,
): Promise<{ readonly account: Account; readonly session: Database }> {
  const { restore, restored, spec, onNews } = entering;
  const { aws, mark, things, ledger, pace } = restore;
  await refuseUnlessOurs(entering, bounds);
  let account: Account | undefined;
  const waited = await logIn({
    rds: aws.rds,
    owner: { kind: things[0]?.kind ?? 'instance', id: mark.id },
    restored,
    connect: async (door) => {
      // From the first attempt on it may have been changed.
      await ledger.enter();
      const opened = await knock(door, entering, { mayBePlain: !aws.isAwsEndpoint, spec });
      ({ account } = opened);
      return opened.session;
    },
    bounds,
    pace,
    onStage: (stage, status) =>
      onNews({
        kind: 'doing',
        text: `RDS: ${stage === 'password' ? 'setting the password of' : 'connecting to'} ${mark.id} (${status})`,
      }),
  });
  if (waited.state !== 'ready' || !account) throw notRestored('reason' in waited ? waited.reason : 'nobody logged in');
  return { account, session: waited.value };
}

/** By name, nonce, resource id and age of everything that was made, and by the address that would be connected to. */
async function refuseUnlessOurs({ restore, restored, spec, addresses }: Entering, bounds: Bounds): Promise<void> {
  const { aws, ledger, pace } = restore;
  for (const thing of ledger.ledger.things) {
    const look = async (signal: AbortSignal): Promise<Look<true>> => {
      const found = await describeDatabase(aws.rds, thing.kind, thing.id, signal);
      if (!found) return { state: 'absent' };
      const reason = deletionRefusal(found, thing, ledger.ledger);
      return reason === undefined ? { state: 'ready', value: true } : { state: 'stopped', reason };
    };
    const seen = await poll(look, bounds, { pace });
    if (seen.state === 'stopped') throw refused(`${thing.kind} ${thing.id} is not entered: ${seen.reason}`);
    if (seen.state !== 'ready') throw notRestored(`${thing.kind} ${thing.id}: ${seen.reason}`);
  }
  const { address = '', port = 5432 } = restored;
  if (addresses.includes(address.toLowerCase())) throw refused(`${address} is an address of ${spec.identifier} itself`);
  // Not by system identifier: a copy has that of its source.
  await refuseProductionHost({ host: address, port }, spec.production, 'What RDS restored');
}

const refused = (reason: string): PgrehearseError =>
  new PgrehearseError('SERVER_REFUSED', `${reason}.`, { hint: 'Nothing was done there. Please report this.' });

async function knock(
  { address, port, user, password }: DrillDoor,
  { database }: Pick<Entering, 'database'>,
  { mayBePlain, spec }: { readonly mayBePlain: boolean; readonly spec: RdsServerSpec },
): Promise<{ readonly account: Account; readonly session: Database }> {
  const root = spec.sslRootCert ?? (spec.env['PGSSLROOTCERT'] || undefined);
  const account: Account = {
    host: address,
    port,
    user,
    password: typeof password === 'string' ? password : await password(),
    database,
    ...(root === undefined ? { tls: 'require' } : { tls: 'verify-full', rootCertificate: root }),
  };
  try {
    return { account, session: await open(account) };
  } catch (error) {
    // RDS always has encryption; what only imitates it may not.
    if (!mayBePlain || !toError(error).message.includes('does not support SSL')) throw error;
    const plain: Account = { ...account, tls: 'off' };
    return { account: plain, session: await open(plain) };
  }
}

async function open(account: Account): Promise<Database> {
  const options = { applicationName: 'pgrehearse keeper', timeoutMs: CONNECT_TIMEOUT_MS };
  try {
    return await connect(targetOf(account, account.database).connectionString, options);
  } catch (error) {
    if (sqlStateOf(error) !== NO_SUCH_DATABASE) throw error;
    return connect(targetOf(account, 'template1').connectionString, options);
  }
}

const NO_SUCH_DATABASE = '3D000';
const CONNECT_TIMEOUT_MS = 20_000;
