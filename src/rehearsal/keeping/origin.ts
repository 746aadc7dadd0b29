import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerSpec } from '../../server/provider.ts';
import { packageVersion } from '../../support/package.ts';
import type { RehearsalRequest } from '../request.ts';
import { digest, type Facts } from './facts.ts';

/** What names the same wish from run to run, whatever became of backup and configuration meanwhile. */
export function slotOf({ server, backup }: RehearsalRequest): string {
  const { file, command, url } = backup ?? {};
  return digest(
    server.provider,
    placeOfServer(server),
    file,
    command,
    url === undefined ? undefined : withoutPassword(url),
  );
}

/** Why the state has no identity: nobody knows what the source would give the next time. */
export function whyNoOrigin({ backup = {} }: RehearsalRequest): string | undefined {
  if (backup.command !== undefined) return 'backup.command may give another backup each time';
  if (backup.url !== undefined) return 'backup.url gives another backup each time';
  return backup.file !== undefined && /^s3:/i.test(backup.file)
    ? 'an object of S3 is not known before it is read'
    : undefined;
}

/**
 * All that a restored state is made of. A file is known by what the file system says of it, since reading it would cost as
 * much as restoring it; its change time cannot be set back.
 */
export async function originOf(request: RehearsalRequest, spec: ServerSpec): Promise<Facts> {
  const { file, masking, database, allowUnverified = false } = request.backup ?? {};
  return {
    'the version of pgrehearse': packageVersion,
    ...(file !== undefined && {
      'the backup file': digest(file, await stamps(file)),
      'its .sha256 file': digest(await readFile(`${file}.sha256`, 'utf8').catch(() => '')),
    }),
    'backup.database or backup.allowUnverified': digest(database, allowUnverified),
    'the masking': masking === undefined ? '' : digest(await readFile(masking, 'utf8').catch(() => '')),
    'the configuration of the server': serverFacts(spec),
  };
}

async function stamps(path: string): Promise<readonly string[]> {
  const own = await stampOf(path);
  const entries = await readdir(path, { recursive: true }).catch((): string[] => []);
  return [own, ...(await Promise.all(entries.toSorted().map((entry) => stampOf(join(path, entry), entry))))];
}

async function stampOf(path: string, name = ''): Promise<string> {
  const { size, mtimeNs, ctimeNs, ino, dev } = await stat(path, { bigint: true });
  return [name, size, mtimeNs, ctimeNs, ino, dev].join(' ');
}

function serverFacts(spec: ServerSpec): string {
  const { postgresVersion, binaries, settings, docker, rds } = spec;
  const home = process.env['PGREHEARSE_POSTGRES_HOME'];
  const inOrder = Object.entries(settings).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return digest(postgresVersion, binaries, home, inOrder, docker, rds, placeOfServer(spec));
}

const placeOfServer = ({ external }: Pick<ServerSpec, 'external'>): string =>
  external ? withoutPassword(external.url) : '';

function withoutPassword(text: string): string {
  try {
    const url = new URL(text.replace('@/', '@none/'));
    url.password = '';
    return url.href;
  } catch {
    return text;
  }
}
