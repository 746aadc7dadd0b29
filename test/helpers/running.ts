import { readdirSync, readFileSync } from 'node:fs';

/** Whether another process of this machine has the text in its arguments. */
export function running(text: string): boolean {
  return readdirSync('/proc').some((id) => {
    if (!/^\d+$/.test(id) || Number(id) === process.pid) return false;
    try {
      return readFileSync(`/proc/${id}/cmdline`, 'latin1').replaceAll('\0', ' ').includes(text);
    } catch {
      return false;
    }
  });
}
