import { toError } from '../support/errors.ts';
import { redact } from '../support/redact.ts';
import { EXIT } from './exit-codes.ts';

/** Sees to it that the process ends, and never with a code that says more than is known. */
export function leave(): { readonly finished: () => Promise<never> } {
  let isFinished = false;
  // A config of the user's may call process.exit(0), or wait for something that never comes: neither is a pass.
  process.once('exit', (code) => {
    if (!isFinished && code !== EXIT.interrupted) process.exitCode = EXIT.broken;
  });
  // Node's own code for these is 1, which means `unsafe`.
  process.on('uncaughtException', (error: unknown) => {
    process.stderr.write(`INTERNAL: ${redact(toError(error).stack ?? '')}\n`);
    process.exit(EXIT.broken);
  });
  return {
    async finished() {
      await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
      isFinished = true;
      // What a config module has left open would keep the process alive.
      process.exit();
    },
  };
}

const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => resolve());
  });
