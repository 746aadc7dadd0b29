import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const BIN = resolve('dist/cli/main.js');

interface DoctorLine {
  readonly name: string;
  readonly state: 'found' | 'missing' | 'unknown';
  readonly detail: string;
  readonly mend?: string;
  readonly neededBy?: string;
}

export interface Consultation {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
  readonly ok: boolean;
  readonly ready: Readonly<Record<string, boolean>>;
  /** All lines of a group; empty when there is no such group. */
  lines(group: string): readonly DoctorLine[];
  line(group: string, name: string | RegExp): DoctorLine;
}

export interface Circumstances {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
}

/** `pgrehearse doctor … --json` as a process of its own, in an environment that is all given. */
export async function consult(
  args: readonly string[],
  { cwd = tmpdir(), env = {}, uid }: Circumstances = {},
): Promise<Consultation> {
  const { status, out, err } = await pgrehearse(['doctor', ...args, '--json'], {
    cwd,
    env,
    ...(uid !== undefined && { uid }),
  });
  const document = JSON.parse(out === '' ? '{}' : out) as {
    readonly ok?: boolean;
    readonly ready?: Readonly<Record<string, boolean>>;
    readonly groups?: readonly { readonly id: string; readonly lines: readonly DoctorLine[] }[];
  };
  const lines = (group: string): readonly DoctorLine[] => document.groups?.find(({ id }) => id === group)?.lines ?? [];
  return {
    status,
    out,
    err,
    ok: document.ok ?? false,
    ready: document.ready ?? {},
    lines,
    line(group, name) {
      const found = lines(group).find((line) => (typeof name === 'string' ? line.name === name : name.test(line.name)));
      if (!found) throw new Error(`No line ${String(name)} in ${group}:\n${out}\n${err}`);
      return found;
    },
  };
}

export async function pgrehearse(
  args: readonly string[],
  { cwd = tmpdir(), env = {}, uid }: Circumstances = {},
): Promise<{ readonly status: number | null; readonly out: string; readonly err: string }> {
  const { PATH = '', PGREHEARSE_POSTGRES_HOME } = process.env;
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: { PATH, ...(PGREHEARSE_POSTGRES_HOME !== undefined && { PGREHEARSE_POSTGRES_HOME }), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  await once(child, 'close');
  return { status: child.exitCode, out, err };
}

/** A folder with these files; `using` removes it. */
export function aFolder(files: Readonly<Record<string, string | Buffer>> = {}): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'pgrehearse-test-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A host that takes connections and never says a word. */
export async function silentHost(): Promise<AsyncDisposable & { readonly port: number }> {
  const server: Server = createServer((socket) => socket.on('error', () => {}));
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Where nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
