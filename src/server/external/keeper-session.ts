import { setTimeout as delay } from 'node:timers/promises';

import { connect, type Database } from '../../postgres/connect.ts';
import { abandon } from '../../postgres/copy.ts';
import { isPgrehearseError, PgrehearseError, toError } from '../../support/errors.ts';
import { redact } from '../../support/redact.ts';
import { type Account, targetOf } from '../account-target.ts';
import type { ServerSpec } from '../provider.ts';
import { refuseProductionHost, refuseProductionIdentifier } from '../refuse-production.ts';
import { untilAborted } from '../../support/until-aborted.ts';
import { readAccount } from './account.ts';
import { assertUsable, inspectServer, type ServerFacts } from './inspect-server.ts';
import type { Keeper } from './remove-databases.ts';

/**
 * A session on the server of `server.url` for `work`, which may hand it on; closed when that fails.
 *
 * @throws {PgrehearseError} `CONFIG_INVALID`, `SERVER_REFUSED`, `SERVER_UNAVAILABLE`, `SERVER_RIGHTS_MISSING`
 */
export async function withKeeper<Result>(
  spec: ServerSpec,
  signal: AbortSignal,
  work: (keeper: Keeper, facts: ServerFacts) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const { url, production } = givenServer(spec);
  const account = await readAccount(url);
  await refuseProductionHost(account, production);
  const session = await open(account, signal);
  try {
    const facts = await inspectServer(session);
    refuseProductionIdentifier(facts.systemIdentifier, production);
    assertUsable(facts, account.user);
    return await work({ session, account }, facts);
  } catch (error) {
    await closeKeeper(session);
    throw signal.aborted || isPgrehearseError(error) ? error : unavailable(error);
  }
}

function givenServer({ external }: ServerSpec): NonNullable<ServerSpec['external']> {
  if (external) return external;
  throw new PgrehearseError('CONFIG_INVALID', 'server.provider is external, and there is no server.url.', {
    hint: 'server: { provider: external, url: "${REHEARSAL_SERVER_URL}" }',
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
    const closed = opening.then(closeKeeper, () => {});
    await Promise.race([closed, delay(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    throw error;
  }
}

export const CONNECT_TIMEOUT_MS = 30_000;

/** Politely; one that waits for a lock, or is lost, at once. */
export async function closeKeeper(session: Database): Promise<void> {
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
    hint: 'Check address, network, database, password and sslmode of server.url.',
  });
