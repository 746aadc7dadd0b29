import { createdAt } from '../created-at.ts';
import { damaged } from './damaged.ts';
import { walPosition } from './manifest.ts';

/** What stands in `backup_label`. */
export interface BackupLabel {
  readonly timeline: number;
  /** Where replaying begins. */
  readonly start: bigint;
  /** ISO-8601 UTC; from a zone's abbreviation, so it may be wrong by hours. */
  readonly startedAt?: string;
}

export const BACKUP_LABEL = 'backup_label';

/** @throws {PgrehearseError} `BACKUP_UNREADABLE` */
export function parseBackupLabel(text: string, backup: string): BackupLabel {
  if (/^INCREMENTAL FROM/m.test(text)) {
    throw damaged(backup, 'it is an incremental one', 'Make a whole one of it with pg_combinebackup.');
  }
  const [, start, file] = /^START WAL LOCATION: ([0-9A-F]+\/[0-9A-F]+) \(file ([0-9A-F]{24})\)$/m.exec(text) ?? [];
  if (start === undefined || file === undefined) throw damaged(backup, 'its backup_label is damaged');
  const [, startTime] = /^START TIME: (.+)$/m.exec(text) ?? [];
  const startedAt = startTime === undefined ? undefined : createdAt(startTime);
  return {
    timeline: Number.parseInt(file.slice(0, 8), 16),
    start: walPosition(start),
    ...(startedAt !== undefined && { startedAt }),
  };
}
