import type { Database } from '../../postgres/connect.ts';
import { isPgrehearseError, PgrehearseError, toError } from '../../support/errors.ts';
import { redact } from '../../support/redact.ts';
import { explainFullDisk } from '../lost-server.ts';
import { type Facts, firstDifference } from './facts.ts';
import { filledBy, type FilledServer, type HeldServer, ofKept } from './filled-server.ts';
import { keepServer } from './keep-server.ts';
import type { KeepingCast } from './keeping-cast.ts';
import { type KeptState, KeptStates, ownMark } from './kept-state.ts';
import { takeKept } from './kept-lock.ts';
import { originOf, slotOf, whyNoOrigin } from './origin.ts';
import { branchOf, noteRole, type StartStates, startStateOf } from './start-state.ts';

/**
 * Keeps the server of a run, and starts from one that an earlier run kept when that is certain to be the same as restoring
 * anew. Whatever is in doubt is restored. `dispose` keeps what `done` was said of and what was kept before.
 */
export class Keeping implements StartStates {
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

  async filled(restore: () => Promise<FilledServer>, signal: AbortSignal): Promise<FilledServer> {
    if (!this.#current && !this.#abstains) await this.#takeUp(signal);
    if (this.#abstains) return await restore();
    if (this.#current) {
      const current = this.#current;
      const branched = await branchOf(current, () => this.#save(current), signal);
      if (typeof branched !== 'string') return branched;
      this.#say(`restoring anew, since ${branched}`);
      await this.#letGo(current);
    }
    return await this.#restoreAnew(restore);
  }

  async rememberRole(upkeep: Database, role: string): Promise<void> {
    const current = this.#current;
    if (!current) return;
    await noteRole(current, upkeep, role);
    await this.#save(current);
  }

  async #save(current: HeldServer): Promise<void> {
    if (ofKept(current)) await this.#states.write(current.state);
  }

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

  async #stateOf(filled: FilledServer, before: Facts | undefined, startedMs: number): Promise<KeptState> {
    const start = await startStateOf(filled, startedMs);
    const after = await this.#origin();
    const hasOrigin =
      before && after && firstDifference(before, after) === undefined && start.properties.uncopied === 0;
    return {
      ...ownMark(),
      id: KeptStates.newId(),
      provider: this.#cast.provider.kind,
      slot: this.#slot,
      ...start,
      ...(hasOrigin && { origin: before }),
    };
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

/** Undefined: it is of the same backup, masking and settings. */
function whyOutdated({ origin }: KeptState, wanted: Facts | undefined): string | undefined {
  if (!origin || !wanted) return 'it is not certain what it was restored from';
  return firstDifference(origin, wanted);
}
