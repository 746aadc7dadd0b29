import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ChildProcess } from 'node:child_process';
import type { RestoreTarget } from '../backup.ts';
import type { ClientTool } from '../client-tools.ts';
import type { PgRestoreRun } from './pg-restore.ts';
import { toolEnvironment } from './read-archive.ts';

interface LocalRun extends PgRestoreRun {
  readonly tool: ClientTool;
}

/** Restores through pg-dump-restore. Resolves with the exit code; undefined: killed. */
export async function runPgRestore(run: LocalRun, signal: AbortSignal): Promise<number | undefined> {
  signal.throwIfAborted();
  const { pgRestore } = await import('pg-dump-restore');
  const { child, result } = spawnedBy(toolEnvironmentOf(run), () =>
    pgRestore(connectionOf(run.target), {
      filePath: run.path,
      verbose: true,
      // Never ask on the terminal; without this a wrong password waits for ever.
      noPassword: true,
      // Tablespaces are places on the disks of another machine.
      noTableSpaces: true,
      ...(run.jobs > 1 && { jobs: run.jobs }),
    }),
  );
  // Its own promise rejects on a bad exit code with all of the arguments in the message, and never tells the code apart from a signal.
  result.catch(() => {});
  return await watched(child, run, signal);
}

/** pg-dump-restore builds a URI and escapes nothing but the password. */
const connectionOf = ({
  host,
  port,
  user,
  database,
}: RestoreTarget): Parameters<typeof import('pg-dump-restore').pgRestore>[0] => ({
  host: hostInUri(host),
  port,
  username: encodeURIComponent(user),
  database: encodeURIComponent(database),
  password: '',
});

/** A folder with a socket, and an IPv6 address. */
export const hostInUri = (host: string): string =>
  host.startsWith('/') ? encodeURIComponent(host) : host.includes(':') ? `[${host}]` : host;

const toolEnvironmentOf = ({ tool, target, passwordFile }: LocalRun): NodeJS.ProcessEnv => ({
  ...toolEnvironment(tool),
  ...target.libpq,
  PGPASSFILE: passwordFile,
  PGAPPNAME: 'pgrehearse restore',
});

/**
 * The package takes `pg_restore` from PATH, passes our environment on, and keeps the process to itself. It spawns before
 * its first `await`, so for that moment the environment is the tool's, and Node tells us of the process.
 */
function spawnedBy<Result>(
  environment: NodeJS.ProcessEnv,
  work: () => Promise<Result>,
): { readonly child: ChildProcess; readonly result: Promise<Result> } {
  const own = { ...process.env };
  let child: ChildProcess | undefined;
  const note = (message: unknown): void => {
    if (
      typeof message === 'object' &&
      message !== null &&
      'process' in message &&
      message.process instanceof ChildProcess
    ) {
      child = message.process;
    }
  };
  subscribe('child_process', note);
  try {
    replaceEnvironment(environment);
    const result = work();
    if (!child) throw new Error('pg-dump-restore did not start pg_restore');
    return { child, result };
  } finally {
    replaceEnvironment(own);
    unsubscribe('child_process', note);
  }
}

function replaceEnvironment(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
}

async function watched(
  child: ChildProcess,
  { onStderr }: PgRestoreRun,
  signal: AbortSignal,
): Promise<number | undefined> {
  child.stderr?.setEncoding('utf8').on('data', onStderr);
  let killer: NodeJS.Timeout | undefined;
  // On SIGTERM the leader cancels what its workers have running on the server.
  const stop = (): void => {
    child.kill('SIGTERM');
    killer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject).once('close', (code) => resolve(code ?? undefined));
    });
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(killer);
  }
}

const GRACE_MS = 3_000;
