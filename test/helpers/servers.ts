import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { connect } from '../../src/postgres/connect.ts';
import { quoteIdentifier } from '../../src/postgres/identifiers.ts';
import { localServer } from '../../src/server/index.ts';
import type { DatabaseTarget, EphemeralServer } from '../../src/server/provider.ts';
import { isPgrehearseError } from '../../src/support/errors.ts';
import { ensurePostgres } from './npm-packages.ts';

/**
 * A server for a test; `await using` removes it. Without a major: the newest there is. One that the machine does not
 * have is brought with npm, so ask for it inside a test, which is then skipped where the registry cannot be reached.
 */
export async function startTestServer(
  major?: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<EphemeralServer> {
  const spec = { settings, projectFolder: PROJECT, ...(major !== undefined && { postgresVersion: major }) };
  const { signal } = new AbortController();
  try {
    return await localServer.start(spec, signal);
  } catch (error) {
    if (major === undefined || !isPgrehearseError(error) || error.code !== 'SERVER_BINARIES_MISSING') throw error;
    process.env['PGREHEARSE_POSTGRES_HOME'] = await ensurePostgres(major);
    return await localServer.start(spec, signal);
  }
}

/** An empty database on a test's server. */
export async function createDatabase(server: EphemeralServer, name: string): Promise<DatabaseTarget> {
  await using upkeep = await connect(server.target('postgres').connectionString, {
    applicationName: 'pgrehearse test',
  });
  await upkeep.script(`create database ${quoteIdentifier(name)}`);
  return server.target(name);
}

const PROJECT = join(dirname(fileURLToPath(import.meta.url)), '../..');
