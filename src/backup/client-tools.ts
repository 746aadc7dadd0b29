import { execFile } from 'node:child_process';
import { access, constants, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** A program of the PostgreSQL client. */
export interface ClientTool {
  /** The folder it is in. */
  readonly folder: string;
  /** As it calls itself: `15.18`. */
  readonly version: string;
  readonly major: number;
}

/** Oldest first, one of each major. */
export async function findClientTools(
  program: 'pg_restore' | 'pg_dump' | 'pg_verifybackup',
  signal: AbortSignal,
  places?: readonly string[],
): Promise<readonly ClientTool[]> {
  const byMajor = new Map<number, ClientTool>();
  for (const folder of new Set(places ?? (await usualPlaces()))) {
    const tool = await toolIn(folder, program, signal);
    if (tool && !byMajor.has(tool.major)) byMajor.set(tool.major, tool);
  }
  return [...byMajor.values()].toSorted((one, other) => one.major - other.major);
}

async function toolIn(folder: string, program: string, signal: AbortSignal): Promise<ClientTool | undefined> {
  const path = join(folder, process.platform === 'win32' ? `${program}.exe` : program);
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
