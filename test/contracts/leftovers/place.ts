import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { isThere, processesOf, sharedMemoryOf, socketsIn } from './traces.ts';
import type { LeftoversRig } from './rig.ts';

/** One project with a temp folder of its own: whatever a run leaves is in or of these two. */
export interface Place extends AsyncDisposable {
  readonly folder: string;
  readonly temp: string;
  /** `pgrehearse run` as a user starts it, in a process group of its own. */
  run(): Running;
  /** The same with its standard output in a file that is there. */
  runInto(file: string): Running;
  /** All that was not there before. */
  left(): Promise<readonly string[]>;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves once it has said so on stderr; rejects when it ends before. */
  saying(text: string): Promise<void>;
  /** As a terminal sends it: to everybody in the group. */
  killGroup(name: NodeJS.Signals): void;
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface ProjectFiles {
  /** On top of `server`, which is the rig's. */
  readonly config: Readonly<Record<string, unknown>>;
  /** `{ 'migrations/1_a.up.sql': … }` */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
}

export async function aPlace(rig: LeftoversRig, { config, files }: ProjectFiles, temp?: string): Promise<Place> {
  if (!existsSync(BIN)) throw new Error('dist is not built: npm run build');
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'leftovers-')));
  const [folder, ownTemp] = [join(root, 'project'), temp ?? join(root, 'tmp')];
  for (const path of [folder, ownTemp]) mkdirSync(path, { recursive: true });
  // The server may run as another user, who has to get in.
  for (const path of [root, ownTemp]) chmodSync(path, 0o755);
  const { server, ...rest } = config;
  const all = { server: { ...rig.server(), ...(server as object | undefined) }, ...rest };
  for (const [name, text] of Object.entries({ 'pgrehearse.config.json': JSON.stringify(all), ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const before = new Set(await rig.inventory());
  const memory = new Set<string>();
  // What is not seen while its server lives cannot be told from other servers' afterwards.
  const watch = setInterval(() => sharedMemoryOf(ownTemp).forEach((one) => memory.add(one)), 100);
  return {
    folder,
    temp: ownTemp,
    run: () => running({ folder, temp: ownTemp, env: rig.env() }),
    runInto: (file) => running({ folder, temp: ownTemp, env: rig.env() }, openSync(file, 'w')),
    left: async () => [
      ...processesOf([root, ownTemp]),
      ...readdirSync(ownTemp).map((name) => `in TMPDIR ${name}`),
      ...socketsIn(ownTemp),
      ...[...memory].filter(isThere).map((name) => `shared memory ${name}`),
      ...(await rig.inventory()).filter((line) => !before.has(line)),
    ],
    [Symbol.asyncDispose]: async () => {
      clearInterval(watch);
      rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
}

interface Surroundings {
  readonly folder: string;
  readonly temp: string;
  readonly env: NodeJS.ProcessEnv;
}

function running({ folder, temp, env }: Surroundings, stdout: 'pipe' | number = 'pipe'): Running {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [BIN, 'run'], {
    cwd: folder,
    detached: true,
    env: { PATH, TMPDIR: temp, ...env },
    stdio: ['ignore', stdout, 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<Ended>((done) => {
    child.once('close', (code, signal) => done({ code, signal, out, err }));
  });
  return {
    child,
    ended,
    saying: async (text) => {
      while (!err.includes(text)) {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`It ended without "${text}":\n${err}`);
        await delay(5);
      }
    },
    killGroup: (name) => void (child.pid !== undefined && process.kill(-child.pid, name)),
  };
}

const BIN = resolve('dist/cli/main.js');
