import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

import { processesNaming } from '../../integration/server/run-folders.ts';

/** Processes that work in one of the folders, name it, or have it in their environment; with what they are. */
export function processesOf(folders: readonly string[]): string[] {
  if (process.platform !== 'linux') return folders.flatMap(processesNaming);
  return pids()
    .filter((pid) => belongsTo(folders, pid))
    .map((pid) => `process ${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()}`);
}

/** Pids of Postgres processes that work inside the folder. */
const serverProcessesIn = (folder: string): number[] =>
  pids()
    .filter((pid) => attempt(() => readlinkSync(`/proc/${pid}/cwd`)).startsWith(folder))
    .filter((pid) => read(`/proc/${pid}/comm`).trim() === 'postgres')
    .map(Number);

/** Sockets with a path inside the folder. */
export const socketsIn = (folder: string): string[] =>
  read('/proc/net/unix')
    .split('\n')
    .flatMap((line) => line.match(/\S*$/)?.[0] ?? [])
    .filter((path) => path.startsWith(`${folder}/`))
    .map((path) => `socket ${path}`);

/**
 * Shared memory of the servers inside the folder. It is no file of theirs and no process, so it can outlive both.
 *
 * @returns `/dev/shm/PostgreSQL.123`, `/SYSV0098ffde`
 */
export function sharedMemoryOf(folder: string): string[] {
  const maps = serverProcessesIn(folder).map((pid) => read(`/proc/${pid}/maps`));
  return [...new Set(maps.flatMap((text) => text.match(/\/dev\/shm\/PostgreSQL\.\d+|\/SYSV[0-9a-f]{8}/g) ?? []))];
}

export function isThere(memory: string): boolean {
  if (memory.startsWith('/dev/shm/')) return existsSync(memory);
  const key = Number.parseInt(memory.slice('/SYSV'.length), 16);
  return read('/proc/sysvipc/shm')
    .split('\n')
    .some((line) => Number(line.trim().split(/\s+/)[0]) === key);
}

const pids = (): string[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid));

function belongsTo(folders: readonly string[], pid: string): boolean {
  // Dead and not yet waited for, which is the parent's affair.
  if (/^State:\s+Z/m.test(read(`/proc/${pid}/status`))) return false;
  const places = [
    attempt(() => readlinkSync(`/proc/${pid}/cwd`)),
    read(`/proc/${pid}/cmdline`),
    read(`/proc/${pid}/environ`),
  ];
  return folders.some((folder) => places.some((place) => place.includes(folder)));
}

const read = (path: string): string => attempt(() => readFileSync(path, 'utf8'));

/** A process may end while it is looked at. */
function attempt(ask: () => string): string {
  try {
    return ask();
  } catch {
    return '';
  }
}
