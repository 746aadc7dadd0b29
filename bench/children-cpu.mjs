import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** The system counts CPU in ticks of this many milliseconds. Zero where it does not tell that of ended children. */
const TICK_MS = existsSync('/proc/self/stat')
  ? 1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  : 0;

export const isChildrenCpuKnown = TICK_MS > 0;

/** Of all children that ended so far, with theirs; fields 16 and 17 of `proc(5)` stat. Error: one tick, normally 10 ms. */
export function childrenCpuMs() {
  if (!isChildrenCpuKnown) return 0;
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}
