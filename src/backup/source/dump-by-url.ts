import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { findPassword } from '../../postgres/password-file.ts';
import { parseUrlOf, type ProductionTarget } from '../../postgres/production-target.ts';
import { PgrehearseError } from '../../support/errors.ts';
import { redact } from '../../support/redact.ts';
import { serverMajor } from '../advise.ts';
import { toolEnvironment } from '../archive/read-archive.ts';
import type { ClientTool } from '../client-tools.ts';
import type { BackupSource, DumpOptions } from './backup-source.ts';
import { findPgDump } from './find-pg-dump.ts';
import { connectRemote, UNREACHABLE_HINT } from './remote-database.ts';
import { type DumpEnd, runDump } from './run-dump.ts';

export interface UrlDump {
  readonly url: string;
  readonly excludeTableData: NonNullable<BackupSource['excludeTableData']>;
  /** A private folder; the dump goes to `into`, what pg_dump has to know to other files. */
  readonly folder: string;
  readonly into: string;
}

/**
 * Dumps a database as it is at one moment. Nothing is written there; tables are locked as by a SELECT.
 *
 * @returns when the dump began, ISO-8601 UTC
 * @throws {PgrehearseError} `CONFIG_INVALID`, `DATABASE_UNREACHABLE`, `BACKUP_TOOL_MISSING`, `BACKUP_NEWER_THAN_TOOLS`,
 *   `BACKUP_UNREADABLE`
 */
export async function dumpByUrl(dump: UrlDump, options: DumpOptions, signal: AbortSignal): Promise<string> {
  const target = parseUrlOf('backup.url', dump.url);
  const tool = await findPgDump(await majorOf(target, signal), signal);
  const { host, port, database } = target;
  options.onWarning(`Reading ${database} at ${host}:${port} with pg_dump ${tool.version}; nothing is written there.`);
  const environment = await environmentOf(target, tool, dump.folder);
  const began = new Date().toISOString();
  const end = await runDump(
    {
      program: join(tool.folder, 'pg_dump'),
      args: [
        '--format=custom',
        '--no-password',
        `--lock-wait-timeout=${LOCK_WAIT_MS}`,
        ...dump.excludeTableData.map((pattern) => `--exclude-table-data=${pattern}`),
      ],
      workingFolder: dump.folder,
      environment,
      into: dump.into,
      onBytes: (doneBytes) => options.onProgress({ doneBytes }),
    },
    signal,
  );
  if (end.code !== 0) throw failed(end, target);
  return began;
}

/** A dump that waits for a lock makes every later statement on that table wait behind it. */
const LOCK_WAIT_MS = 10_000;

export async function majorOf(target: ProductionTarget, signal: AbortSignal): Promise<number> {
  await using database = await connectRemote(target, signal);
  return await serverMajor(database);
}

/** By environment and files alone: arguments can be read by every user of the machine. */
async function environmentOf(target: ProductionTarget, tool: ClientTool, folder: string): Promise<NodeJS.ProcessEnv> {
  const { host, port, user, database, tls } = target;
  const password = typeof target.password === 'string' ? target.password : await findPassword(target);
  const passwordFile = join(folder, 'pgpass');
  const escaped = password?.replaceAll(/[\\:]/g, String.raw`\$&`);
  await writeFile(passwordFile, escaped === undefined ? '' : `*:*:*:*:${escaped}\n`, { mode: 0o600 });
  const roots = tls.rootCertificate ?? (tls.mode.startsWith('verify') ? rootCertificates.join('\n') : undefined);
  const rootFile = join(folder, 'root.crt');
  if (roots !== undefined) await writeFile(rootFile, roots, { mode: 0o600 });
  return {
    ...toolEnvironment(tool),
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGDATABASE: database,
    PGPASSFILE: passwordFile,
    PGSSLMODE: tls.mode === 'off' ? 'disable' : tls.mode,
    // Named even where there is none, so that a file in the user's home does not change what the mode means.
    PGSSLROOTCERT: rootFile,
    PGGSSENCMODE: 'disable',
    PGAPPNAME: 'pgrehearse backup',
    PGCONNECT_TIMEOUT: '10',
  };
}

function failed({ code, endedBy, stderr }: DumpEnd, { host, port, database, user }: ProductionTarget): PgrehearseError {
  const where = `${database} at ${host}:${port}`;
  const reason = redact(
    reasonIn(stderr) ?? (code === undefined ? `ended by ${endedBy ?? 'a signal'}` : `code ${code}`),
  );
  const message = `pg_dump cannot read ${where}: ${reason}.`;
  if (/connection to server|server closed the connection|could not translate host/i.test(stderr)) {
    return new PgrehearseError('DATABASE_UNREACHABLE', message, { hint: UNREACHABLE_HINT });
  }
  const known = HINTS.find(({ when }) => when.test(stderr))?.hint(user);
  return new PgrehearseError('BACKUP_UNREADABLE', message, { ...(known !== undefined && { hint: known }) });
}

const HINTS: readonly { readonly when: RegExp; readonly hint: (user: string) => string }[] = [
  {
    when: /permission denied/i,
    hint: (user) =>
      `\`grant pg_read_all_data to "${user}"\` lets the role read every table and sequence; large objects are granted one by one.`,
  },
  {
    when: /row-level security/i,
    hint: (user) => `\`alter role "${user}" bypassrls\`: a dump of only the rows that the role may see is none.`,
  },
  {
    // pg_dump bounds its waits with statement_timeout.
    when: /(lock|statement) timeout/i,
    hint: () => `A table was locked for more than ${LOCK_WAIT_MS / 1_000} s, by DDL as a rule. Try again later.`,
  },
];

/** The first error, in the server's own words where they are its. */
function reasonIn(stderr: string): string | undefined {
  const [, reason] = /^pg_dump: error: (?:.*?ERROR:\s+)?(.*)$/m.exec(stderr) ?? [];
  return reason?.replace(/[.:]$/, '');
}
