import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { PgrehearseError } from '../../support/errors.ts';
import type { ClientTool } from '../client-tools.ts';

/**
 * What pg_restore prints when it is asked for text and not for a restore; needs no server.
 * Rejects with `BACKUP_UNREADABLE` when pg_restore does not like the archive.
 */
export async function* readArchive(
  tool: ClientTool,
  args: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  signal.throwIfAborted();
  const child = spawn(join(tool.folder, 'pg_restore'), args, {
    env: toolEnvironment(tool),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  const stderr: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const ended = new Promise<number | undefined>((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve(code ?? undefined));
  });
  ended.catch(() => {});
  try {
    for await (const chunk of child.stdout) if (Buffer.isBuffer(chunk)) yield chunk;
    const code = await ended;
    signal.throwIfAborted();
    if (code !== 0) throw unreadable(Buffer.concat(stderr).toString('utf8'));
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

/** Settings of the user's own shell for libpq would lead to another server, or change what is restored. */
export function toolEnvironment(tool: ClientTool): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG|PATH$)/i.test(name));
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    PATH: `${tool.folder}${delimiter}${process.env['PATH'] ?? ''}`,
  };
}

export function unreadable(stderr: string): PgrehearseError {
  const [, reason] = /pg_restore: (?:error|fatal): (.*)/.exec(stderr) ?? [];
  const [, compression] = /does not support compression with (\w+)/.exec(reason ?? '') ?? [];
  if (compression !== undefined) return builtWithout(compression);
  return new PgrehearseError(
    'BACKUP_UNREADABLE',
    `pg_restore cannot read the backup: ${reason ?? 'it gives no reason'}.`,
    { hint: 'The file is damaged or not complete. Make or copy the backup again.' },
  );
}

const builtWithout = (compression: string): PgrehearseError =>
  new PgrehearseError(
    'BACKUP_TOOL_MISSING',
    `The backup is compressed with ${compression}, and the pg_restore that was taken was built without that.`,
    {
      hint: `Install a PostgreSQL client that knows ${compression}, as those of apt.postgresql.org do, or make the dump with \`--compress=gzip\`.`,
    },
  );
