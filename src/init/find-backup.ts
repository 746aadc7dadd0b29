import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { glanceAt, type Glance } from '../backup/index.ts';
import { answerWithin } from '../support/answer-within.ts';

/** A dump that lies in the project. */
export interface FoundBackup {
  /** Relative to the project, with `/` between its parts. */
  readonly file: string;
  readonly description: Glance['description'];
}

/** Newest first. Told by content; looked for in the usual places only, and not below them. */
export async function findBackups(projectFolder: string, signal: AbortSignal): Promise<readonly FoundBackup[]> {
  const found: (FoundBackup & { readonly rank: number; readonly at: number })[] = [];
  for (const file of await candidates(projectFolder)) {
    const glance = await answerWithin(PATIENCE_MS, signal, (limited) =>
      glanceAt(join(projectFolder, file), limited),
    ).catch(() => undefined);
    signal.throwIfAborted();
    if (!glance) continue;
    const rank = rankOf(glance, file);
    if (rank === undefined) continue;
    const { description } = glance;
    const at =
      description.createdAt === undefined
        ? await changedAt(join(projectFolder, file))
        : Date.parse(description.createdAt);
    found.push({ file, description, rank, at });
  }
  return found
    .toSorted((a, b) => a.rank - b.rank || b.at - a.at || (a.file < b.file ? -1 : 1))
    .map(({ file, description }) => ({ file, description }));
}

/** A dump by its own words; else SQL by hand, and only when its name says what it is for: most SQL in a project is not. */
function rankOf({ description }: Glance, file: string): number | undefined {
  // What frameworks keep beside the code is a dump, but of no rows.
  if (/(^|\/)(structure|schema)\.sql$/i.test(file)) return undefined;
  if (description.dumpMajor !== undefined) return 0;
  return /(^|\/)(backup|dump|seed|snapshot)\.sql(\.gz|\.zst)?$/i.test(file) ? 1 : undefined;
}

async function candidates(projectFolder: string): Promise<readonly string[]> {
  const lists = await Promise.all(
    PLACES.map(async (place) => {
      const entries = await readdir(join(projectFolder, place), { withFileTypes: true }).catch(() => []);
      return entries
        .filter((entry) => (entry.isFile() && LOOKS_LIKE_ONE.test(entry.name)) || entry.isDirectory())
        .map(({ name }) => (place === '' ? name : `${place}/${name}`));
    }),
  );
  const files = lists.flat();
  const dumps = await Promise.all(files.map((file) => isWorthALook(projectFolder, file)));
  return files.filter((_, index) => dumps[index]).slice(0, MOST_FILES);
}

/** Of folders only those that hold a dump in directory format. */
async function isWorthALook(projectFolder: string, file: string): Promise<boolean> {
  if (LOOKS_LIKE_ONE.test(file)) return true;
  const toc = await stat(join(projectFolder, file, 'toc.dat')).catch(() => undefined);
  return toc?.isFile() ?? false;
}

const PLACES: readonly string[] = [
  '',
  'backup',
  'backups',
  'dump',
  'dumps',
  'db',
  'db/backup',
  'db/backups',
  'db/dumps',
  'database',
  'data',
];

const LOOKS_LIKE_ONE = /\.(dump|dmp|backup|bak|pgdump|custom|tar|sql|sql\.gz|sql\.zst|dump\.gz|dump\.zst)$/i;

/** A folder with more of them is no place where somebody keeps one backup. */
const MOST_FILES = 50;
const PATIENCE_MS = 2_000;

const changedAt = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
