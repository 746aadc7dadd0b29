import { connect } from '../../postgres/connect.ts';
import { quoteIdentifier, quoteLiteral } from '../../postgres/identifiers.ts';
import { PgrehearseError, toError } from '../../support/errors.ts';
import { redact } from '../../support/redact.ts';
import { type Account, targetOf } from '../account-target.ts';
import type { EphemeralServer, KeptServer, ServerSpec } from '../provider.ts';
import type { ServerFacts } from './inspect-server.ts';
import { closeKeeper, CONNECT_TIMEOUT_MS } from './keeper-session.ts';
import { type Keeper, removeRun } from './remove-databases.ts';
import { databaseOf, databasesOf, keptMarkerOf, pristineOf, upkeepOf } from './run-id.ts';

export interface RunDatabases {
  readonly runId: string;
  readonly facts: ServerFacts;
  readonly settings: ServerSpec['settings'];
}

/** The databases of one run, which are there and locked, as a server. */
export function serverOf(keeper: Keeper, { runId, facts, settings }: RunDatabases): EphemeralServer {
  const { account } = keeper;
  let isKept = false;
  return {
    version: facts.version,
    major: facts.major,
    settings,
    shared: { database: databaseOf(runId), pristine: pristineOf(runId) },
    limits: limitsOf(facts),
    logUnreadable: 'the log of a server that others use as well is not read',
    target: (database) => ({
      ...targetOf(account, database === 'postgres' ? upkeepOf(runId) : database),
      isShared: true,
    }),
    keep: async (_, remember) => {
      // Who is killed in between leaves databases that the next sweep takes, and not ones that stay for ever.
      await remember?.(keptRun(account, runId));
      await markKept(keeper, runId);
      isKept = true;
      await closeKeeper(keeper.session);
      return keptRun(account, runId);
    },
    [Symbol.asyncDispose]: async () => {
      if (!isKept) await takeDown(keeper, runId);
    },
  };
}

async function markKept({ session }: Keeper, runId: string): Promise<void> {
  const rows = await session.query<{ name: string }>(
    'select datname as name from pg_catalog.pg_database where datname = any ($1)',
    [databasesOf(runId)],
  );
  for (const { name } of rows) {
    await session.query(`comment on database ${quoteIdentifier(name)} is ${quoteLiteral(keptMarkerOf(runId))}`);
  }
}

/** Without the password, which is in `server.url`. */
const keptRun = ({ host, port, user }: Account, runId: string): KeptServer => ({
  id: runId,
  details: { runId, host, port, user },
});

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
    await closeKeeper(session);
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
