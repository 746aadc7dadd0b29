import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';

import { isPgrehearseError, PgrehearseError } from '../support/errors.ts';

/** How to reach a database that is not ours. It is only ever read. */
export interface ProductionTarget {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** A function where the password is made for each connection, as IAM authentication does. Never printed. */
  readonly password?: string | (() => Promise<string>);
  readonly tls: Tls;
}

/**
 * `off`: never. `prefer`: where the server has it, unverified. `require`: always, unverified. `verify-full`: always, with the
 * server's certificate checked against `rootCertificate` (PEM), or the system's roots, and its name against the host.
 */
export interface Tls {
  readonly mode: 'off' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  readonly rootCertificate?: string;
}

export interface UrlOptions {
  /** PEM text; replaces `sslrootcert` of the URL. */
  readonly sslRootCertificate?: string;
  /** As libpq's; replaces `sslmode` of the URL. */
  readonly sslMode?: string;
}

/**
 * A connection URL as libpq reads it: `postgres://user:password@host:port/database?sslmode=verify-full`, with `host`, `port`,
 * `user`, `password` and `dbname` also as parameters, a socket folder as host, and PGSSLMODE, PGSSLROOTCERT and PGUSER for
 * what it leaves out. Parameters that mean something to other drivers only are passed over.
 *
 * @throws {PgrehearseError} `CONFIG_INVALID`; the message never holds the URL.
 */
export function parseProductionUrl(url: string, options: UrlOptions = {}): ProductionTarget {
  const { parts, parameters } = split(url);
  const given = (name: string, part: string) => parameters.get(name) ?? decoded(part);
  const host = given('host', parts.hostname.replace(/^\[(.*)\]$/, '$1'));
  if (host === '' || host === NO_HOST) throw invalid('names no host');
  if (host.includes(',')) throw invalid('names several hosts; give the one that the migrations will run on');
  const user = given('user', parts.username) || (process.env['PGUSER'] ?? userInfo().username);
  const password = given('password', parts.password);
  return {
    host,
    port: portOf(given('port', parts.port)),
    database: given('dbname', parts.pathname.slice(1)) || user,
    user,
    ...(password !== '' && { password }),
    tls: tlsOf(parameters, options, host.startsWith('/')),
  };
}

/** As `parseProductionUrl`; the error names the key that holds the URL, since a config may have several. */
export function parseUrlOf(key: string, url: string): ProductionTarget {
  try {
    return parseProductionUrl(url);
  } catch (error) {
    if (!isPgrehearseError(error)) throw error;
    throw new PgrehearseError(error.code, error.message.replace(THE_URL, `The URL in ${key}`), {
      cause: error,
      ...(error.hint !== undefined && { hint: error.hint }),
    });
  }
}

interface Split {
  readonly parts: URL;
  readonly parameters: URLSearchParams;
}

function split(url: string): Split {
  if (!/^postgres(ql)?:\/\//i.test(url)) throw invalid('does not begin with postgres:// or postgresql://');
  try {
    // The standard's URL knows no user without a host; libpq does: `postgres://user@/database?host=/run/postgresql`.
    const parts = new URL(url.replace('@/', `@${NO_HOST}/`));
    return { parts, parameters: parts.searchParams };
  } catch {
    throw invalid('cannot be read; characters such as # / ? % in a password must be percent-encoded');
  }
}

const NO_HOST = 'no-host.invalid';

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalid('holds a % that is not followed by two hexadecimal digits');
  }
}

function portOf(text: string): number {
  const port = text === '' ? 5432 : Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw invalid('has a port that is none');
  return port;
}

function tlsOf(parameters: URLSearchParams, options: UrlOptions, isSocket: boolean): Tls {
  refuseUnknownTls(parameters);
  const rootCertificate = options.sslRootCertificate ?? rootIn(parameters);
  const asked = options.sslMode ?? parameters.get('sslmode') ?? sslParameter(parameters) ?? process.env['PGSSLMODE'];
  const mode = modeOf(asked ?? 'prefer');
  // As in libpq: a root that is given is a root that is used.
  const strict = mode === 'require' && rootCertificate !== undefined ? 'verify-ca' : mode;
  return { mode: isSocket ? 'off' : strict, ...(rootCertificate !== undefined && { rootCertificate }) };
}

/** A misspelt `sslmode` would lower the guard without a word. */
function refuseUnknownTls(parameters: URLSearchParams): void {
  const other = [...parameters.keys()].find((name) => name.startsWith('ssl') && !TLS_PARAMETERS.has(name));
  if (other !== undefined) throw invalid(`has the parameter ${other}, which is not supported`);
}

const TLS_PARAMETERS: ReadonlySet<string> = new Set(['ssl', 'sslmode', 'sslrootcert']);

function rootIn(parameters: URLSearchParams): string | undefined {
  const path = parameters.get('sslrootcert') ?? process.env['PGSSLROOTCERT'];
  // `system`: the roots that Node.js trusts, which is what no root means here.
  if (path === undefined || path === null || path === '' || path === 'system') return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw invalid(`names a file of root certificates that cannot be read: ${path}`, cause);
  }
}

/** node-postgres and JDBC say `ssl=true`, and mean a verified server. */
function sslParameter(parameters: URLSearchParams): string | undefined {
  const value = parameters.get('ssl');
  if (value === null) return undefined;
  return ['true', '1', ''].includes(value) ? 'verify-full' : value === 'no-verify' ? 'require' : 'disable';
}

function modeOf(text: string): Tls['mode'] {
  const mode = MODES[text];
  if (mode === undefined) throw invalid(`has the sslmode ${text}; one of ${Object.keys(MODES).join(', ')} is expected`);
  return mode;
}

/** `allow` asks for plain first; where the server has encryption, there is no reason to. `no-verify` is node-postgres'. */
const MODES: Readonly<Record<string, Tls['mode']>> = {
  disable: 'off',
  allow: 'prefer',
  prefer: 'prefer',
  require: 'require',
  'no-verify': 'require',
  'verify-ca': 'verify-ca',
  'verify-full': 'verify-full',
};

const THE_URL = 'The URL of the database';

const invalid = (what: string, cause?: unknown): PgrehearseError =>
  new PgrehearseError('CONFIG_INVALID', `${THE_URL} ${what}.`, {
    ...(cause !== undefined && { cause }),
    hint: 'It looks like postgres://user:password@host:5432/database?sslmode=verify-full.',
  });
