import type { Database } from '../../postgres/connect.ts';
import { quoteIdentifier, quoteLiteral } from '../../postgres/identifiers.ts';
import { PgrehearseError } from '../../support/errors.ts';
import { applySettings } from '../database-settings.ts';
import type { EphemeralServer, KeptServer, ServerProvider, ServerSpec } from '../provider.ts';
import { untilAborted } from '../../support/until-aborted.ts';
import { examineExternal } from './examine-external.ts';
import type { ServerFacts } from './inspect-server.ts';
import { closeKeeper, withKeeper } from './keeper-session.ts';
import { type Keeper, removeRun, sweepDeadRuns } from './remove-databases.ts';
import { serverOf } from './run-databases.ts';
import { databaseOf, databasesOf, lockKeyOf, markerOf, newRunId, upkeepOf } from './run-id.ts';
import { alone, lockRun, tryLockRun } from './run-locks.ts';

/** Databases of our own on a server that others use as well, given by its URL. */
export const externalServer: ServerProvider = {
  kind: 'external',
  start: (spec, signal) => withKeeper(spec, signal, (keeper, facts) => setUp(keeper, { spec, facts }, signal)),
  attach: (kept, signal, spec) => withKeeper(spec, signal, (keeper, facts) => takeUp(keeper, { kept, spec, facts })),
  sweep: (spec, signal) =>
    withKeeper(spec, signal, async ({ session, account }) => {
      const swept = await alone(session, () => sweepDeadRuns({ session, account }, NO_RUN));
      await closeKeeper(session);
      return swept;
    }),
  examine: examineExternal,
};

/** No key of a run is negative. */
const NO_RUN = -1;

interface Circumstances {
  readonly spec: ServerSpec;
  readonly facts: ServerFacts;
}

async function setUp(keeper: Keeper, { spec, facts }: Circumstances, signal: AbortSignal): Promise<EphemeralServer> {
  const { session } = keeper;
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
  return serverOf(keeper, { runId, facts, settings: spec.settings });
}

/** Undefined: there are none any more. */
async function takeUp(
  keeper: Keeper,
  { kept: { details }, spec, facts }: Circumstances & { readonly kept: KeptServer },
): Promise<EphemeralServer | 'in use' | undefined> {
  const { session, account } = keeper;
  if (place(details) !== place({ ...account })) {
    throw new PgrehearseError('CONFIG_INVALID', `It was kept as ${place(details)}, which server.url does not name.`);
  }
  const runId = String(details['runId']);
  // Alone: a sweep that has just looked who lives would take what a killed run left of it for nobody's.
  const isOurs = await alone(session, () => tryLockRun(session, runId));
  const found = await session.query('select from pg_catalog.pg_database where datname = any ($1)', [
    databasesOf(runId),
  ]);
  if (isOurs && found.length > 0) return serverOf(keeper, { runId, facts, settings: spec.settings });
  await closeKeeper(session);
  return isOurs ? undefined : 'in use';
}

const place = ({ host, port, user }: Readonly<Record<string, unknown>>): string =>
  `${String(user)} on ${String(host)}:${String(port)}`;

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
