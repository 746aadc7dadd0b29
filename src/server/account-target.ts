import type { Tls } from '../postgres/production-target.ts';
import type { DatabaseTarget } from './provider.ts';

/** Who we are on the server, and where it is. */
export interface Account {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The first database that is connected to. */
  readonly database: string;
  readonly tls: Tls['mode'];
  /** Path of a file. */
  readonly rootCertificate?: string;
}

export function targetOf(account: Account, database: string): DatabaseTarget {
  const { host, port, user, password } = account;
  const connectionString = connectionStringOf(account, database);
  return { connectionString, host, port, user, password, database, libpq: libpqSettings(account) };
}

function connectionStringOf(account: Account, database: string): string {
  const { host, port, user, password, rootCertificate } = account;
  const isName = !host.startsWith('/') && !host.includes(':');
  const parameters = new URLSearchParams({
    // node-postgres takes neither a folder nor an IPv6 address in the place of the host.
    ...(!isName && { host }),
    ...(driverMode(account) && { sslmode: driverMode(account) }),
    ...(isEncrypted(account) && rootCertificate !== undefined && { sslrootcert: rootCertificate }),
  }).toString();
  const where = `${isName ? host : 'localhost'}:${port}/${encodeURIComponent(database)}`;
  const who = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return `postgres://${who}@${where}${parameters === '' ? '' : `?${parameters.replaceAll('+', '%20')}`}`;
}

/** `prefer` is what holds when nobody asked for encryption; the driver knows no such thing, and a server insists by itself. */
const isEncrypted = ({ tls }: Account): boolean => tls !== 'off' && tls !== 'prefer';

/** What libpq calls `require` checks no certificate; the driver's `require` does. */
function driverMode(account: Account): string {
  if (!isEncrypted(account)) return '';
  return account.tls === 'require' ? 'no-verify' : 'verify-full';
}

/** The same for `pg_restore`, whose environment is otherwise emptied of such settings. */
function libpqSettings(account: Account): Readonly<Record<string, string>> {
  const { tls, rootCertificate } = account;
  if (!isEncrypted(account)) return { PGSSLMODE: 'disable' };
  if (tls === 'require') return { PGSSLMODE: 'require' };
  return { PGSSLMODE: tls, PGSSLROOTCERT: rootCertificate ?? 'system' };
}
