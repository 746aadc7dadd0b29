import { existsSync, readFileSync } from 'node:fs';

/** Text of a file that is shipped with this package, e.g. `docs/checks/up-failed.md`. `undefined` when it is not there. */
export function packageText(path: string): string | undefined {
  // `src/support` and `dist/support` lie equally deep below the package's root.
  const url = new URL(`../../${path}`, import.meta.url);
  return existsSync(url) ? readFileSync(url, 'utf8') : undefined;
}
