/**
 * Rehearses the project of argv so many times in one process, and prints one JSON line for each: what the process itself
 * holds afterwards. Needs `--expose-gc`.
 */
import { getEventListeners } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { judge } from '../../../src/checks/judge.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { rehearsalRequest } from '../../../src/config/rehearsal-request.ts';
import { rehearse } from '../../../src/rehearsal/rehearse.ts';

export interface Held {
  readonly outcome: string;
  readonly steps: number;
  /** What the open file descriptors lead to, without numbers that differ each time. */
  readonly files: readonly string[];
  readonly resources: readonly string[];
  readonly listeners: number;
  /** On the one signal that all of them are given. */
  readonly signalListeners: number;
  readonly heapBytes: number;
  readonly warnings: readonly string[];
}

const warnings: string[] = [];
process.on('warning', (warning) => void warnings.push(`${warning.name}: ${warning.message}`));

const [folder = '', times = '1'] = process.argv.slice(2);
const { signal } = new AbortController();
for (let round = 0; round < Number(times); round++) {
  const config = await loadConfig(folder, {}, process.env, process.cwd());
  const recording = await rehearse(rehearsalRequest(config, { showValues: false }), () => {}, signal);
  const { outcome } = judge(recording, { checks: config.checks, waivers: config.waivers, today: '2026-11-23' });
  // Sockets that were closed a moment ago are still being taken away.
  for (let turn = 0; turn < 3; turn++) await delay(10);
  globalThis.gc?.();
  process.stdout.write(`${JSON.stringify(held(outcome, recording.steps.length))}\n`);
}

function held(outcome: string, steps: number): Held {
  const names = process.eventNames();
  return {
    outcome,
    steps,
    files: openFiles(),
    resources: process.getActiveResourcesInfo().toSorted(),
    listeners: names.reduce((sum, name) => sum + process.listenerCount(name), 0),
    signalListeners: getEventListeners(signal, 'abort').length,
    heapBytes: process.memoryUsage().heapUsed,
    warnings,
  };
}

function openFiles(): string[] {
  const names = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // That of the listing itself.
      return [];
    }
  });
  return names
    .map((name) => name.replace(/:\[\d+\]/, '').replace(/^\/proc\/\d+\/fd$/, ''))
    .filter((name) => name !== '')
    .toSorted();
}
