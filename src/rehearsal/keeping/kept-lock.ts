import { connect, type Database } from '../../postgres/connect.ts';
import type { EphemeralServer, KeptServer, ServerProvider, ServerSpec, Swept } from '../../server/provider.ts';
import { codeOf, toError } from '../../support/errors.ts';
import { redact } from '../../support/redact.ts';
import type { KeptState, KeptStates } from './kept-state.ts';

/** A kept server that only we use. */
export interface Taken {
  readonly server: EphemeralServer;
  /** Held as long as its session lives, however this process ends. */
  readonly lock: AsyncDisposable;
}

/**
 * Takes up a kept server for one run alone.
 *
 * @returns `gone`: nothing is left of it; `in use`: another run has it
 * @throws when it is there and cannot be reached
 */
export async function takeKept(
  kept: KeptServer,
  { provider, spec, record }: { provider: ServerProvider; spec: ServerSpec; record: string },
  signal: AbortSignal,
): Promise<Taken | 'gone' | 'in use'> {
  const server = await provider.attach?.(kept, signal, spec);
  if (server === undefined) return 'gone';
  if (server === 'in use') return server;
  try {
    const lock = await lockOn(server);
    if (lock) return { server, lock };
    await server.keep?.(record);
    return 'in use';
  } catch (error) {
    await server.keep?.(record);
    throw error;
  }
}

async function lockOn(server: EphemeralServer): Promise<Database | undefined> {
  const session = await connect(server.target('postgres').connectionString, {
    applicationName: 'pgrehearse observer keeper',
    timeoutMs: CONNECT_TIMEOUT_MS,
  });
  try {
    const [row] = await session.query<{ ours: boolean }>(
      'select pg_catalog.pg_try_advisory_lock($1::int4, 0) as ours',
      [KEPT],
    );
    if (row?.ours === true) return session;
    await session[Symbol.asyncDispose]();
    return undefined;
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Any number that others hardly use. */
const KEPT = 1_885_827_687;

/** Removes a kept server and what is remembered of it, unless a run uses it. */
export async function removeKept(
  states: KeptStates,
  state: KeptState,
  { provider, spec }: { provider: ServerProvider | undefined; spec: ServerSpec },
  signal: AbortSignal,
): Promise<Swept> {
  const what = `kept server ${state.id} (${state.provider}, database ${state.database}, restored ${state.restoredAt})`;
  try {
    if (!provider?.attach || !state.server) throw new Error(`the provider ${state.provider} keeps no servers`);
    const server = await provider.attach(state.server, signal, spec);
    const reason = server === 'in use' ? USED : server && (await removeUnlessUsed(server, states.pathOf(state.id)));
    if (reason !== undefined) return { what, removed: false, reason };
    await states.remove(state.id);
    return { what, removed: true };
  } catch (error) {
    signal.throwIfAborted();
    return { what, removed: false, reason: redact(toError(error).message) };
  }
}

/** @returns why it stays, kept as it was */
async function removeUnlessUsed(server: EphemeralServer, record: string): Promise<string | undefined> {
  const { lock, reason } = await lockUnlessUsed(server);
  if (reason !== undefined) {
    await server.keep?.(record);
    return reason;
  }
  // Held until it is gone, so that no run takes it up meanwhile.
  await server[Symbol.asyncDispose]();
  await lock?.[Symbol.asyncDispose]().then(undefined, () => {});
  return undefined;
}

/**
 * Where nothing listens nobody is at work, and where our password has been changed somebody else has taken it over since it was
 * kept. Behind whatever else keeps us out a run may be.
 */
async function lockUnlessUsed(
  server: EphemeralServer,
): Promise<{ readonly lock?: Database; readonly reason?: string }> {
  try {
    const lock = await lockOn(server);
    return lock ? { lock } : { reason: USED };
  } catch (error) {
    if (NOBODY_THERE.has(codeOf(error))) return {};
    return { reason: `a run may use it; it lets nobody in: ${redact(toError(error).message)}` };
  }
}

const USED = 'a run uses it';
/** The last one: invalid_password. */
const NOBODY_THERE: ReadonlySet<string | undefined> = new Set(['ECONNREFUSED', 'ENOENT', '28P01']);
