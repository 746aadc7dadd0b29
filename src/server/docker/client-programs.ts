import { randomBytes } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { Readable } from 'node:stream';

import type { ClientPrograms } from '../../postgres/client-programs.ts';
import { PgrehearseError, toError } from '../../support/errors.ts';
import { BROUGHT } from './container-plan.ts';
import { saidBy } from './docker-error.ts';
import type { Container, Docker } from './engine.ts';
import { runInContainer } from './run-in-container.ts';
import { privateFolder, tarOf } from './tar.ts';

/** The programs that came with the server, run beside it: no client is needed outside, and the versions match. */
export const clientProgramsIn = (docker: Docker, container: Container): ClientPrograms => ({
  host: '127.0.0.1',
  port: 5432,
  version: async (program, signal) => {
    let said = '';
    const call = {
      program,
      args: ['--version'],
      environment: {},
      onStdout: (piece: Buffer) => (said += piece.toString()),
    };
    // An image may be without a shell, too.
    const exitCode = await runInContainer({ docker, container }, call, signal).catch(() => undefined);
    signal.throwIfAborted();
    return exitCode === 0 ? /\d+(?:\.\d+)*(?:\w+\d*)?/.exec(said)?.[0] : undefined;
  },
  bring: (path, signal) => bring(container, path, signal),
  run: (call, signal) => runInContainer({ docker, container }, call, signal),
});

/** Copies into a folder that only root may enter: neither the server nor a migration reads the backup or a password there. */
async function bring(container: Container, path: string, signal: AbortSignal): Promise<string> {
  const folder = randomBytes(6).toString('hex');
  const name = basename(resolve(path));
  const archive = Readable.from(packed(path, folder, name), { objectMode: false });
  try {
    await container.putArchive(archive, { path: BROUGHT, abortSignal: signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new PgrehearseError(
      'SERVER_UNAVAILABLE',
      `${path} could not be copied into the container: ${saidBy(cause)}`,
      {
        cause: toError(cause),
        hint: 'The engine needs room for a copy of the backup: `docker system df` says what it holds.',
      },
    );
  } finally {
    archive.destroy();
  }
  return `${BROUGHT}/${folder}/${name}`;
}

async function* packed(path: string, folder: string, name: string): AsyncGenerator<Buffer> {
  yield privateFolder(folder);
  yield* tarOf(path, `${folder}/${name}`);
}
