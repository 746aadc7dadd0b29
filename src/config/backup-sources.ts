import type { Refuse } from './check-settings.ts';
import { isMapping, type Mapping } from './path.ts';

/** Where a backup may come from; one of them at a time. */
const SOURCES: readonly string[] = ['file', 'command', 'url'];

/** A backup comes from one place. */
export function refuseBackupSources(backup: unknown, refuse: Refuse): void {
  if (!isMapping(backup)) return;
  const [first, ...others] = SOURCES.filter((key) => backup[key] !== undefined);
  if (first === undefined) refuse(['backup', 'file'], 'the path of a backup, or `command` or `url` in its place');
  for (const other of others)
    refuse(['backup', other], `nothing beside backup.${first}: a backup comes from one place`);
  if (backup['excludeTableData'] !== undefined && backup['url'] === undefined) {
    refuse(
      ['backup', 'excludeTableData'],
      'backup.url beside it: only a dump that pgrehearse makes can leave rows out',
    );
  }
}

/** `--backup` replaces whatever source the file names. */
export function withoutBackupSource(top: Mapping): Mapping {
  const { backup } = top;
  if (!isMapping(backup)) return top;
  return {
    ...top,
    backup: Object.fromEntries(
      Object.entries(backup).filter(([key]) => ![...SOURCES, 'excludeTableData'].includes(key)),
    ),
  };
}
