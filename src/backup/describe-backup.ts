import type { BackupDescription } from './backup.ts';

/** What the different headers tell, each in its own form. */
export interface BackupOrigin {
  readonly createdAt: string | undefined;
  /** As `server_version` says, e.g. `15.4 (Debian 15.4-1)`. */
  readonly serverVersion: string | undefined;
  readonly dumpVersion: string | undefined;
  readonly database: string | undefined;
}

/** One description, whatever the format; what is not known is absent. */
export function describeBackup(
  { format, path, bytes }: Pick<BackupDescription, 'format' | 'path' | 'bytes'>,
  { createdAt, serverVersion, dumpVersion, database }: BackupOrigin,
): BackupDescription {
  return {
    format,
    path,
    bytes,
    ...(createdAt !== undefined && { createdAt }),
    ...(serverVersion !== undefined && { serverMajor: Number.parseInt(serverVersion, 10) }),
    ...(dumpVersion !== undefined && { dumpMajor: Number.parseInt(dumpVersion, 10) }),
    ...(database !== undefined && { database }),
  };
}
