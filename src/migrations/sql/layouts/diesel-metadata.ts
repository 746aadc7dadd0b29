import { readFileSync } from 'node:fs';

/**
 * diesel's own defaults, checked with 2.3: no file, or one that is not TOML, means a transaction; a file without the key
 * means none.
 */
export function runsInTransaction(path: string): boolean {
  const lines = linesOf(path);
  if (lines === undefined) return true;
  const table = lines.findIndex((line) => line.startsWith('['));
  const top = table === -1 ? lines : lines.slice(0, table);
  const value = top
    .map((line) => /^(?:"run_in_transaction"|run_in_transaction)\s*=\s*(.*)$/.exec(line)?.[1])
    .find(Boolean);
  return value === undefined ? !lines.every(isToml) : value !== 'false';
}

function linesOf(path: string): string[] | undefined {
  try {
    return readFileSync(path, 'utf8')
      .split(/\r?\n/)
      .map((line) => line.replace(/\s*#.*$/, '').trim());
  } catch {
    return undefined;
  }
}

const isToml = (line: string): boolean => line === '' || /^\[.*\]$|^[\w."'-]+\s*=\s*\S/.test(line);
