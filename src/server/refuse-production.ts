import { lookup } from 'node:dns/promises';

import { PgrehearseError } from '../support/errors.ts';
import type { Account } from './account-target.ts';

/**
 * Before anything is sent: `production` names hosts, `host:port` or system identifiers. A host is also recognised by its
 * address, since production may have several names.
 *
 * @throws {PgrehearseError} `SERVER_REFUSED`
 */
export async function refuseProductionHost(
  { host, port }: Pick<Account, 'host' | 'port'>,
  production: readonly string[],
  what = GIVEN,
): Promise<void> {
  const own = await addressesOf(host);
  for (const entry of production.filter((one) => !isIdentifier(one))) {
    const named = split(entry);
    if (named.port !== undefined && named.port !== port) continue;
    const isSame =
      named.host === host.toLowerCase() || (await addressesOf(named.host)).some((one) => own.includes(one));
    if (isSame) throw refused(`its host is that of ${entry}`, what);
  }
}

/**
 * What no other name of the server can hide.
 *
 * @param identifier as `pg_control_system()` says; undefined: the role may not ask
 * @throws {PgrehearseError} `SERVER_REFUSED`
 */
export function refuseProductionIdentifier(identifier: string | undefined, production: readonly string[]): void {
  const identifiers = production.filter(isIdentifier);
  if (identifiers.length === 0) return;
  if (identifier === undefined) throw refused('its system identifier cannot be read, and production is named by one');
  if (identifiers.includes(identifier)) throw refused(`its system identifier is ${identifier}`);
}

/** 64 bits made of the time of initdb; no host is called so. */
const isIdentifier = (entry: string): boolean => /^\d{16,20}$/.test(entry);

function split(entry: string): { readonly host: string; readonly port?: number } {
  const [, host = entry, port] = /^\[?(.*?)\]?:(\d+)$/.exec(isPlainIpv6(entry) ? '' : entry) ?? [];
  return { host: host.toLowerCase(), ...(port !== undefined && { port: Number(port) }) };
}

const isPlainIpv6 = (entry: string): boolean => !entry.startsWith('[') && entry.split(':').length > 2;

async function addressesOf(host: string): Promise<readonly string[]> {
  if (host.startsWith('/')) return [];
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}

const GIVEN = 'The server of server.url';

const refused = (reason: string, what = GIVEN): PgrehearseError =>
  new PgrehearseError('SERVER_REFUSED', `${what} is named as production: ${reason}.`);
