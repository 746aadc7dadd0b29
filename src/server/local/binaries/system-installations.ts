import { realpath } from 'node:fs/promises';
import { delimiter, isAbsolute } from 'node:path';

import { canReach, type ServerUser } from '../server-user.ts';
import type { Installation } from './find-binaries.ts';
import { hasServer, programIn, readMajor } from './server-programs.ts';

/** Servers in the usual places, then those on the PATH, which have to be run to be known and so are asked when needed. */
export async function systemInstallations(
  wanted: number | undefined,
  user: ServerUser | undefined,
  signal: AbortSignal,
): Promise<Installation[]> {
  const usual = MAJORS.flatMap((major) => usualFolders(major).map((folder) => ({ major, folder })));
  const usable = await Promise.all(usual.map(({ folder }) => isUsable(folder, user)));
  const known = usual.filter((_, index) => usable[index]);
  const found = known.some(({ major }) => major === wanted)
    ? known
    : [...known, ...(await onPath(known, user, signal))];
  return found.map(({ major, folder }) => ({ major, place: folder, prepare: () => Promise.resolve(folder) }));
}

interface Place {
  readonly major: number;
  readonly folder: string;
}

async function onPath(known: readonly Place[], user: ServerUser | undefined, signal: AbortSignal): Promise<Place[]> {
  const seen = new Set(await Promise.all(known.map(({ folder }) => realpath(programIn(folder, 'postgres')))));
  const places: Place[] = [];
  for (const folder of pathFolders()) {
    if (!(await isUsable(folder, user))) continue;
    const program = await realpath(programIn(folder, 'postgres'));
    if (seen.has(program)) continue;
    seen.add(program);
    const major = await readMajor(folder, user, signal);
    if (major !== undefined) places.push({ major, folder });
  }
  return places;
}

const isUsable = async (folder: string, user: ServerUser | undefined): Promise<boolean> =>
  (await hasServer(folder)) && (await canReach(folder, user));

const usualFolders = (major: number): string[] =>
  process.platform === 'win32'
    ? [`C:\\Program Files\\PostgreSQL\\${major}\\bin`]
    : [
        `/usr/lib/postgresql/${major}/bin`,
        `/usr/pgsql-${major}/bin`,
        `/usr/lib/postgresql${major}/bin`,
        `/usr/libexec/postgresql${major}`,
        `/opt/homebrew/opt/postgresql@${major}/bin`,
        `/usr/local/opt/postgresql@${major}/bin`,
        `/home/linuxbrew/.linuxbrew/opt/postgresql@${major}/bin`,
        `/Applications/Postgres.app/Contents/Versions/${major}/bin`,
        `/Library/PostgreSQL/${major}/bin`,
      ];

const pathFolders = (): string[] => [
  ...new Set((process.env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder))),
];

const MAJORS = [14, 15, 16, 17, 18, 19] as const;
