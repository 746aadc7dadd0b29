import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, sep } from 'node:path';

/** Pids of Postgres processes that work inside `folder`; nobody else's, even when someone's shell stands in there. */
export const serversIn = (folder: string): number[] =>
  process.platform === 'linux' ? fromProc(folder) : process.platform === 'win32' ? [] : fromPs(folder);

/** Every process of a server, and `initdb` as we start it, has its data directory or our folder as working directory. */
function fromProc(folder: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => worksIn(folder, pid)).map(Number);
}

function worksIn(folder: string, pid: string): boolean {
  try {
    const workingFolder = readlinkSync(`/proc/${pid}/cwd`);
    if (workingFolder !== folder && !workingFolder.startsWith(`${folder}${sep}`)) return false;
    return SERVER_PROGRAMS.has(readFileSync(`/proc/${pid}/comm`, 'utf8').trim());
  } catch {
    return false;
  }
}

/** Without /proc: the postmaster names its data directory on its command line, and its children go with it. */
function fromPs(folder: string): number[] {
  const lines = execFileSync('ps', ['-axo', 'pid=,command='], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return lines.split('\n').flatMap((line) => {
    const [, pid, program, rest] = /^\s*(\d+)\s+(.*?)\s+-D\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined || program === undefined || !rest?.startsWith(`${folder}${sep}`)) return [];
    return SERVER_PROGRAMS.has(basename(program)) ? [Number(pid)] : [];
  });
}

const SERVER_PROGRAMS = new Set(['postgres', 'initdb']);
