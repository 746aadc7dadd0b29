import type { Database } from '../../postgres/connect.ts';
import { isPgrehearseError, PgrehearseError, toError } from '../../support/errors.ts';
import { redact } from '../../support/redact.ts';
import { explainFullDisk } from '../lost-server.ts';
import { readRole, restoreRole } from './altered-roles.ts';
import { branch, makePristine, markOf, upkeepOf } from './branch.ts';
import { readProperties } from './database-properties.ts';
import { type Facts, firstDifference } from './facts.ts';
import { type FilledServer, type HeldServer, ofKept } from './filled-server.ts';
import { keepServer } from './keep-server.ts';
import type { KeepingCast } from './keeping-cast.ts';
import { type KeptState, KeptStates, ownMark } from './kept-state.ts';
import { takeKept } from './kept-lock.ts';
import { originOf, slotOf, whyNoOrigin } from './origin.ts';
import { oursOf, readSurroundings } from './surroundings.ts';

/**
 * Keeps the server of a run, and starts from one that an earlier run kept when that is certain to be the same as restoring
 * anew. Whatever is in doubt is restored. `dispose` keeps what `done` was said of and what was kept before.
 */
export class Keeping implements AsyncDisposable {
  readonly #cast: KeepingCast;
  readonly #states: KeptStates;
  readonly #slot: string;
  #current: HeldServer | undefined;
  /** Another run has the kept server, so this one keeps nothing. */
  #abstains = false;
  #isDone = false;
  /** Kept servers that this run's replaces. */
  readonly #outdated: KeptState[] = [];

  constructor(cast: KeepingCast, stateFolder: string) {
    this.#cast = cast;
    this.#states = new KeptStates(stateFolder);
    this.#slot = slotOf(cast.request);
  }

  /** The start state once more: a branch where that is sound, else what `restore` makes. */
  async filled(restore: () => Promise<FilledServer>, signal: AbortSignal): Promise<FilledServer> {
    if (!this.#current && !this.#abstains) await this.#takeUp(signal);
    if (this.#abstains) return await restore();
    if (this.#current) {
      const branched = await this.#branch(this.#current, signal);
      if (typeof branched !== 'string') return branched;
      this.#say(`restoring anew, since ${branched}`);
      await this.#letGo(this.#current);
    }
    return await this.#restoreAnew(restore);
  }

  /** To be called before a role is changed for the migration tool; the next branch takes that back. */
  async rememberRole(upkeep: Database, role: string): Promise<void> {
    const current = this.#current;
    if (!current) return;
    const altered = await readRole(upkeep, role);
    current.state = { ...current.state, altered: [...current.state.altered, altered] };
    if (ofKept(current)) await this.#states.write(current.state);
  }

  /** The rehearsal came to its end. */
  done(): void {
    this.#isDone = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    if (!current) {
      if (this.#isDone && !this.#abstains) this.#say('no server is kept: it could not be built anew');
      return;
    }
    if (!this.#isDone && !ofKept(current)) return await current.remove();
    await keepServer({ ...this.#cast, states: this.#states, outdated: this.#outdated, isDone: this.#isDone }, current);
  }

  async #takeUp(signal: AbortSignal): Promise<void> {
    const { request, spec, provider } = this.#cast;
    const states = (await this.#states.list()).filter(({ slot }) => slot === this.#slot);
    const origin = states.length > 0 ? await this.#origin() : undefined;
    for (const state of states) {
      signal.throwIfAborted();
      const outdated = whyNoOrigin(request) ?? whyOutdated(state, origin);
      if (outdated !== undefined) this.#outdated.push(state);
      const reason = outdated ?? (await this.#take(state, { provider, spec }, signal));
      if (reason === undefined) return;
      this.#say(`restoring anew, since the server kept of ${state.restoredAt} is of no use: ${reason}`);
    }
  }

  /** @returns why not; undefined: it is the current one, or this run abstains */
  async #take(
    state: KeptState,
    { provider, spec }: Pick<KeepingCast, 'provider' | 'spec'>,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const record = this.#states.pathOf(state.id);
    try {
      const taken = state.server ? await takeKept(state.server, { provider, spec, record }, signal) : 'gone';
      if (taken === 'gone') {
        await this.#states.remove(state.id);
        return 'it is gone';
      }
      if (taken === 'in use') {
        this.#abstains = true;
        this.#say('another run uses the kept server: this one restores on a server of its own, which is not kept');
        return undefined;
      }
      const { server, lock } = taken;
      if (server.outdated !== undefined) {
        this.#outdated.push(state);
        await server.keep?.(record);
        await lock[Symbol.asyncDispose]();
        return server.outdated;
      }
      for (const limit of server.limits ?? []) this.#say(`${provider.kind} server: ${limit}`);
      this.#current = { server, remove: async () => server[Symbol.asyncDispose](), lock, state };
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      this.#outdated.push(state);
      return `it cannot be reached: ${redact(toError(error).message)}`;
    }
  }

  /** @returns why it cannot be */
  async #branch(current: HeldServer, signal: AbortSignal): Promise<FilledServer | string> {
    const { state, server } = current;
    if (state.properties.uncopied > 0) return NOT_COPIED;
    const startedMs = performance.now();
    try {
      await using upkeep = await upkeepOf(server);
      for (const role of state.altered) await restoreRole(upkeep, role);
      const now = await readSurroundings(upkeep, server, oursOf(state));
      const difference = firstDifference(state.surroundings, now);
      if (difference !== undefined) return `${difference} on the kept server`;
      if ((await markOf(upkeep, state.pristine.name)) !== state.pristine.mark) return 'the pristine copy was touched';
      await branch(upkeep, server, state);
      current.state = { ...state, altered: [] };
      if (ofKept(current)) await this.#states.write(current.state);
    } catch (error) {
      signal.throwIfAborted();
      return `the kept server could not be branched: ${redact(toError(error).message)}`;
    }
    const { restoredAt, restoreMs } = state;
    return { ...filledBy(current), branched: { ms: performance.now() - startedMs, restoredAt, restoreMs } };
  }

  /** Spoiled: one of this run goes at once, one that was kept when there is another to take its place. */
  async #letGo(current: HeldServer): Promise<void> {
    this.#current = undefined;
    if (!ofKept(current)) return await current.remove();
    this.#outdated.push(current.state);
    await current.server.keep?.(this.#states.pathOf(current.state.id));
    await current.lock?.[Symbol.asyncDispose]();
  }

  async #restoreAnew(restore: () => Promise<FilledServer>): Promise<FilledServer> {
    const startedMs = performance.now();
    const before = await this.#origin();
    const filled = await restore();
    try {
      const state = await this.#stateOf(filled, before, startedMs);
      const held = { server: filled.server, remove: async () => filled[Symbol.asyncDispose](), state };
      this.#current = held;
      return filledBy(held);
    } catch (error) {
      const cause = await explainFullDisk(filled.server, 'the copy that stays', error);
      await filled[Symbol.asyncDispose]();
      if (isPgrehearseError(cause)) throw cause;
      const message = `The restored state could not be kept: ${redact(toError(cause).message)}.`;
      throw new PgrehearseError('SERVER_UNAVAILABLE', message, { cause, hint: 'Run it without --keep-server.' });
    }
  }

  async #stateOf(
    { server, database, restored }: Omit<FilledServer, 'branched'>,
    before: Facts | undefined,
    startedMs: number,
  ): Promise<KeptState> {
    await using upkeep = await upkeepOf(server);
    const pristine = await makePristine(upkeep, server, database);
    const properties = await readProperties(upkeep, database);
    const after = await this.#origin();
    const hasOrigin = before && after && firstDifference(before, after) === undefined && properties.uncopied === 0;
    const state = {
      ...ownMark(),
      id: KeptStates.newId(),
      provider: this.#cast.provider.kind,
      slot: this.#slot,
      restoredAt: new Date().toISOString(),
      restoreMs: performance.now() - startedMs,
      database,
      pristine,
      ...(hasOrigin && { origin: before }),
      properties,
      ...(restored && { restored }),
      altered: [],
    };
    const surroundings = await readSurroundings(upkeep, server, oursOf(state));
    return { ...state, surroundings };
  }

  async #origin(): Promise<Facts | undefined> {
    const { request, spec } = this.#cast;
    if (whyNoOrigin(request) !== undefined) return undefined;
    return await originOf(request, spec).catch(() => undefined);
  }

  #say(text: string): void {
    this.#cast.onEvent({ kind: 'output', text: `${text}\n` });
  }
}

const NOT_COPIED = 'the backup holds subscriptions or labels, which a copy of a database does not have';

/** Undefined: it is of the same backup, masking and settings. */
function whyOutdated({ origin }: KeptState, wanted: Facts | undefined): string | undefined {
  if (!origin || !wanted) return 'it is not certain what it was restored from';
  return firstDifference(origin, wanted);
}

/** The server stays with us when the stage goes. */
const filledBy = ({ server, state: { database, restored } }: HeldServer): FilledServer => ({
  server,
  database,
  ...(restored && { restored }),
  [Symbol.asyncDispose]: async () => {},
});
