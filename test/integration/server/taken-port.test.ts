import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { chown, mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { findBinaries } from '../../../src/server/local/binaries/find-binaries.ts';
import { programIn } from '../../../src/server/local/binaries/server-programs.ts';
import { openCacheFolder } from '../../../src/server/local/cache-folder.ts';
import { copyData } from '../../../src/server/local/copy-data.ts';
import { initialisedData } from '../../../src/server/local/initialised-data.ts';
import { startPostmaster } from '../../../src/server/local/postmaster.ts';
import { configurationText, reservedSettings } from '../../../src/server/own/server-settings.ts';
import { findServerUser } from '../../../src/server/local/server-user.ts';
import { ownTempFolder, processesNaming } from './run-folders.ts';

const never = new AbortController().signal;

test('a port that someone else took in the meantime is no failure, and none but our own server counts as ours', async () => {
  using temp = ownTempFolder();
  const user = await findServerUser();
  const cacheFolder = await openCacheFolder(user, join(temp.path, 'cache'));
  const binaries = await findBinaries({ settings: {}, projectFolder: process.cwd() }, { user, cacheFolder }, never);
  const initialised = await initialisedData(binaries, { user, cacheFolder }, never);
  const [dataFolder, logFolder] = [join(temp.path, 'data'), join(temp.path, 'log')];
  await copyData(initialised.folder, dataFolder, never);
  await mkdir(logFolder);
  if (user !== undefined) await chown(logFolder, user.uid, user.gid);
  const reserved = reservedSettings({ log: logFolder, socket: undefined });
  writeFileSync(join(dataFolder, 'postgresql.conf'), configurationText(reserved));

  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const options = { program: programIn(binaries.folder, 'postgres'), dataFolder, logFolder, user };
  expect(await startPostmaster({ ...options, port }, never)).toBeUndefined();

  other.close();
  await once(other, 'close');
  const started = await startPostmaster({ ...options, port }, never);
  expect(started).toBeDefined();
  await started?.[Symbol.asyncDispose]();
  expect(processesNaming(temp.path)).toEqual([]);
});
