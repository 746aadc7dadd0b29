import { isPgrehearseError, PgrehearseError } from '../support/errors.ts';
import { EXIT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const satisfies readonly NodeJS.Signals[];

/**
 * Does the work with a signal that Ctrl-C aborts, so that it can clean up behind itself. A second Ctrl-C ends the process
 * at once; what was started is then removed by exit hooks, or by the next start.
 */
export async function interruptible<Result>(
  terminal: Terminal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    terminal.err('\nInterrupted; removing what was started. Press Ctrl-C again to leave at once.\n');
    controller.abort(new PgrehearseError('INTERRUPTED', `Interrupted by ${name}.`));
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    return await work(controller.signal);
  } catch (error) {
    // Who was interrupted may know better what stays behind.
    if (isPgrehearseError(error) && error.code === 'INTERRUPTED') throw error;
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}
