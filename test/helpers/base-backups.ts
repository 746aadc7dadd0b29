import { execFile } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { openBackup, type OpenBackupOptions } from '../../src/backup/open-backup.ts';
import { connect } from '../../src/postgres/connect.ts';
import { localServer } from '../../src/server/index.ts';
import { findServerUser } from '../../src/server/local/server-user.ts';
import type { DatabaseTarget, EphemeralServer, ServerNews } from '../../src/server/provider.ts';
import { startTestServer } from './servers.ts';

const DEBIANS = '/usr/lib/postgresql/15/bin';

/** Programs beside the server of PostgreSQL 15 that npm packages do not have. */
export function debianProgram(name: 'pg_basebackup' | 'pg_verifybackup' | 'pg_waldump'): string {
  const path = join(DEBIANS, name);
  if (!existsSync(path)) throw new Error(`There is no ${path}: install PostgreSQL 15 with its client (postgresql-15).`);
  return path;
}

/** A server to take base backups of, and a folder for them. */
export interface Production extends AsyncDisposable {
  readonly server: EphemeralServer;
  readonly folder: string;
  /** As `root`. */
  readonly target: (database: string) => DatabaseTarget;
  readonly sql: (database: string, ...statements: string[]) => Promise<Record<string, unknown>[]>;
  /** A copy of the files between the two calls of the backup functions, which every major has; without manifest. */
  readonly copyFiles: (name: string) => Promise<string>;
  /** `pg_basebackup`; returns where it was written to. */
  readonly backUp: (name: string, options: readonly string[]) => Promise<string>;
  /** A folder of the server's user, for a tablespace. */
  readonly place: (name: string) => Promise<string>;
}

/**
 * Its first superuser is `Big Boss`, not `postgres`; `root` is another one, without a password's worth of secrecy.
 *
 * @param programs the folder of the pg_basebackup to take; absent: Debian's of 15
 */
export async function startProduction(
  settings: Readonly<Record<string, string>> = {},
  major = 15,
  programs?: string,
): Promise<Production> {
  const server = await startTestServer(major, { max_replication_slots: '10', ...settings });
  const folder = mkdtempSync(join(tmpdir(), 'base-backups-'));
  const user = await findServerUser();
  const { host, port } = server.target('postgres');
  const password = 'only-in-tests';
  const target = (database: string): DatabaseTarget => ({
    ...server.target(database),
    user: 'root',
    password,
    connectionString: `postgres://root:${password}@${host}:${port}/${database}`,
  });
  const sql: Production['sql'] = async (database, ...statements) => {
    await using session = await connect(target(database).connectionString, { applicationName: 'test' });
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) rows = await session.query(statement);
    return rows;
  };
  await using first = await connect(server.target('postgres').connectionString, { applicationName: 'test' });
  await first.query(`create role root superuser replication login password '${password}'`);
  await sql('postgres', 'alter role postgres rename to "Big Boss"');
  return {
    server,
    folder,
    target,
    sql,
    copyFiles: (name) => copyFiles(target('postgres'), { into: join(folder, name), major }),
    place: async (name) => {
      const path = join(folder, name);
      mkdirSync(path, { mode: 0o700 });
      if (user) {
        chownSync(folder, user.uid, user.gid);
        chownSync(path, user.uid, user.gid);
      }
      return path;
    },
    backUp: async (name, options) => {
      const into = join(folder, name);
      const args = ['-h', host, '-p', String(port), '-U', 'root', '-c', 'fast', '-D', into, ...options];
      const program = programs === undefined ? debianProgram('pg_basebackup') : join(programs, 'pg_basebackup');
      await promisify(execFile)(program, args, { env: { ...process.env, PGPASSWORD: password } });
      return into;
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function copyFiles(
  { connectionString }: DatabaseTarget,
  { into, major }: { readonly into: string; readonly major: number },
): Promise<string> {
  await using session = await connect(connectionString, { applicationName: 'test' });
  const [row] = await session.query<{ folder: string }>("select current_setting('data_directory') as folder");
  const folder = row?.folder ?? '';
  const [start, stop] =
    major === 14
      ? ["pg_start_backup('x', true, false)", 'pg_stop_backup(false)']
      : ["pg_backup_start('x', true)", 'pg_backup_stop()'];
  await session.query(`select ${start}`);
  cpSync(folder, into, { recursive: true });
  const [label] = await session.query<{ labelfile: string }>(`select labelfile from ${stop}`);
  for (const name of ['postmaster.pid', 'postmaster.opts', 'pg_wal']) rmSync(join(into, name), { recursive: true });
  mkdirSync(join(into, 'pg_wal'));
  for (const name of readdirSync(join(folder, 'pg_wal')).filter((one) => /^[0-9A-F]{24}$/.test(one)))
    cpSync(join(folder, 'pg_wal', name), join(into, 'pg_wal', name));
  writeFileSync(join(into, 'backup_label'), label?.labelfile ?? '');
  return into;
}

export interface Started extends AsyncDisposable {
  readonly server: EphemeralServer;
  /** What was said to the person who waits. */
  readonly said: readonly string[];
  /** In the database that was chosen, as the rehearsal's own sessions are. */
  readonly sql: (...statements: string[]) => Promise<Record<string, unknown>[]>;
}

/** A server of our own, started from a base backup as a rehearsal starts it. */
export async function startFrom(
  path: string,
  {
    settings = {},
    signal = new AbortController().signal,
    onNews = () => {},
    ...wishes
  }: OpenBackupOptions & {
    settings?: Readonly<Record<string, string>>;
    signal?: AbortSignal;
    onNews?: (news: ServerNews) => void;
  } = {},
): Promise<Started> {
  const said: string[] = [];
  const backup = await openBackup(path, { onWarning: (text) => said.push(text), ...wishes }, signal);
  const { dataDirectory } = backup;
  if (!dataDirectory) throw new Error(`${path} is no base backup`);
  const server = await localServer.start(
    { settings, projectFolder: process.cwd(), postgresVersion: dataDirectory.major, dataDirectory },
    signal,
    (news) => {
      onNews(news);
      if (news.kind === 'said') said.push(news.text);
    },
  );
  return {
    server,
    said,
    sql: async (...statements) => {
      const { connectionString } = server.target(server.contents?.database ?? '');
      await using session = await connect(connectionString, { applicationName: 'test' });
      let rows: Record<string, unknown>[] = [];
      for (const statement of statements) rows = await session.query(statement);
      return rows;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/**
 * What a rehearsal does before it starts a server, in a new folder inside of `within`, which goes again.
 *
 * @returns nothing, or the code with the message
 */
export async function layOutOnly(path: string, within: string, options: OpenBackupOptions = {}): Promise<string> {
  const { signal } = new AbortController();
  const folder = mkdtempSync(join(within, 'laid-out-'));
  try {
    const backup = await openBackup(path, options, signal);
    await backup.dataDirectory?.layOut({ folder, owner: undefined, onProgress: () => {} }, signal);
    return '';
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code}: ${message}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Changes one bit of a file. */
export function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
