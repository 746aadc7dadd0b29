import { PgrehearseError } from '../../support/errors.ts';
import { type ClientTool, findClientTools } from '../client-tools.ts';

export interface ToolWish {
  /** `pg_dump` that wrote the archive, as the archive says. Absent in archives before PostgreSQL 9. */
  readonly dumpVersion?: string;
  /** The server that will be restored into, where it is known. */
  readonly serverMajor?: number;
  readonly places?: readonly string[];
}

/**
 * The oldest pg_restore on the machine that is not older than the archive; the target server's own major if that can be.
 * An older one refuses the archive, a newer one sends settings that an older server does not have.
 *
 * @throws {PgrehearseError} `BACKUP_TOOL_MISSING`, `BACKUP_NEWER_THAN_TOOLS`
 */
export async function findPgRestore(wish: ToolWish, signal: AbortSignal): Promise<ClientTool> {
  const { dumpVersion, serverMajor, places } = wish;
  const tools = await findClientTools('pg_restore', signal, places);
  const newest = tools.at(-1);
  if (!newest) throw missing();
  const able = tools.filter(({ major }) => canRead(major, wish));
  const [oldest] = able;
  if (!oldest) throw tooOld(dumpVersion ?? '', newest);
  return able.find(({ major }) => major === serverMajor) ?? oldest;
}

/** Whether a pg_restore of this major can read what that pg_dump wrote. */
export const canRead = (major: number, { dumpVersion = '0' }: Pick<ToolWish, 'dumpVersion'>): boolean =>
  major >= Number.parseInt(dumpVersion, 10);

const missing = (): PgrehearseError =>
  new PgrehearseError('BACKUP_TOOL_MISSING', 'This backup is an archive, and there is no pg_restore on this machine.', {
    hint: 'Install the PostgreSQL client (Debian, Ubuntu: `apt-get install postgresql-client`; macOS: `brew install libpq`), or give a plain SQL dump, which needs no client.',
  });

const tooOld = (dumpVersion: string, { version }: ClientTool): PgrehearseError => {
  const major = Number.parseInt(dumpVersion, 10);
  return new PgrehearseError(
    'BACKUP_NEWER_THAN_TOOLS',
    `The backup was made by pg_dump ${dumpVersion}; the newest pg_restore on this machine is ${version} and cannot read it.`,
    {
      hint: `Install the client of PostgreSQL ${major} or newer (\`postgresql-client-${major}\` from apt.postgresql.org), or give a plain SQL dump, which needs no client.`,
      details: { dumpVersion, toolVersion: version },
    },
  );
};
