import { PgrehearseError } from '../../support/errors.ts';
import { type ClientTool, findClientTools } from '../client-tools.ts';

/**
 * The pg_dump of the server's own major, else the oldest that is newer: an older one refuses the server.
 *
 * @throws {PgrehearseError} `BACKUP_TOOL_MISSING`, `BACKUP_NEWER_THAN_TOOLS`
 */
export async function findPgDump(
  serverMajor: number,
  signal: AbortSignal,
  places?: readonly string[],
): Promise<ClientTool> {
  const tools = await findClientTools('pg_dump', signal, places);
  const newest = tools.at(-1);
  if (!newest) {
    throw new PgrehearseError('BACKUP_TOOL_MISSING', 'backup.url needs pg_dump, and there is none on this machine.', {
      hint: 'Install the PostgreSQL client (Debian, Ubuntu: `apt-get install postgresql-client`; macOS: `brew install libpq`).',
    });
  }
  const able = tools.find(({ major }) => major >= serverMajor);
  if (able) return able;
  throw new PgrehearseError(
    'BACKUP_NEWER_THAN_TOOLS',
    `The server of backup.url is PostgreSQL ${serverMajor}; the newest pg_dump on this machine is ${newest.version} and refuses it.`,
    {
      hint: `Install the client of PostgreSQL ${serverMajor} or newer (\`postgresql-client-${serverMajor}\` from apt.postgresql.org).`,
      details: { serverMajor, toolVersion: newest.version },
    },
  );
}
