import { execFile } from 'node:child_process';
import { access, constants, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { PgrehearseError } from '../../support/errors.ts';

export interface PgRestoreTool {
  /** The folder it is in. */
  readonly folder: string;
  /** As it calls itself: `15.18`. */
  readonly version: string;
  readonly major: number;
}

export interface ToolWish {
  /** `pg_dump` that wrote the archive, as the archive says. Absent in archives before PostgreSQL 9. */
  readonly dumpVersion?: string;
  /** The server that will be restored into, where it is known. */
  readonly serverMajor?: number;
  readonly places?: readonly string[];
}

/**
 * The oldest pg_restore on the machine that is not older than the archive; the target server's own major if that can be.
 * An older one refuses the archive, a newer one sends settings that an older server does not have.
 *
 * @throws {PgrehearseError} `BACKUP_TOOL_MISSING`, `BACKUP_NEWER_THAN_TOOLS`
 */
export async function findPgRestore(
  { dumpVersion, serverMajor, places }: ToolWish,
  signal: AbortSignal,
): Promise<PgRestoreTool> {
  const tools = await allPgRestores(places ?? (await usualPlaces()), signal);
  const newest = tools.at(-1);
  if (!newest) throw missing();
  const atLeast = dumpVersion === undefined ? 0 : Number.parseInt(dumpVersion, 10);
  const able = tools.filter(({ major }) => major >= atLeast);
  const [oldest] = able;
  if (!oldest) throw tooOld(dumpVersion ?? '', newest);
  return able.find(({ major }) => major === serverMajor) ?? oldest;
}

const missing = (): PgrehearseError =>
  new PgrehearseError('BACKUP_TOOL_MISSING', 'This backup is an archive, and there is no pg_restore on this machine.', {
    hint: 'Install the PostgreSQL client (Debian, Ubuntu: `apt-get install postgresql-client`; macOS: `brew install libpq`), or give a plain SQL dump, which needs no client.',
  });

const tooOld = (dumpVersion: string, { version }: PgRestoreTool): PgrehearseError => {
  const major = Number.parseInt(dumpVersion, 10);
  return new PgrehearseError(
    'BACKUP_NEWER_THAN_TOOLS',
    `The backup was made by pg_dump ${dumpVersion}; the newest pg_restore on this machine is ${version} and cannot read it.`,
    {
      hint: `Install the client of PostgreSQL ${major} or newer (\`postgresql-client-${major}\` from apt.postgresql.org), or give a plain SQL dump, which needs no client.`,
      details: { dumpVersion, toolVersion: version },
    },
  );
};

/** Oldest first, one of each major. */
async function allPgRestores(places: readonly string[], signal: AbortSignal): Promise<readonly PgRestoreTool[]> {
  const byMajor = new Map<number, PgRestoreTool>();
  for (const folder of new Set(places)) {
    const tool = await pgRestoreIn(folder, signal);
    if (tool && !byMajor.has(tool.major)) byMajor.set(tool.major, tool);
  }
  return [...byMajor.values()].toSorted((one, other) => one.major - other.major);
}

const NAME = process.platform === 'win32' ? 'pg_restore.exe' : 'pg_restore';

async function pgRestoreIn(folder: string, signal: AbortSignal): Promise<PgRestoreTool | undefined> {
  const path = join(folder, NAME);
  try {
    await access(path, constants.X_OK);
    const { stdout } = await promisify(execFile)(path, ['--version'], { signal, timeout: VERSION_TIMEOUT_MS });
    const [, version] = /(\d+(?:\.\d+)*)/.exec(stdout) ?? [];
    return version === undefined ? undefined : { folder, version, major: Number.parseInt(version, 10) };
  } catch {
    signal.throwIfAborted();
    // Not there, or it does not run on this machine: as good as not there.
    return undefined;
  }
}

const VERSION_TIMEOUT_MS = 10_000;

/** System places before PATH: there a wrapper may stand, as Debian's, that chooses a version by rules of its own. */
async function usualPlaces(): Promise<readonly string[]> {
  const lists = await Promise.all(VERSIONED_PLACES.map(async ([parent, bin]) => childrenOf(parent, bin)));
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...lists.flat(), ...path];
}

const VERSIONED_PLACES: readonly (readonly [string, string])[] = [
  ['/usr/lib/postgresql', 'bin'],
  ['/usr/local/pgsql', '.'],
  ['/usr', 'bin'],
  ['/opt/homebrew/opt', 'bin'],
  ['/usr/local/opt', 'bin'],
  ['/Applications/Postgres.app/Contents/Versions', 'bin'],
  [String.raw`C:\Program Files\PostgreSQL`, 'bin'],
];

/** `/usr` holds `pgsql-17` on Red Hat, Homebrew's `opt` holds `postgresql@17` and `libpq` among everything else. */
async function childrenOf(parent: string, bin: string): Promise<readonly string[]> {
  try {
    const names = await readdir(parent);
    const ours = names.filter((name) => /^(\d[\d.]*|pgsql-\d+|postgresql(@\d+)?|libpq|latest|bin)$/.test(name));
    return ours.toSorted().map((name) => join(parent, name, bin));
  } catch {
    return [];
  }
}
