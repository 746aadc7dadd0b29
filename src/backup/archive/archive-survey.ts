import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { treatment } from '../plain/database-statements.ts';
import { scanSql } from '../plain/scan-sql.ts';
import { referencedRoles } from '../sql/referenced-roles.ts';
import type { PgRestore } from './pg-restore.ts';

/** What an archive needs of the server, read from everything in it but the rows. */
export interface ArchiveSurvey {
  readonly roles: readonly string[];
  readonly extensions: readonly string[];
  /** `set "TimeZone" to 'Europe/Berlin'`: settings of the dumped database itself. */
  readonly databaseSettings: readonly string[];
}

export interface SurveyedArchive {
  readonly pgRestore: PgRestore;
  /** Of the archive, as pg_restore sees it. */
  readonly path: string;
  /** A temporary folder of ours. */
  readonly folder: string;
}

/** @throws {PgrehearseError} `BACKUP_UNREADABLE` */
export async function surveyArchive(
  { pgRestore, path, folder }: SurveyedArchive,
  signal: AbortSignal,
): Promise<ArchiveSurvey> {
  const roles = new Set<string>();
  const extensions = new Set<string>();
  const databaseSettings: string[] = [];
  const list = join(folder, 'contents');
  await writeFile(list, await contentsWithoutRows(pgRestore, path, signal));
  const useList = `--use-list=${await pgRestore.bring(list, signal)}`;
  // With --create its own settings are printed too; they are never part of a restore into another database.
  const sql = pgRestore.print(['--create', useList, '--file=-', path], signal);
  for await (const parts of scanSql(sql)) {
    for (const part of parts) {
      if (part.kind !== 'statement') continue;
      const text = part.sql.toString('utf8');
      const what = treatment(text, '');
      if (what.kind === 'extension') extensions.add(what.extension);
      if (what.kind === 'database-setting') databaseSettings.push(what.setting);
      if (what.kind === 'run' || what.kind === 'extension') referencedRoles(text).forEach((role) => roles.add(role));
    }
  }
  return { roles: [...roles].toSorted(), extensions: [...extensions].toSorted(), databaseSettings };
}

/** `--schema-only` would leave out owners and privileges of large objects, too. */
async function contentsWithoutRows(pgRestore: PgRestore, path: string, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of pgRestore.print(['--list', path], signal)) chunks.push(chunk);
  const lines = Buffer.concat(chunks).toString('utf8').split('\n');
  return lines.filter((line) => !ROWS.test(line)).join('\n');
}

const ROWS = /^\d+; \d+ \d+ (TABLE DATA|BLOBS|LARGE OBJECTS|MATERIALIZED VIEW DATA|STATISTICS DATA) /;
