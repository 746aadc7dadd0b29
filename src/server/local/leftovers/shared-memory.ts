import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Writes down which shared memory a server has. One that is killed leaves it behind, where it stays until the machine is
 * restarted and nothing tells whose it was. Linux only: elsewhere it is no file.
 */
export async function noteSharedMemory(runFolder: string, postmasterPid: number): Promise<void> {
  const maps = await readFile(`/proc/${postmasterPid}/maps`, 'utf8').catch(() => '');
  const [control] = /\/dev\/shm\/PostgreSQL\.\d+/.exec(maps) ?? [];
  if (control !== undefined) await writeFile(join(runFolder, NOTE), control, { mode: 0o600 });
}

/** Frees what was noted, and the segment that the server itself names in its pid file. Never rejects. */
export async function freeSharedMemory(runFolder: string): Promise<void> {
  const control = await readFile(join(runFolder, NOTE), 'utf8').catch(() => '');
  if (/^\/dev\/shm\/PostgreSQL\.\d+$/.test(control)) {
    const segments = segmentsIn(await readFile(control).catch(() => Buffer.alloc(0)));
    for (const handle of segments) await rm(`/dev/shm/PostgreSQL.${handle}`, { force: true }).catch(() => {});
    await rm(control, { force: true }).catch(() => {});
  }
  await freeSystemV(runFolder);
}

/**
 * Handles of the segments in use, out of the server's own list of them; the same from 14 to 18 on 64-bit machines.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/storage/ipc/dsm.c (`dsm_control_header`)
 */
function segmentsIn(control: Buffer): readonly number[] {
  if (control.length < HEADER_BYTES || control.readUInt32LE(0) !== MAGIC) return [];
  const items = Math.min(control.readUInt32LE(4), Math.floor((control.length - HEADER_BYTES) / ITEM_BYTES));
  return Array.from({ length: items }, (_, index) => HEADER_BYTES + index * ITEM_BYTES)
    .filter((at) => control.readUInt32LE(at + 4) > 0)
    .map((at) => control.readUInt32LE(at))
    .filter((handle) => handle % 2 === 0);
}

const NOTE = 'shared-memory';
const MAGIC = 0x9a503d32;
const HEADER_BYTES = 16;
const ITEM_BYTES = 40;

/** 56 bytes, of which a machine has room for 4096. The seventh line of a pid file is key and id. */
async function freeSystemV(runFolder: string): Promise<void> {
  const pidFile = await readFile(join(runFolder, 'data', 'postmaster.pid'), 'utf8').catch(() => '');
  const [, key, id] = /^\s*(\d+)\s+(\d+)\s*$/.exec(pidFile.split('\n')[6] ?? '') ?? [];
  if (key === undefined || id === undefined || !(await isStill(Number(key), Number(id)))) return;
  await promisify(execFile)('ipcrm', ['-m', id]).catch(() => {});
}

/** After a restart of the machine the id may be somebody else's. */
async function isStill(key: number, id: number): Promise<boolean> {
  const segments = await readFile('/proc/sysvipc/shm', 'utf8').catch(() => '');
  return segments.split('\n').some((line) => {
    const [itsKey, itsId] = line.trim().split(/\s+/).map(Number);
    return itsKey === key && itsId === id;
  });
}
