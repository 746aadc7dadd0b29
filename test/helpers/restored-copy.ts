import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

import { openBackup } from '../../src/backup/index.ts';
import type { RestoreResult } from '../../src/backup/backup.ts';
import type { DatabaseTarget } from '../../src/server/provider.ts';

/** A dump of a whole database, plain where the file is so called. Needs a `pg_dump` as new as the server. */
export async function dumpTo(target: DatabaseTarget, file: string, options: readonly string[] = []): Promise<void> {
  const { host, port, user, password, database } = target;
  const program = pgDump();
  const format = file.endsWith('.sql') ? 'plain' : 'custom';
  const args = [
    `--format=${format}`,
    `--file=${file}`,
    ...options,
    '-h',
    host,
    '-p',
    String(port),
    '-U',
    user,
    database,
  ];
  await promisify(execFile)(program, args, { env: { ...process.env, PGPASSWORD: password } });
}

/** The newest that is needed is that of 15; a wrapper on the PATH may pick another. */
function pgDump(): string {
  const debians = '/usr/lib/postgresql/15/bin/pg_dump';
  return process.env['PGREHEARSE_TEST_PG_DUMP'] ?? (existsSync(debians) ? debians : 'pg_dump');
}

/** Restores into an existing, empty database, as a rehearsal does. */
export async function restoreInto(target: DatabaseTarget, file: string): Promise<RestoreResult> {
  const { signal } = new AbortController();
  const backup = await openBackup(file, { onWarning: () => {} }, signal);
  return backup.restore(target, () => {}, signal);
}
