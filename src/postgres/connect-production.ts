import type { ConnectionOptions } from 'node:tls';

import { Client } from 'pg';

import { PgrehearseError, toError } from '../support/errors.ts';
import { redact } from '../support/redact.ts';
import type { Database } from './connect.ts';
import { findPassword } from './password-file.ts';
import type { ProductionTarget, Tls } from './production-target.ts';
import { cutConnection, readOnlySession } from './read-only-session.ts';

export interface ProductionOptions {
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Ends the attempt, and the session, at once. */
  readonly signal?: AbortSignal;
  /** Default 5,000. */
  readonly statementTimeoutMs?: number;
  /** Default 1,000. */
  readonly lockTimeoutMs?: number;
  /**
   * A server that has not answered by then is given up, and the connection with it. Default: 5 s more than the limit of a
   * statement; for whoever sets longer limits in scripts of his own.
   */
  readonly answerTimeoutMs?: number;
}

/** A session with a database that is not ours. */
export interface ProductionDatabase extends Database {
  /** Between us and whatever answered, a pooler perhaps. */
  readonly encrypted: boolean;
}

/**
 * Opens a session that only reads. Every `query` and `script` is a short transaction of its own, read only, with its limits
 * inside: nothing is set for the session, since behind a pooler that session is somebody else's a moment later, and no
 * startup options are sent, which poolers and some hosts refuse.
 *
 * @throws {PgrehearseError} `DATABASE_UNREACHABLE`
 * @throws the signal's reason
 */
export async function connectProduction(
  target: ProductionTarget,
  options: ProductionOptions,
): Promise<ProductionDatabase> {
  options.signal?.throwIfAborted();
  try {
    return await open(target, options, target.tls.mode !== 'off');
  } catch (error) {
    options.signal?.throwIfAborted();
    if (target.tls.mode !== 'prefer' || !hasNoTls(error)) throw unreachable(target, error);
  }
  try {
    return await open(target, options, false);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw unreachable(target, error);
  }
}

async function open(
  target: ProductionTarget,
  options: ProductionOptions,
  encrypted: boolean,
): Promise<ProductionDatabase> {
  const client = clientFor(target, options, encrypted);
  // A server that goes away between queries must not end our process; the next query rejects.
  client.on('error', () => {});
  const { signal } = options;
  const cut = () => cutConnection(client);
  signal?.addEventListener('abort', cut, { once: true });
  const close = () => {
    signal?.removeEventListener('abort', cut);
    return closeSoon(client);
  };
  try {
    await client.connect();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    ...readOnlySession(client, {
      statementMs: options.statementTimeoutMs ?? 5_000,
      lockMs: options.lockTimeoutMs ?? 1_000,
      ...(signal !== undefined && { signal }),
    }),
    encrypted,
    [Symbol.asyncDispose]: close,
  };
}

function clientFor(target: ProductionTarget, options: ProductionOptions, encrypted: boolean): Client {
  const { host, port, database, user, password } = target;
  return new Client({
    // Fields, not the URL: an `sslmode` in it would replace what is decided here.
    host,
    port,
    database,
    user,
    password: typeof password === 'function' ? password : async () => password ?? (await findPassword(target)) ?? '',
    ssl: encrypted && sslOptions(target.tls),
    application_name: options.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // A server that hangs does not keep to its own limit.
    query_timeout: options.answerTimeoutMs ?? (options.statementTimeoutMs ?? 5_000) + 5_000,
    keepAlive: true,
  });
}

const CONNECT_TIMEOUT_MS = 10_000;

function sslOptions({ mode, rootCertificate }: Tls): ConnectionOptions {
  const verified = mode === 'verify-ca' || mode === 'verify-full';
  return {
    rejectUnauthorized: verified,
    ...(rootCertificate !== undefined && { ca: rootCertificate }),
    // Whoever has a certificate of that authority is let through; so says the mode's definition.
    ...(mode === 'verify-ca' && { checkServerIdentity: () => undefined }),
  };
}

const hasNoTls = (error: unknown): boolean => toError(error).message.includes('does not support SSL');

function unreachable({ host, port, database, user }: ProductionTarget, thrown: unknown): PgrehearseError {
  const reason = redact(messageOf(toError(thrown)));
  return new PgrehearseError(
    'DATABASE_UNREACHABLE',
    `Cannot connect to ${database} at ${host}:${port} as ${user}: ${reason}.`,
    { cause: thrown },
  );
}

/** Node.js gives several addresses' refusals as an error without a message of its own. */
function messageOf(error: Error): string {
  const text = error.message === '' && error instanceof AggregateError ? String(error.errors[0]) : error.message;
  return text.replace(/^Error: /, '').replace(/\.$/, '');
}

async function closeSoon(client: Client): Promise<void> {
  const timer = setTimeout(() => cutConnection(client), 1_000);
  await client.end().catch(() => {});
  clearTimeout(timer);
}
