import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Recording } from '../../src/recording/recording.ts';
import type { RehearsalEvent } from '../../src/rehearsal/events.ts';
import { cleanUpServers } from '../../src/rehearsal/keeping/clean-up.ts';
import { takeKept, type Taken } from '../../src/rehearsal/keeping/kept-lock.ts';
import { type KeptState, KeptStates } from '../../src/rehearsal/keeping/kept-state.ts';
import { localServer } from '../../src/server/index.ts';
import type { EphemeralServer, ServerSpec } from '../../src/server/provider.ts';
import { rehearseFolder, type Rehearsed } from './rehearse-folder.ts';

interface KeptRun extends Rehearsed {
  readonly events: readonly RehearsalEvent[];
  /** All that was said, one line each. */
  readonly said: readonly string[];
  readonly isBranched: boolean;
}

/** A state folder of a test's own; disposal removes the servers that it remembers. */
export interface KeptRuns extends AsyncDisposable {
  readonly state: string;
  run(folder: string, options?: Parameters<typeof rehearseFolder>[1]): Promise<KeptRun>;
  states(): Promise<readonly KeptState[]>;
  /** The kept server, as `attach` gives it; it stays kept. */
  look(): Promise<EphemeralServer>;
  /** As a run has it; `lock` is to be disposed of. */
  take(): Promise<Taken>;
  files(): readonly string[];
  cleanUp(provider?: string, spec?: ServerSpec): ReturnType<typeof cleanUpServers>;
}

const LOCAL: ServerSpec = { settings: {}, projectFolder: process.cwd() };

export function keptRuns(): KeptRuns {
  const state = mkdtempSync(join(tmpdir(), 'pgrehearse-state-'));
  const { signal } = new AbortController();
  const states = (): Promise<readonly KeptState[]> => new KeptStates(state).list();
  const cleanUp: KeptRuns['cleanUp'] = (provider = 'local', spec = LOCAL) =>
    cleanUpServers({ provider, spec }, state, signal);
  return {
    state,
    states,
    cleanUp,
    async run(folder, options = {}) {
      const events: RehearsalEvent[] = [];
      const onEvent = (event: RehearsalEvent): void => {
        events.push(event);
        options.onEvent?.(event);
      };
      const rehearsed = await rehearseFolder(folder, { keepIn: state, ...options, onEvent });
      const said = events.flatMap((event) => (event.kind === 'output' ? [event.text.trim()] : []));
      return { ...rehearsed, events, said, isBranched: isBranched(events) };
    },
    async look() {
      const [kept] = await states();
      const server = kept?.server && (await localServer.attach?.(kept.server, signal, LOCAL));
      if (!server || server === 'in use') throw new Error('No server is kept.');
      return server;
    },
    async take() {
      const [kept] = await states();
      const cast = { provider: localServer, spec: LOCAL, record: new KeptStates(state).pathOf(kept?.id ?? '') };
      const taken = kept?.server && (await takeKept(kept.server, cast, signal));
      if (!taken || taken === 'in use' || taken === 'gone') throw new Error(`The server is ${taken}.`);
      return taken;
    },
    files: () => readdirSync(state, { recursive: true, encoding: 'utf8' }).toSorted(),
    async [Symbol.asyncDispose]() {
      await cleanUp();
      rmSync(state, { recursive: true });
    },
  };
}

const isBranched = (events: readonly RehearsalEvent[]): boolean =>
  events.some((event) => event.kind === 'restored' && event.branched !== undefined);

/** A recording without times, sizes and the numbers that a server gives out itself. */
export const comparable = (recording: Recording): unknown =>
  JSON.parse(JSON.stringify(recording, (key, value: unknown) => (NEVER_THE_SAME.has(key) ? undefined : value)));

const NEVER_THE_SAME: ReadonlySet<string> = new Set([
  'startedAt',
  'durationMs',
  'restoreMs',
  'walBytes',
  'databaseBytes',
  'peakDatabaseBytes',
  'oid',
  'startMs',
]);
