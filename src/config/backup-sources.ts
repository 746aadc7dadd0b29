import { resolve } from 'node:path';
import { isS3Address } from '../backup/source/s3/s3-address.ts';
import type { Refuse } from './check-settings.ts';
import { isMapping, type Mapping } from './path.ts';

/** Where a backup may come from; one of them at a time. */
const SOURCES: readonly string[] = ['file', 'command', 'url'];

/** A backup comes from one place; with the provider `rds`, what is restored there is it. */
export function refuseBackupSources({ backup, server }: Mapping, refuse: Refuse): void {
  if (!isMapping(backup)) return;
  if (isMapping(server) && server['provider'] === 'rds') return refuseSourceBesideRds(backup, refuse);
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
  refusePlaceOfFile(backup, refuse);
}

function refusePlaceOfFile({ file, s3 }: Mapping, refuse: Refuse): void {
  const address = typeof file === 'string' ? file : '';
  // It may be signed, and is not to be shown as the path of a file that is missing.
  if (/^https?:\/\//i.test(address)) {
    refuse(
      ['backup', 'file'],
      'a path or s3://bucket/key; what an address of the web gives, `command: [curl, …]` takes',
    );
  }
  if (s3 !== undefined && !isS3Address(address)) refuse(['backup', 's3'], 'an s3:// address as backup.file beside it');
}

function refuseSourceBesideRds(backup: Mapping, refuse: Refuse): void {
  for (const key of [...SOURCES, 'excludeTableData', 's3'].filter((name) => backup[name] !== undefined))
    refuse(['backup', key], 'nothing: with server.provider rds, what RDS restores is the backup');
}

/** An address in S3 stays as it is. */
export const backupPath = (folder: string, file: string): string => (isS3Address(file) ? file : resolve(folder, file));

/** `--backup` replaces whatever source the file names. How S3 is reached stays where it is needed still. */
export function withoutBackupSource(top: Mapping, flag: string): Mapping {
  const { backup } = top;
  if (!isMapping(backup)) return top;
  const { s3, ...others } = backup;
  const kept = Object.fromEntries(
    Object.entries(others).filter(([key]) => ![...SOURCES, 'excludeTableData'].includes(key)),
  );
  if (!isMapping(s3) || !isS3Address(flag)) return { ...top, backup: kept };
  // A version of another object.
  const { versionId: _, ...settings } = s3;
  return { ...top, backup: { ...kept, s3: settings } };
}
