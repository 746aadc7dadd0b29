import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type Cluster, type ClusterOptions, LOOPBACK } from './cluster.ts';
import { copyData } from './copy-data.ts';
import { databaseTarget } from '../own/database-target.ts';
import { initialisedData } from './initialised-data.ts';
import { configurationText } from '../own/server-settings.ts';
import { takeOver } from '../own/take-over.ts';

/** A cluster as `initdb` makes it, with a password of its own. */
export async function newCluster(
  {
    binaries,
    dataFolder,
    user,
    cacheFolder,
    settings: { throwAway, own, reserved },
  }: ClusterOptions & { readonly cacheFolder: string },
  signal: AbortSignal,
): Promise<Cluster> {
  const initialised = await initialisedData(binaries, { user, cacheFolder }, signal);
  await copyData(initialised.folder, dataFolder, signal);
  const settings = { ...throwAway, ...own };
  await writeFile(join(dataFolder, 'postgresql.conf'), configurationText({ ...settings, ...reserved }));
  return {
    settings,
    open: async (port) => {
      const password = randomBytes(24).toString('base64url');
      const address = { host: LOOPBACK, port };
      const { version } = await takeOver({ address, oldPassword: initialised.password, newPassword: password });
      return { version, target: (database) => databaseTarget({ ...address, password, database }) };
    },
  };
}
