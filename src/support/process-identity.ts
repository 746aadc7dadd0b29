import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

import { codeOf } from './errors.ts';

/** One process for ever: a pid alone is given out again after its process ended. */
export interface ProcessIdentity {
  readonly pid: number;
  /** As the system says it; only compared, never read as a time. Empty where the system does not tell. */
  readonly startedAt: string;
  readonly bootId: string;
  readonly hostName: string;
  /** Two containers may share a temp folder; each one's pids mean nothing to the other. */
  readonly pidNamespace: string;
}

export const ownIdentity = (): ProcessIdentity => identityOf(process.pid);

/** Of a process on this machine that is running. */
export const identityOf = (pid: number): ProcessIdentity => ({ pid, startedAt: startOf(pid), ...thisHost() });

/** Only what is certain: a process that cannot be judged from here (another container or host) counts as living. */
export function hasEnded(identity: ProcessIdentity): boolean {
  const place = placeOf(identity);
  if (place !== 'here') return place === 'before a restart';
  return !isRunning(identity.pid) || startOf(identity.pid) !== identity.startedAt;
}

/** Where a process was, as seen from here; what is `elsewhere` cannot be judged. */
export function placeOf(identity: ProcessIdentity): 'here' | 'before a restart' | 'elsewhere' {
  const here = thisHost();
  if (identity.bootId !== here.bootId) return identity.hostName === here.hostName ? 'before a restart' : 'elsewhere';
  return identity.pidNamespace === here.pidNamespace ? 'here' : 'elsewhere';
}

/** Only what is certain: whoever wants to end that process must not meet another. */
export const isStillRunning = (identity: ProcessIdentity): boolean => {
  const { bootId: boot, pidNamespace } = thisHost();
  if (identity.bootId !== boot || identity.pidNamespace !== pidNamespace || identity.startedAt === '') return false;
  return isRunning(identity.pid) && startOf(identity.pid) === identity.startedAt;
};

export function parseIdentity(text: string): ProcessIdentity | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isIdentity(value) ? value : undefined;
}

function isIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null || !('pid' in value)) return false;
  const texts = ['startedAt', 'bootId', 'hostName', 'pidNamespace'];
  const record: Record<string, unknown> = { ...value };
  return Number.isSafeInteger(value.pid) && texts.every((key) => typeof record[key] === 'string');
}

const thisHost = (): Omit<ProcessIdentity, 'pid' | 'startedAt'> => ({
  bootId: attempt(bootId),
  hostName: hostname(),
  pidNamespace: process.platform === 'linux' ? attempt(() => readlinkSync('/proc/self/ns/pid')) : '',
});

/** Says nothing of whether it is still the same process. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, and belongs to someone else.
    return codeOf(error) !== 'ESRCH';
  }
}

const startOf = (pid: number): string =>
  attempt(() => {
    if (process.platform === 'linux') return startOnLinux(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return process.platform === 'win32' ? '' : say('ps', ['-o', 'lstart=', '-p', String(pid)]);
  });

/** The name, second field, may itself hold spaces and brackets; the start is field 22 in clock ticks since boot. */
const startOnLinux = (stat: string): string => stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';

function bootId(): string {
  if (process.platform === 'linux') return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return process.platform === 'darwin' ? say('sysctl', ['-n', 'kern.bootsessionuuid']) : '';
}

const say = (command: string, args: readonly string[]): string =>
  execFileSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
  }).trim();

function attempt(ask: () => string): string {
  try {
    return ask();
  } catch {
    return '';
  }
}
