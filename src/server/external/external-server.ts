import { setTimeout as delay } from 'node:timers/promises';

import { connect, type Database } from '../../postgres/connect.ts';
import { abandon } from '../../postgres/copy.ts';
import { quoteIdentifier, quoteLiteral } from '../../postgres/identifiers.ts';
import { isPgrehearseError, PgrehearseError, toError } from '../../support/errors.ts';
import { redact } from '../../support/redact.ts';
import type { EphemeralServer, ServerProvider, ServerSpec } from '../provider.ts';
import { untilAborted } from '../until-aborted.ts';
import { type Account, targetOf } from '../account-target.ts';
import { applySettings } from '../database-settings.ts';
import { refuseProductionHost, refuseProductionIdentifier } from '../refuse-production.ts';
import { readAccount } from './account.ts';
import { examineExternal } from './examine-external.ts';
import { assertUsable, inspectServer, type ServerFacts } from './inspect-server.ts';
import { type Keeper, removeRun, sweepDeadRuns } from './remove-databases.ts';
import { databaseOf, lockKeyOf, markerOf, newRunId, upkeepOf } from './run-id.ts';
import { alone, lockRun } from './run-locks.ts';

/** Databases of our own on a server that others use as well, given by its URL. */
export const externalServer: ServerProvider = {
  kind: 'external',
  async start(spec, signal) {
    signal.throwIfAborted();
    const { url, production } = givenServer(spec);
    const account = await readAccount(url);
    await refuseProductionHost(account, production);
    const session = await open(account, signal);
    try {
      const facts = await inspectServer(session);
      refuseProductionIdentifier(facts.systemIdentifier, production);
      assertUsable(facts, account.user);
      return await setUp({ session, account }, { spec, facts }, signal);
    } catch (error) {
      await close(session);
      throw signal.aborted || isPgrehearseError(error) ? error : unavailable(error);
    }
  },
  examine: examineExternal,
};

function givenServer({ external }: ServerSpec): NonNullable<ServerSpec['external']> {
  if (external) return external;
  throw new PgrehearseError('CONFIG_INVALID', 'server.provider is external, and there is no server.url.', {
    hint: 'server: { provider: external, url: ${REHEARSAL_SERVER_URL} }',
  });
}

async function open(account: Account, signal: AbortSignal): Promise<Database> {
  const { connectionString } = targetOf(account, account.database);
  const opening = connect(connectionString, { applicationName: 'pgrehearse keeper', timeoutMs: CONNECT_TIMEOUT_MS });
  try {
    return await untilAborted(opening, signal);
  } catch (error) {
    if (!signal.aborted) throw unavailable(error);
    // One that comes too late must not stay; a server that does not answer is not waited for.
    const closed = opening.then(close, () => {});
    await Promise.race([closed, delay(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    throw error;
  }
}

const CONNECT_TIMEOUT_MS = 30_000;

interface Circumstances {
  readonly spec: ServerSpec;
  readonly facts: ServerFacts;
}

async function setUp(keeper: Keeper, { spec, facts }: Circumstances, signal: AbortSignal): Promise<EphemeralServer> {
  const { session, account } = keeper;
  const runId = newRunId();
  await untilAborted(claim(keeper, runId), signal);
  try {
    // Not cut short by the signal: the server would go on, and the database be there after we had gone.
    for (const name of [upkeepOf(runId), databaseOf(runId)]) {
      await createDatabase(session, name, markerOf(runId));
      signal.throwIfAborted();
    }
    await applySettings(session, databaseOf(runId), spec.settings, 'a shared server');
    signal.throwIfAborted();
  } catch (error) {
    await removeRun(keeper, runId).catch(() => {});
    throw error;
  }
  return {
    version: facts.version,
    major: facts.major,
    settings: spec.settings,
    shared: { database: databaseOf(runId) },
    limits: limitsOf(facts),
    logUnreadable: 'the log of a server that others use as well is not read',
    target: (database) => ({
      ...targetOf(account, database === 'postgres' ? upkeepOf(runId) : database),
      isShared: true,
    }),
    [Symbol.asyncDispose]: () => takeDown(keeper, runId),
  };
}

/** The lock comes before the database, so that no sweep takes a new one for a dead run's. */
const claim = ({ session, account }: Keeper, runId: string): Promise<void> =>
  alone(session, async () => {
    await lockRun(session, runId);
    await sweepDeadRuns({ session, account }, lockKeyOf(runId));
  });

async function createDatabase(session: Database, name: string, marker: string): Promise<void> {
  const quoted = quoteIdentifier(name);
  await session.query(`create database ${quoted} template template0`);
  await session.query(`comment on database ${quoted} is ${quoteLiteral(marker)}`);
  // A backup of production is nobody else's to read.
  await session.query(`revoke connect on database ${quoted} from public`);
}

const limitsOf = ({ isSuperuser }: ServerFacts): readonly string[] => [
  'the server is used by others: its settings stay, statements are not recorded, durations and write-ahead log include what others do',
  'migrations run as the role of server.url, and what they do to roles, tablespaces or other databases is not undone; changes of roles that were made for the backup are not seen',
  ...(isSuperuser
    ? []
    : ['without superuser rights every restored object belongs to that role, and contents are read in full']),
];

async function takeDown({ session, account }: Keeper, runId: string): Promise<void> {
  try {
    await removeRun({ session, account }, runId).catch(() => removeAnew(account, runId));
  } catch (cause) {
    const message = `The database ${databaseOf(runId)} could not be removed: ${redact(toError(cause).message)}.`;
    throw new PgrehearseError('SERVER_UNAVAILABLE', message, { cause, hint: 'The next run tries again.' });
  } finally {
    await close(session);
  }
}

/** The keeper's session may have been lost on the way. */
async function removeAnew(account: Account, runId: string): Promise<void> {
  const { connectionString } = targetOf(account, account.database);
  await using session = await connect(connectionString, {
    applicationName: 'pgrehearse keeper',
    timeoutMs: CONNECT_TIMEOUT_MS,
  });
  await removeRun({ session, account }, runId);
}

/** Politely; one that waits for a lock, or is lost, at once. */
async function close(session: Database): Promise<void> {
  const patience = setTimeout(() => abandon(session), CLOSE_TIMEOUT_MS);
  try {
    await session[Symbol.asyncDispose]();
  } catch {
    // It was lost before.
  }
  clearTimeout(patience);
}

const CLOSE_TIMEOUT_MS = 2_000;

const unavailable = (cause: unknown): PgrehearseError =>
  new PgrehearseError('SERVER_UNAVAILABLE', `The server of server.url: ${redact(toError(cause).message)}.`, {
    cause,
    hint: 'Check address, network, password and sslmode of server.url.',
  });
