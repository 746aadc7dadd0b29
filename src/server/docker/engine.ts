import { createServer, isIP } from 'node:net';

import type { ContainerRuntimeClient } from 'testcontainers';

import { codeOf, isPgrehearseError, PgrehearseError, toError } from '../../support/errors.ts';
import { whyNoEngine } from './why-no-engine.ts';

export type Docker = ContainerRuntimeClient['container']['dockerode'];
export type Container = ReturnType<Docker['getContainer']>;

/** An engine that answers, found as testcontainers finds it: `DOCKER_HOST`, its properties file, the usual sockets. */
export interface Engine {
  readonly docker: Docker;
  /** As testcontainers has it: what an image is called after a prefix for mirrors, and pulls with the user's logins. */
  readonly nameOf: (image: string) => string;
  readonly pull: (image: string) => Promise<void>;
  readonly version: string;
  /** `localhost`, or another machine's name. */
  readonly host: string;
  /** Of this machine that ports of containers are opened on. Absent: all of them, since the engine is elsewhere. */
  readonly address: string | undefined;
  readonly memoryBytes: number;
  /** For the reaper, where the user wants it. */
  readonly labels: Readonly<Record<string, string>>;
}

/** @throws {PgrehearseError} `SERVER_UNAVAILABLE`: no package, no engine, no right to use it */
export async function openEngine(): Promise<Engine> {
  const { getContainerRuntimeClient, getReaper, ImageName, LABEL_TESTCONTAINERS_SESSION_ID } = await testcontainers();
  const client = await getContainerRuntimeClient().catch(async (cause: unknown) => {
    throw await whyNoEngine(toError(cause));
  });
  await refuseAnother(client.container.dockerode);
  const { host, hostIps, memory, serverVersion } = client.info.containerRuntime;
  const labels = wantsReaper() ? { [LABEL_TESTCONTAINERS_SESSION_ID]: (await getReaper(client)).sessionId } : {};
  const address = await addressFor(
    host,
    hostIps.map((ip) => ip.address),
  );
  return {
    docker: client.container.dockerode,
    nameOf: (image) => ImageName.fromString(image).string,
    pull: (image) => client.image.pull(ImageName.fromString(image), { force: true, platform: undefined }),
    version: String(serverVersion),
    host: address ?? host,
    address,
    memoryBytes: memory,
    labels,
  };
}

/** Loaded late: it brings an SSH client and a YAML parser, and nobody without Docker has it. */
async function testcontainers(): Promise<typeof import('testcontainers')> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const before = new Map(signals.map((name) => [name, process.listeners(name)]));
  try {
    const loaded = await import('testcontainers');
    // One of its packages (signal-exit) ends the process on a signal, in the middle of what the user's own handler cleans up.
    for (const [name, known] of before) {
      for (const added of process.listeners(name)) if (!known.includes(added)) process.off(name, added);
    }
    return loaded;
  } catch (thrown) {
    const cause = toError(thrown);
    if (!isMissing(cause)) throw cause;
    throw new PgrehearseError('SERVER_UNAVAILABLE', 'The provider docker needs the package testcontainers.', {
      cause,
      hint: INSTALL_LINE,
    });
  }
}

export const isInstalled = (): Promise<boolean> =>
  testcontainers().then(
    () => true,
    (error: unknown) => {
      if (isPgrehearseError(error)) return false;
      throw error;
    },
  );

/** 12 wants Node 22. */
export const INSTALL_LINE = 'npm install --save-dev testcontainers@11';

const isMissing = (error: Error): boolean =>
  codeOf(error) === 'ERR_MODULE_NOT_FOUND' && error.message.includes(`'testcontainers'`);

/** When the engine of DOCKER_HOST does not answer, testcontainers takes the usual socket: not the one that was meant. */
async function refuseAnother({ modem }: Docker): Promise<void> {
  const [socket, meant]: readonly unknown[] = [Reflect.get(modem, 'socketPath'), process.env['DOCKER_HOST']];
  if (typeof socket !== 'string' || typeof meant !== 'string' || meant === '' || meant.endsWith(socket)) return;
  throw await whyNoEngine(new Error(`testcontainers found ${socket} in place of DOCKER_HOST`));
}

/** Off unless it is asked for by name: its image would have to be pulled, and it ends what was meant to be kept. */
const wantsReaper = (): boolean => process.env['TESTCONTAINERS_RYUK_DISABLED'] === 'false';

/**
 * A copy of production listens on no address that it need not. Inside a container that was given the engine's socket, the
 * engine's host is reached at the gateway of the bridge; where that address is our own, we are on the host itself, although it
 * looks like a container (a virtual machine made from an image does).
 */
async function addressFor(host: string, addresses: readonly string[]): Promise<string | undefined> {
  const isLoopback = host === 'localhost' || addresses.some((ip) => ip === '::1' || ip.startsWith('127.'));
  if (isLoopback || (isIP(host) !== 0 && (await isOwnAddress(host)))) return '127.0.0.1';
  const isOnSocket = !/^(?:tcp|https?):/.test(process.env['DOCKER_HOST'] ?? '');
  const isGateway = isIP(host) === 4 && process.env['TESTCONTAINERS_HOST_OVERRIDE'] === undefined;
  return isOnSocket && isGateway ? host : undefined;
}

/** Asked by listening there: an interface without a neighbour, as the bridge is before its first container, is in no list. */
const isOwnAddress = (host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(0, host, () => server.close(() => resolve(true)));
  });
