import type { ClientPrograms } from '../../postgres/client-programs.ts';
import { isPgrehearseError, PgrehearseError } from '../../support/errors.ts';
import { canRead, findPgRestore, type ToolWish } from './find-pg-restore.ts';
import { localPgRestore, type PgRestore } from './pg-restore.ts';
import { serverPgRestore } from './server-pg-restore.ts';

/**
 * That of the server where it brings one that can read the archive: it knows every setting that it sends. Else one of this
 * machine.
 *
 * @throws {PgrehearseError} `BACKUP_TOOL_MISSING`, `BACKUP_NEWER_THAN_TOOLS`, which name both
 */
export async function choosePgRestore(
  wish: ToolWish,
  programs: ClientPrograms | undefined,
  signal: AbortSignal,
): Promise<PgRestore> {
  if (!programs) return localPgRestore(await findPgRestore(wish, signal));
  const version = await programs.version('pg_restore', signal);
  if (version !== undefined && canRead(Number.parseInt(version, 10), wish)) return serverPgRestore(programs);
  const tool = await findPgRestore(wish, signal).catch((error: unknown) => {
    throw neither(error, version, wish);
  });
  return localPgRestore(tool);
}

function neither(error: unknown, version: string | undefined, { dumpVersion = '' }: ToolWish): unknown {
  if (!isPgrehearseError(error)) return error;
  const ofServer =
    version === undefined
      ? 'The server brings none either.'
      : `That of the server is ${version} and cannot read what pg_dump ${dumpVersion} wrote.`;
  const major = Number.parseInt(dumpVersion, 10) || 'the newest';
  return new PgrehearseError(error.code, `${error.message} ${ofServer}`, {
    cause: error,
    hint: `Let the rehearsal run on PostgreSQL ${major} (\`server.postgresVersion\`), or install its client on this machine, or give a plain SQL dump, which needs no client.`,
    details: { ...error.details, ...(version !== undefined && { serverToolVersion: version }) },
  });
}
