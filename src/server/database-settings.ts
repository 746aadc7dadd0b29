import type { Database } from '../postgres/connect.ts';
import { quoteIdentifier, quoteLiteral } from '../postgres/identifiers.ts';
import { PgrehearseError, toError } from '../support/errors.ts';
import type { ServerSpec } from './provider.ts';

/**
 * Settings of a server as those of one database.
 *
 * @param where `a shared server`
 * @throws {PgrehearseError} `CONFIG_INVALID` for a setting that only the server as a whole can have
 */
export async function applySettings(
  session: Database,
  database: string,
  settings: ServerSpec['settings'],
  where: string,
): Promise<void> {
  for (const [name, value] of Object.entries(settings)) {
    const setting = name.split('.').map(quoteIdentifier).join('.');
    try {
      await session.query(`alter database ${quoteIdentifier(database)} set ${setting} to ${quoteLiteral(value)}`);
    } catch (cause) {
      const message = `server.settings.${name} cannot be set for one database of ${where}: ${toError(cause).message}.`;
      throw new PgrehearseError('CONFIG_INVALID', message, {
        cause,
        hint: `Leave \`${name}\` out of server.settings.`,
      });
    }
  }
}
