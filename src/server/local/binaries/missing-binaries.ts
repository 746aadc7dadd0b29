import { PgrehearseError } from '../../../support/errors.ts';
import { installLine } from './embedded-packages.ts';
import type { Installation } from './find-binaries.ts';

/** Says what would mend it: the line to type, and what there is instead. */
export function missingBinaries(wanted: number | undefined, found: readonly Installation[]): PgrehearseError {
  const major = wanted ?? NEWEST_MAJOR;
  const hint = [
    installLine(major) ?? `Install the server of PostgreSQL ${major}.`,
    OTHER_WAY,
    `${foundLine(found)} \`pgrehearse doctor\` looks at every provider.`,
  ];
  const what = wanted === undefined ? 'No PostgreSQL server' : `No PostgreSQL ${wanted} server`;
  return new PgrehearseError('SERVER_BINARIES_MISSING', `${what} was found on this machine.`, {
    hint: hint.join('\n'),
    details: {
      ...(wanted !== undefined && { wanted }),
      found: found.map(({ major: m, place }) => ({ major: m, place })),
    },
  });
}

function foundLine(found: readonly Installation[]): string {
  const places = found.toSorted((a, b) => a.major - b.major).map(({ major, place }) => `${major} in ${place}`);
  return places.length === 0 ? 'Found: none.' : `Found: ${places.join(', ')}.`;
}

const OTHER_WAY = 'Or name a folder that has `postgres` and `initdb` with `server.binaries`.';
const NEWEST_MAJOR = 18;
