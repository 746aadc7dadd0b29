import type { Refuse } from './check-settings.ts';
import { isMapping, type Mapping } from './path.ts';

/** Where a backup may come from; one of them at a time. */
const SOURCES: readonly string[] = ['file', 'command'];

/** A backup comes from one place. */
export function refuseBackupSources(backup: unknown, refuse: Refuse): void {
  if (!isMapping(backup)) return;
  const [first, ...others] = SOURCES.filter((key) => backup[key] !== undefined);
  if (first === undefined) refuse(['backup', 'file'], 'the path of a backup, or `command` in its place');
  for (const other of others)
    refuse(['backup', other], `nothing beside backup.${first}: a backup comes from one place`);
}

/** `--backup` replaces whatever source the file names. */
export function withoutBackupSource(top: Mapping): Mapping {
  const { backup } = top;
  if (!isMapping(backup)) return top;
  return { ...top, backup: Object.fromEntries(Object.entries(backup).filter(([key]) => !SOURCES.includes(key))) };
}
