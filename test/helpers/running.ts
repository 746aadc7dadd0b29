import { readdirSync, readFileSync } from 'node:fs';

/** Arguments of every process of this machine, each as one text; of all but ourselves where that is said. */
export const commandLines = (but?: number): string[] =>
  readdirSync('/proc')
    .filter((id) => /^\d+$/.test(id) && Number(id) !== but)
    .flatMap((id) => {
      try {
        return readFileSync(`/proc/${id}/cmdline`, 'latin1').replaceAll('\0', ' ');
      } catch {
        return [];
      }
    });

/** Whether another process of this machine has the text in its arguments. */
export const running = (text: string): boolean => commandLines(process.pid).some((line) => line.includes(text));
