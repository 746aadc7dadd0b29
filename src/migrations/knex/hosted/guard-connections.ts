import { Socket } from 'node:net';
import { join } from 'node:path';
import { isObject } from '../messages.ts';

export interface Reachable {
  readonly host: string;
  readonly port: number;
}

/**
 * Lets the user's code speak PostgreSQL with the ephemeral server only. The environment already points there; this
 * catches an address that is written in their code or read from a file. Other protocols pass.
 */
export function guardConnections(reachable: Reachable | undefined): void {
  const destinations = new WeakMap<Socket, Destination>();
  wrapMethod('connect', (socket, args, proceed) => {
    destinations.set(socket, destinationOf(args));
    return proceed();
  });
  wrapMethod('write', (socket, args, proceed) => {
    const destination = destinations.get(socket);
    if (!destination || socket.bytesWritten > 0 || !opensPostgres(args[0]) || isReachable(destination, reachable)) {
      return proceed();
    }
    socket.destroy(new Error(refusal(destination)));
    return false;
  });
}

type Wrapper = (socket: Socket, args: readonly unknown[], proceed: () => unknown) => unknown;

function wrapMethod(name: 'connect' | 'write', wrapper: Wrapper): void {
  const original: unknown = Reflect.get(Socket.prototype, name);
  if (typeof original !== 'function') return;
  Reflect.set(Socket.prototype, name, function wrapped(this: Socket, ...args: unknown[]): unknown {
    return wrapper(this, args, (): unknown => Reflect.apply(original, this, args));
  });
}

type Destination = { readonly host: string; readonly port: number } | { readonly path: string };

/** The many ways to call `connect`: with options, a port and host, a path, or what Node itself makes of these. */
function destinationOf([first, second]: readonly unknown[]): Destination {
  if (Array.isArray(first)) return destinationOf(first);
  const { path, port, host } = isObject(first) ? first : callOf(first, second);
  if (typeof path === 'string') return { path };
  return { host: typeof host === 'string' && host !== '' ? host : 'localhost', port: Number(port) };
}

const callOf = (first: unknown, second: unknown): Readonly<Record<string, unknown>> =>
  typeof first === 'string' && !/^\d+$/.test(first) ? { path: first } : { port: first, host: second };

/**
 * The first message of every session: length, then protocol 3, or a request for TLS, GSS or a cancellation.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
function opensPostgres(chunk: unknown): boolean {
  if (!(chunk instanceof Uint8Array) || chunk.byteLength < 8) return false;
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const code = view.getUint32(4);
  return view.getUint32(0) <= MAX_STARTUP_BYTES && (code >>> 16 === 3 || code >>> 16 === REQUEST_CODES);
}

const MAX_STARTUP_BYTES = 10_000;
const REQUEST_CODES = 1234;

function isReachable(destination: Destination, reachable: Reachable | undefined): boolean {
  if (!reachable) return false;
  const { host, port } = reachable;
  if ('path' in destination) return destination.path === join(host, `.s.PGSQL.${port}`);
  return destination.port === port && (destination.host === host || (isLoopback(destination.host) && isLoopback(host)));
}

const isLoopback = (host: string): boolean => ['localhost', '127.0.0.1', '::1'].includes(host);

function refusal(destination: Destination): string {
  const where = 'path' in destination ? destination.path : `${destination.host}:${destination.port}`;
  return `Code of the migrations tried to open a PostgreSQL session at ${where}; in a rehearsal it may reach the ephemeral server only.`;
}
