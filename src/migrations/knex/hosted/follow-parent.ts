import { Worker } from 'node:worker_threads';

import { killGroup } from '../../../support/kill-group.ts';

/** Ends this process, and with it the programs that a migration has started. */
export function endWithAll(): never {
  killGroup(process.pid, 'SIGKILL');
  process.exit(1);
}

/**
 * Ends this process, at once and whatever it is doing, when the one that started it is gone. A closed channel says so
 * only to a main thread that looks; a migration may be busy in JavaScript for ever, so another thread has an eye on it.
 */
export function followParent(): void {
  // Nothing of the user's is loaded there: neither their loaders nor what NODE_OPTIONS names.
  const watch = new Worker(WATCH, { eval: true, workerData: process.ppid, execArgv: [], env: {} });
  // Without a watch there is still the closing of the channel.
  watch.on('error', () => {});
  watch.unref();
}

/**
 * A text, since a file would be TypeScript when we run without a build. Windows never gives a process another parent,
 * so the parent itself is asked there.
 */
const WATCH = `
const { workerData: parent } = require('node:worker_threads');
const isThere = () => {
  if (process.platform !== 'win32') return process.ppid === parent;
  try {
    return process.kill(parent, 0);
  } catch (error) {
    return error.code !== 'ESRCH';
  }
};
// The group first: this process is the first of one.
const end = () => {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    process.kill(process.pid, 'SIGKILL');
  }
};
setInterval(() => isThere() || end(), 1_000);
`;
