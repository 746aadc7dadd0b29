import { statfs } from 'node:fs/promises';
import { resolve } from 'node:path';

import { byteSize } from '../../support/amounts.ts';
import { prerequisiteFrom } from '../../support/prerequisite.ts';
import type { Prerequisite, ServerSpec } from '../provider.ts';
import { binariesFromConfig } from './binaries/binaries-from-config.ts';
import { findInstallations, type Installation } from './binaries/find-binaries.ts';
import { missingBinaries } from './binaries/missing-binaries.ts';
import { inspectCacheFolder } from './cache-folder.ts';
import { isMountedNoexec } from './mounted-noexec.ts';
import { runsFolder } from './runs-folder.ts';
import { assertSettable } from '../own/server-settings.ts';
import { findServerUser, type ServerUser } from './server-user.ts';

/** What a server of our own needs of this machine. */
export async function examineLocal(spec: ServerSpec, signal: AbortSignal): Promise<readonly Prerequisite[]> {
  let user: ServerUser | undefined;
  try {
    user = await findServerUser();
  } catch (error) {
    return [prerequisiteFrom('user of the server', error)];
  }
  return [
    userLine(user),
    await runsFolderLine(user),
    await cacheLine(user),
    ...settingsLines(spec),
    ...(await serverLines(spec, user, signal)),
  ];
}

const userLine = (user: ServerUser | undefined): Prerequisite => ({
  name: 'user of the server',
  state: 'found',
  detail:
    user === undefined
      ? 'the one that pgrehearse runs as'
      : `uid ${user.uid}, since PostgreSQL does not run as root, which pgrehearse runs as`,
});

async function runsFolderLine(user: ServerUser | undefined): Promise<Prerequisite> {
  const name = 'folder of the server';
  try {
    const folder = await runsFolder(user);
    const { bavail, bsize } = await statfs(folder);
    const freeBytes = bavail * bsize;
    const detail = `${folder}, ${byteSize(freeBytes)} free`;
    if (freeBytes >= LEAST_FREE_BYTES) return { name, state: 'found', detail };
    const mend = 'Make room there, or point TMPDIR to a larger disk';
    return { name, state: 'missing', detail: `${detail}, which is not enough even for an empty database`, mend };
  } catch (error) {
    return prerequisiteFrom(name, error);
  }
}

/** A new cluster with its first write-ahead log takes 60 MB (PostgreSQL 18), and more as soon as it is used. */
const LEAST_FREE_BYTES = 150_000_000;

/** It saves time; only one that was asked for has to do. */
async function cacheLine(user: ServerUser | undefined): Promise<Prerequisite> {
  const name = 'cache folder';
  const { folder, existing, isAsked, problem } = await inspectCacheFolder(user);
  if (problem !== undefined) {
    const mend = isAsked
      ? 'Point PGREHEARSE_CACHE_DIR to a folder that this user may write to and the server user may pass through, or unset it'
      : 'export PGREHEARSE_CACHE_DIR=… with a folder that may be written to; each run prepares its server anew without one';
    return { name, state: 'missing', detail: problem, mend, ...(!isAsked && { optional: true }) };
  }
  if (await isMountedNoexec(existing)) {
    const mend = 'export PGREHEARSE_CACHE_DIR=… with a folder on a disk that programs may be started from';
    return {
      name,
      state: 'missing',
      detail: `${existing} is mounted noexec, so a server from npm cannot run`,
      mend,
      optional: true,
    };
  }
  return { name, state: 'found', detail: existing === folder ? folder : `${folder}, made by the first run` };
}

function settingsLines({ settings }: ServerSpec): readonly Prerequisite[] {
  if (Object.keys(settings).length === 0) return [];
  try {
    assertSettable(settings);
    return [];
  } catch (error) {
    return [prerequisiteFrom('server.settings', error)];
  }
}

async function serverLines(
  spec: ServerSpec,
  user: ServerUser | undefined,
  signal: AbortSignal,
): Promise<readonly Prerequisite[]> {
  const { postgresVersion: wanted, binaries, projectFolder } = spec;
  if (binaries !== undefined) {
    const folder = resolve(projectFolder, binaries);
    try {
      const { major } = await binariesFromConfig(folder, { wanted, user }, signal);
      return [{ name: `PostgreSQL ${major}`, state: 'found', detail: `${folder}, as server.binaries says` }];
    } catch (error) {
      signal.throwIfAborted();
      return [prerequisiteFrom('server.binaries', error)];
    }
  }
  // Without a wish, so that those on the PATH are asked as well.
  const found = await findInstallations({ projectFolder }, user, signal);
  const lines = byMajor(found).map((installation) => foundLine(installation, wanted));
  if (wanted === undefined ? found.length > 0 : found.some(({ major }) => major === wanted)) return lines;
  return [...lines, missingLine(wanted, found)];
}

/** The one of each major that would be taken, newest first. */
const byMajor = (found: readonly Installation[]): readonly Installation[] =>
  found
    .filter(({ major }, index) => found.findIndex((other) => other.major === major) === index)
    .toSorted((a, b) => b.major - a.major);

const foundLine = ({ major, place }: Installation, wanted: number | undefined): Prerequisite => ({
  name: `PostgreSQL ${major}`,
  state: 'found',
  detail: major === wanted ? `${place}, the one that is wanted` : place,
});

function missingLine(wanted: number | undefined, found: readonly Installation[]): Prerequisite {
  const error = missingBinaries(wanted, found);
  // Its other lines say what there is instead, which is said by lines of their own here.
  const [mend] = error.hint.split('\n');
  return prerequisiteFrom(wanted === undefined ? 'PostgreSQL' : `PostgreSQL ${wanted}`, error, mend);
}
