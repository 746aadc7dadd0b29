import { archiveHeader } from '../archive/archive-header.ts';
import { describeArchive } from '../archive/archive-backup.ts';
import { readArchive } from '../archive/read-archive.ts';
import type { BackupDescription } from '../backup.ts';
import type { ClientTool } from '../client-tools.ts';
import { locate, type LocatedBackup } from '../locate.ts';
import { describePlain } from '../plain/plain-backup.ts';
import { plainHeader } from '../plain/plain-header.ts';

/** What the first bytes tell. */
export interface Glance {
  readonly located: LocatedBackup;
  readonly description: BackupDescription;
  /** Of the pg_dump that wrote an archive. */
  readonly dumpVersion?: string;
}

/** @throws {PgrehearseError} `BACKUP_NOT_FOUND`, `BACKUP_UNREADABLE` */
export async function glanceAt(path: string, signal: AbortSignal): Promise<Glance> {
  const located = await locate(path, signal);
  if (located.format === 'plain') return { located, description: describePlain(located, plainHeader(located.head)) };
  if (located.format === 'base') {
    const { openBase } = await import('../base/base-backup.ts');
    const { description } = await openBase(path, { onWarning: () => {}, allowUnverified: true }, signal);
    return { located, description };
  }
  const header = archiveHeader(located.head);
  if (!header) return { located, description: located };
  const { dumpVersion } = header;
  return {
    located,
    description: describeArchive(located, header),
    ...(dumpVersion !== undefined && { dumpVersion }),
  };
}

/** Extensions that an archive creates, from its table of contents. */
export async function extensionsOf(tool: ClientTool, path: string, signal: AbortSignal): Promise<readonly string[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of readArchive(tool, ['--list', path], signal)) chunks.push(chunk);
  const lines = Buffer.concat(chunks)
    .toString('utf8')
    .matchAll(/^\d+; \d+ \d+ EXTENSION - (\S+)/gm);
  return [...lines].map(([, name = '']) => name).toSorted();
}
