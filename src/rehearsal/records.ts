import { basename } from 'node:path';
import type { BackupDescription } from '../backup/backup.ts';
import type {
  BackupRecord,
  BaselineTimings,
  Direction,
  Recording,
  ServerRecord,
  StartRecord,
} from '../recording/recording.ts';
import type { EphemeralServer } from '../server/provider.ts';
import { packageVersion } from '../support/package.ts';
import type { Cast } from './cast.ts';
import type { RehearsalRequest } from './request.ts';
import type { Stage } from './stage.ts';

export const toolRecord: Recording['tool'] = { name: 'pgrehearse', version: packageVersion };

export const serverRecord = (
  provider: string,
  { version, major, settings }: EphemeralServer,
  migrationRole: string,
): ServerRecord => ({
  provider,
  migrationRole,
  version,
  major,
  settings,
});

/** What the backup was and what became of it; rows and tables as the data observer counted them. */
export function backupRecord(
  { backup, masking }: Cast,
  request: RehearsalRequest,
  { restored, server }: Pick<Stage, 'restored' | 'server'>,
  { data }: StartRecord,
): BackupRecord {
  const ledgers = Object.values(data?.tables ?? {}).filter(({ kind }) => kind === 'table');
  const amounts = { tables: ledgers.length, rows: ledgers.reduce((sum, { rows }) => sum + rows, 0) };
  const origin = backup ? originOf(backup.description) : server.contents?.origin;
  if (!origin || !restored) return { ...NO_BACKUP, ...amounts };
  const maxAgeHours = request.backup?.maxAgeHours;
  const database = server.contents?.database;
  return {
    ...origin,
    ...(database !== undefined && { database }),
    restoreMs: Math.round(restored.durationMs),
    shimmedRoles: restored.shimmedRoles,
    namedRoles: restored.namedRoles,
    missingExtensions: restored.missingExtensions,
    complaints: restored.complaints,
    ...amounts,
    ...(masking && { masked: true }),
    ...(maxAgeHours !== undefined && { maxAgeHours }),
  };
}

function originOf({
  format,
  path,
  bytes,
  createdAt,
  serverMajor,
  database,
}: BackupDescription): Pick<BackupRecord, 'format' | 'file' | 'bytes' | 'createdAt' | 'serverMajor' | 'database'> {
  return {
    format,
    file: basename(path),
    bytes,
    ...(createdAt !== undefined && { createdAt }),
    ...(serverMajor !== undefined && { serverMajor }),
    ...(database !== undefined && { database }),
  };
}

const NO_BACKUP = {
  format: 'none',
  restoreMs: 0,
  shimmedRoles: [],
  missingExtensions: [],
  complaints: [],
} as const satisfies Partial<BackupRecord>;

/** Durations of every completed step of an earlier recording. */
export function baselineOf({ steps }: Recording): BaselineTimings {
  const timings: Record<string, Partial<Record<Direction, number[]>>> = {};
  for (const { migration, direction, status, durationMs } of steps) {
    if (status !== 'completed') continue;
    const own = (timings[migration] ??= {});
    (own[direction] ??= []).push(durationMs);
  }
  return timings;
}
