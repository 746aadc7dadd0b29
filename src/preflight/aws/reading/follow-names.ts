import { Resolver } from 'node:dns/promises';

import { isDatabaseHost } from '../endpoint-host.ts';

/** As `node:dns/promises` has it; rejects when there is no CNAME. */
export interface Names {
  resolveCname(name: string): Promise<string[]>;
}

const MAX_DEPTH = 8;

/**
 * The host and the CNAMEs behind it, in lower case. It stops at the first name of RDS: what lies behind that is Amazon's own
 * affair. A name server that does not answer leaves what there is.
 */
export async function followNames(host: string, signal: AbortSignal, names: Names = systemNames()): Promise<string[]> {
  const chain = [normalise(host)];
  while (chain.length <= MAX_DEPTH) {
    signal.throwIfAborted();
    const last = chain.at(-1) ?? '';
    if (isDatabaseHost(last) || isAddress(last)) break;
    const next = await names.resolveCname(last).then(
      ([first]) => first && normalise(first),
      () => undefined,
    );
    if (next === undefined || chain.includes(next)) break;
    chain.push(next);
  }
  return chain;
}

const systemNames = (): Names => new Resolver({ timeout: 2_000, tries: 2 });

const normalise = (name: string): string => name.toLowerCase().replace(/\.$/, '');

const isAddress = (host: string): boolean => host === 'localhost' || /^[\d.]+$/.test(host) || /[:/]/.test(host);
