import { findPassword } from '../../postgres/password-file.ts';
import { parseUrlOf } from '../../postgres/production-target.ts';
import type { Account } from '../account-target.ts';

/** @throws {PgrehearseError} `CONFIG_INVALID`; the message never holds the URL */
export async function readAccount(url: string): Promise<Account> {
  const { host, port, user, password: given, database, tls } = parseUrlOf('server.url', url);
  const password = typeof given === 'string' ? given : await findPassword({ host, port, database, user });
  const root = new URL(url.replace('@/', '@none/')).searchParams.get('sslrootcert') ?? process.env['PGSSLROOTCERT'];
  return {
    host,
    port,
    user,
    password: password ?? '',
    database,
    tls: tls.mode,
    ...(root !== undefined && root !== '' && root !== 'system' && { rootCertificate: root }),
  };
}
