import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '../../../postgres/connect.ts';
import type { DataDirectorySource } from '../../../postgres/data-directory.ts';
import type { DatabaseTarget, ServerNews } from '../../provider.ts';
import { type Cluster, type ClusterOptions, LOOPBACK } from '../cluster.ts';
import { databaseTarget } from '../../own/database-target.ts';
import { PASSWORD_ALWAYS } from '../initialise.ts';
import { configurationText } from '../../own/server-settings.ts';
import { serverVersion } from '../../own/take-over.ts';
import { chooseDatabase } from './choose-database.ts';
import { readControl } from './control-file.ts';
import { collationWarnings, missingExtensions } from './differences.ts';
import { assertTame, settingsFor, TAMED } from './physical-settings.ts';
import { singleUser } from './single-user.ts';
import { UPKEEP, upkeepStatements } from './upkeep-account.ts';

export interface PhysicalOptions extends ClusterOptions {
  readonly source: DataDirectorySource;
  readonly onNews: (news: ServerNews) => void;
  /** Of the start, on the clock of `performance`. */
  readonly startedAtMs: number;
}

/**
 * A copy of somebody's cluster, recovered to the end of its backup, tamed, and with an account for us.
 *
 * @throws {PgrehearseError} `BACKUP_UNREADABLE`, `SERVER_UNAVAILABLE`, `CONFIG_INVALID`
 */
export async function physicalCluster(options: PhysicalOptions, signal: AbortSignal): Promise<Cluster> {
  const { source, binaries, dataFolder, user, onNews } = options;
  const { throwAway, own, reserved } = options.settings;
  assertTame(own);
  await mkdir(dataFolder, { mode: 0o700 });
  const onProgress = (text: string, percent?: number): void =>
    onNews({ kind: 'doing', text, ...(percent !== undefined && { percent }) });
  const { preloadLibraries } = await source.layOut({ folder: dataFolder, owner: user, onProgress }, signal);
  const settings = { ...throwAway, ...settingsFor(await readControl(dataFolder)), ...own };
  const files = {
    'postgresql.conf': configurationText({ ...settings, ...reserved, ...TAMED }),
    'pg_hba.conf': PASSWORD_ALWAYS,
    'pg_ident.conf': '',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(dataFolder, name), text);
  const password = randomBytes(24).toString('base64url');
  onProgress('Recovering the base backup');
  await singleUser({ binaries, dataFolder, user }, upkeepStatements(binaries.major, password), signal);
  const left = preloadLibraries.filter((name) => !(own['shared_preload_libraries'] ?? '').includes(name));
  if (left.length > 0) onNews({ kind: 'said', text: notPreloaded(left) });
  return { settings, open: (port) => open(options, port, password) };
}

const notPreloaded = (libraries: readonly string[]): string =>
  `Not loaded, since it may act on its own: ${libraries.join(', ')}. What needs it goes into server.settings.shared_preload_libraries.`;

async function open(
  { source, binaries, onNews, startedAtMs }: PhysicalOptions,
  port: number,
  password: string,
): ReturnType<Cluster['open']> {
  const target = (name: string): DatabaseTarget =>
    databaseTarget({ host: LOOPBACK, port, user: UPKEEP, password, database: name });
  const database = await chooseDatabase(target, source.database);
  await using session = await connect(target(database).connectionString, { applicationName: 'pgrehearse upkeep' });
  const lacking = await missingExtensions(session);
  for (const text of await collationWarnings(session, binaries.major)) onNews({ kind: 'said', text });
  if (lacking.length > 0) {
    onNews({ kind: 'said', text: `The database uses extensions that this server lacks: ${lacking.join(', ')}.` });
  }
  const version = await serverVersion(session);
  return {
    version,
    contents: { database, restoreMs: performance.now() - startedAtMs, missingExtensions: lacking },
    // `postgres` may hold anything here, be closed, or not be there at all.
    target: (name) => target(name === 'postgres' && database !== 'postgres' ? UPKEEP : name),
  };
}
