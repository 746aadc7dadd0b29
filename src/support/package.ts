import { existsSync, readFileSync } from 'node:fs';

/** Text of a file that is shipped with this package, e.g. `docs/checks/up-failed.md`. `undefined` when it is not there. */
export function packageText(path: string): string | undefined {
  // `src/support` and `dist/support` lie equally deep below the package's root.
  const url = new URL(`../../${path}`, import.meta.url);
  return existsSync(url) ? readFileSync(url, 'utf8') : undefined;
}

/** Of this package, e.g. `0.1.0`. */
export const packageVersion: string = readVersion();

function readVersion(): string {
  const manifest: unknown = JSON.parse(packageText('package.json') ?? '{}');
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  return typeof version === 'string' ? version : 'unknown';
}
