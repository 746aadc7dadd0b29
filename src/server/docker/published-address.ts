import { setTimeout as delay } from 'node:timers/promises';

import { SERVER_PORT } from './container-plan.ts';
import type { Container } from './engine.ts';
import type { Address } from './wait-until-ready.ts';

/**
 * Where the server of a running container is reached. An engine may publish a moment after the start.
 *
 * @param host of the engine, where the port is open on all of its addresses
 */
export async function publishedAddress(container: Container, host: string): Promise<Address> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const { NetworkSettings, State } = await container.inspect();
    const { HostIp = '', HostPort } = NetworkSettings.Ports[SERVER_PORT]?.[0] ?? {};
    if (Number(HostPort) > 0) return { host: EVERYWHERE.has(HostIp) ? host : HostIp, port: Number(HostPort) };
    // It ended; the wait for the server says so, with its log.
    if (!State.Running) return { host, port: NOWHERE };
    await delay(RETRY_MS);
  }
  throw new Error(`the engine published no port for ${SERVER_PORT}`);
}

const EVERYWHERE: ReadonlySet<string> = new Set(['', '0.0.0.0', '::']);
const ATTEMPTS = 40;
const RETRY_MS = 50;
const NOWHERE = 1;
