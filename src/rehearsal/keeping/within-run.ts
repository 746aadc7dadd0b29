import type { Database } from '../../postgres/connect.ts';
import type { ServerProvider } from '../../server/provider.ts';
import { untilAborted } from '../../support/until-aborted.ts';
import { dropPristine, upkeepOf } from './branch.ts';
import { readProperties } from './database-properties.ts';
import { filledBy, type FilledServer, type SharedServer } from './filled-server.ts';
import type { StartState } from './kept-state.ts';
import { branchOf, noteRole, type StartStates, startStateOf } from './start-state.ts';

/**
 * Restores once, and branches when the database has to be built anew, where a copy costs less than a restore and there is room
 * for it. The server goes with the run.
 */
export class WithinRun implements StartStates {
  readonly #provider: Pick<ServerProvider, 'startsSlowly'>;
  #current: SharedServer | undefined;

  constructor(provider: Pick<ServerProvider, 'startsSlowly'>) {
    this.#provider = provider;
  }

  async filled(restore: () => Promise<FilledServer>, signal: AbortSignal): Promise<FilledServer> {
    const current = this.#current;
    if (current) {
      // The server goes anyway when the run is aborted, and what is copied on it.
      const branched = await untilAborted(
        branchOf(current, async () => {}, signal),
        signal,
      );
      if (typeof branched !== 'string') return branched;
      this.#current = undefined;
      await current.remove();
    }
    const startedMs = performance.now();
    const filled = await restore();
    try {
      this.#current = await this.#shared(filled, startedMs, signal);
    } catch (error) {
      await filled[Symbol.asyncDispose]();
      throw error;
    }
    return this.#current ? filledBy(this.#current) : filled;
  }

  async rememberRole(upkeep: Database, role: string): Promise<void> {
    if (this.#current) await noteRole(this.#current, upkeep, role);
  }

  done(): void {}

  async [Symbol.asyncDispose](): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await current?.remove();
  }

  /**
   * Undefined: it is restored again. A copy that fails costs nothing but the time that it would have saved.
   *
   * @throws the signal's reason
   */
  async #shared(filled: FilledServer, startedMs: number, signal: AbortSignal): Promise<SharedServer | undefined> {
    const copied = async (): Promise<StartState | undefined> =>
      (await this.#isWorthACopy(filled)) ? await startStateOf(filled, startedMs) : undefined;
    try {
      const state = await untilAborted(copied(), signal);
      return state && { server: filled.server, remove: async () => filled[Symbol.asyncDispose](), state };
    } catch {
      signal.throwIfAborted();
      await dropPristine(filled.server).catch(() => {});
      return undefined;
    }
  }

  async #isWorthACopy({ server, database }: FilledServer): Promise<boolean> {
    // Others would have to make room for it.
    if (server.shared || server.contents) return false;
    await using upkeep = await upkeepOf(server);
    const [row] = await upkeep.query<{ bytes: string }>('select pg_catalog.pg_database_size($1) as bytes', [database]);
    const bytes = Number(row?.bytes);
    if (this.#provider.startsSlowly !== true && bytes < WORTH_BYTES) return false;
    const room = await server.room?.();
    if (room === undefined || room.freeBytes <= bytes * ROOM_FACTOR + LEAST_BYTES) return false;
    return (await readProperties(upkeep, database)).uncopied === 0;
  }
}

/** Below, a server is started and filled about as fast as a database is copied. */
const WORTH_BYTES = 64 * 1024 * 1024;
/** The copy; then there must be room for all that migrations may write anew, with its indexes, sort files and log. */
const ROOM_FACTOR = 5;
const LEAST_BYTES = 512 * 1024 * 1024;
