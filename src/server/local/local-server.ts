import { existsSync } from 'node:fs';
import { chown, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { diskFull, roomIn, saysDiskFull } from '../../support/disk-full.ts';
import { isPgrehearseError, PgrehearseError, toError } from '../../support/errors.ts';
import type { EphemeralServer, ServerNews, ServerProvider, ServerSpec } from '../provider.ts';
import { findBinaries } from './binaries/find-binaries.ts';
import { programIn } from './binaries/server-programs.ts';
import { openCacheFolder } from './cache-folder.ts';
import { examineLocal } from './examine-local.ts';
import { freePort } from './free-port.ts';
import { createOwnedFolder, type OwnedFolder } from './leftovers/owned-folder.ts';
import { sweepLeftovers } from './leftovers/sweep-leftovers.ts';
import { attachLocal, keepable } from './kept-server.ts';
import { readMachine } from './machine.ts';
import { newCluster } from './new-cluster.ts';
import { physicalCluster } from './physical/physical-cluster.ts';
import { startPostmaster, type Postmaster } from './postmaster.ts';
import { runsFolder } from './runs-folder.ts';
import { assertSettable, lowerCased, reservedSettings, throwAwaySettings } from '../own/server-settings.ts';
import { findServerUser, type ServerUser } from './server-user.ts';
import { untilAborted } from '../../support/until-aborted.ts';

/** Runs Postgres as a child process, from binaries of the machine or of an npm package. */
export const localServer: ServerProvider = {
  kind: 'local',
  startsFromFiles: true,
  async start(spec, signal, onNews = () => {}) {
    signal.throwIfAborted();
    assertSettable(spec.settings);
    try {
      const user = await findServerUser();
      const parent = await runsFolder(user);
      await sweepLeftovers(parent, signal);
      const run = await createOwnedFolder(parent, user === undefined ? 0o700 : 0o711);
      return await startIn(run, { spec, user, onNews }, signal).catch(async (error: unknown) => {
        // Before its files are gone, and there is room again.
        const told = saysDiskFull(error) ? diskFull(NOT_STARTED, await roomIn(parent), error) : error;
        await run[Symbol.asyncDispose]();
        throw signal.aborted ? error : told;
      });
    } catch (error) {
      if (signal.aborted || isPgrehearseError(error)) throw error;
      if (saysDiskFull(error)) throw diskFull(NOT_STARTED, undefined, error);
      throw new PgrehearseError('SERVER_UNAVAILABLE', `${NOT_STARTED}: ${toError(error).message}`, { cause: error });
    }
  },
  examine: examineLocal,
  attach: attachLocal,
  async sweep(_, signal) {
    const user = await findServerUser();
    const runs = await runsFolder(user);
    const cache = await openCacheFolder(user, runs);
    const swept = [...(await sweepLeftovers(runs, signal)), ...(await sweepLeftovers(cache, signal))];
    return swept.map((folder) => ({ what: `folder ${folder}`, removed: !existsSync(folder) }));
  },
};

const NOT_STARTED = 'The local server could not be started';

interface Circumstances {
  readonly spec: ServerSpec;
  readonly user: ServerUser | undefined;
  readonly onNews: (news: ServerNews) => void;
}

async function startIn(
  run: OwnedFolder,
  { spec, user, onNews }: Circumstances,
  signal: AbortSignal,
): Promise<EphemeralServer> {
  const startedAtMs = performance.now();
  const cacheFolder = await openCacheFolder(user, join(run.path, 'cache'));
  await sweepLeftovers(cacheFolder, signal);
  const binaries = await findBinaries(spec, { user, cacheFolder }, signal);

  const dataFolder = join(run.path, 'data');
  const [logFolder, socketFolder] = [join(run.path, 'log'), join(run.path, 'socket')];
  for (const folder of [logFolder, socketFolder]) {
    await mkdir(folder, { mode: 0o700 });
    if (user !== undefined) await chown(folder, user.uid, user.gid);
  }
  const settings = {
    throwAway: throwAwaySettings(await readMachine()),
    own: lowerCased(spec.settings),
    reserved: reservedSettings({ log: logFolder, socket: fitsSocket(socketFolder) ? socketFolder : undefined }),
  };
  const options = { binaries, dataFolder, user, settings };
  const { dataDirectory: source } = spec;
  const cluster = source
    ? await physicalCluster({ ...options, source, onNews, startedAtMs }, signal)
    : await newCluster({ ...options, cacheFolder }, signal);

  const program = programIn(binaries.folder, 'postgres');
  const { postmaster, port } = await startOnFreePort({ program, dataFolder, logFolder, user }, signal);
  try {
    const opened = await untilAborted(cluster.open(port), signal);
    const facts = { ...opened, major: binaries.major, settings: cluster.settings };
    return { ...facts, room: () => roomIn(dirname(run.path)), ...keepable({ run, postmaster, program }, facts) };
  } catch (error) {
    await postmaster[Symbol.asyncDispose]();
    throw error;
  }
}

async function startOnFreePort(
  options: Omit<Parameters<typeof startPostmaster>[0], 'port'>,
  signal: AbortSignal,
): Promise<{ readonly postmaster: Postmaster; readonly port: number }> {
  for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
    const port = await freePort();
    const postmaster = await startPostmaster({ ...options, port }, signal);
    if (postmaster !== undefined) return { postmaster, port };
  }
  throw new PgrehearseError('SERVER_UNAVAILABLE', `${PORT_ATTEMPTS} ports were taken before the server could listen.`);
}

/** The system's limit for the path of a socket, 104 bytes on BSD and macOS, with room for `/.s.PGSQL.65535`. */
const fitsSocket = (folder: string): boolean => process.platform !== 'win32' && Buffer.byteLength(folder) <= 87;

const PORT_ATTEMPTS = 10;
