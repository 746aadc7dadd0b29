import { PgrehearseError } from '../../../support/errors.ts';
import type { ServerUser } from '../server-user.ts';
import type { ServerBinaries } from './find-binaries.ts';
import { hasServer, readMajor } from './server-programs.ts';

export interface WantedBinaries {
  readonly wanted: number | undefined;
  readonly user: ServerUser | undefined;
}

/** The folder that `server.binaries` names must do: another one is never taken in its stead. */
export async function binariesFromConfig(
  folder: string,
  { wanted, user }: WantedBinaries,
  signal: AbortSignal,
): Promise<ServerBinaries> {
  if (!(await hasServer(folder))) {
    throw unusable(`server.binaries: ${folder} has no runnable postgres and initdb.`);
  }
  const major = await readMajor(folder, user, signal);
  if (major === undefined) throw unusable(`server.binaries: postgres in ${folder} cannot be run by the server's user.`);
  if (wanted !== undefined && wanted !== major) {
    throw unusable(`server.binaries: ${folder} holds PostgreSQL ${major}, but ${wanted} is wanted.`);
  }
  return { major, folder };
}

const unusable = (message: string): PgrehearseError =>
  new PgrehearseError('SERVER_BINARIES_MISSING', message, {
    hint: 'Name the folder that `pg_config --bindir` prints, or leave `server.binaries` out to have one looked for.',
  });
