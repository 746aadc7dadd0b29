import { existsSync, readFileSync } from 'node:fs';

/** Text of a file that is shipped with this package, e.g. `docs/checks/up-failed.md`. `undefined` when it is not there. */
export function packageText(path: string): string | undefined {
  // `src/support` and `dist/support` lie equally deep below the package's root.
  const url = new URL(`../../${path}`, import.meta.url);
  return existsSync(url) ? readFileSync(url, 'utf8') : undefined;
}

const manifest: unknown = JSON.parse(packageText('package.json') ?? '{}');

/** Of this package, e.g. `0.1.0`. */
export const packageVersion: string = textIn(manifest, 'version') ?? 'unknown';

/** Versions of Node.js that it runs on: `^20.19.0 || >=22.12.0`. */
export const packageEngines: string = textIn(valueIn(manifest, 'engines'), 'node') ?? '';

function textIn(value: unknown, key: string): string | undefined {
  const found = valueIn(value, key);
  return typeof found === 'string' ? found : undefined;
}

function valueIn(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
