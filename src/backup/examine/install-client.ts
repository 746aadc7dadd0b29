import { readFile } from 'node:fs/promises';

/**
 * The line that brings the PostgreSQL client here; of a certain major where one is needed.
 *
 * @see https://www.postgresql.org/download/
 */
export async function installClient(major: number | undefined): Promise<string> {
  if (process.platform === 'darwin') return `brew install ${major === undefined ? 'libpq' : `postgresql@${major}`}`;
  if (process.platform === 'win32') return `winget install PostgreSQL.PostgreSQL.${major ?? NEWEST_MAJOR}`;
  const family = await distribution();
  if (family.has('debian') || family.has('ubuntu')) return onDebian(major);
  if (family.has('alpine')) return `apk add postgresql${major ?? ''}-client`;
  if (family.has('arch')) return 'pacman -S postgresql';
  if (family.has('fedora') || family.has('rhel')) return onRedHat(major);
  return `Install the client of PostgreSQL${major === undefined ? '' : ` ${major} or newer`}: https://www.postgresql.org/download/`;
}

/** Debian itself has one major only; the project's own repository has all. */
const onDebian = (major: number | undefined): string =>
  major === undefined
    ? 'apt-get install -y postgresql-client'
    : `apt-get install -y postgresql-common && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y && apt-get install -y postgresql-client-${major}`;

const onRedHat = (major: number | undefined): string =>
  major === undefined
    ? 'dnf install -y postgresql'
    : `dnf install -y postgresql${major} (from https://www.postgresql.org/download/linux/redhat/)`;

/** What this Linux is and what it is like: `debian`, `rhel fedora`. */
async function distribution(): Promise<ReadonlySet<string>> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const names = [...text.matchAll(/^(?:ID|ID_LIKE)=(.*)$/gm)].map(([, value = '']) => value.replaceAll(/["']/g, ''));
  return new Set(names.flatMap((name) => name.split(' ')));
}

const NEWEST_MAJOR = 18;
